"""The code of a former account, from the outbox to the person's mailbox, over real SMTP."""

import re
from datetime import timedelta

from portal.casework.notifications.account_code import send_account_code
from portal.engine.exchanges.enums import Ending
from portal.ground import clock
from portal.ground.permissions import Actor, ActorKind
from portal.people.accounts.service import link_resident, read_code, send_code
from tests.portal.engine.exchanges.commune import _claims, open_commune

ADDRESS = "habitant0@exemple.example"


def ask(database):
    """The same person under another name at the provider asks for a code; who asks, and for which account."""
    commune = open_commune(database)
    with database.writing() as session:
        again = link_resident(session, issuer="https://id.example", sub="again", claims=_claims(0))
        actor = Actor(ActorKind.RESIDENT, again.id, again.person_id)
        send_account_code(session, send_code(session, actor, commune.accounts[0].id))
    return actor, commune.accounts[0]


def test_the_code_reaches_the_former_address_and_works(worker, database, outside):
    actor, former = ask(database)
    before = len(outside.letters(ADDRESS))
    assert worker.drain() == {Ending.DELIVERED: 1}
    letters = outside.letters(ADDRESS)
    assert len(letters) == before + 1
    newest = next(one for one in letters if one["subject"] == "Votre code pour retrouver votre compte")
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", str(newest) if "text" not in newest else newest["text"])
    assert code
    with database.writing() as session:
        assert read_code(session, actor, code[0]).kept.id == former.id


def test_a_code_that_is_over_does_not_leave(worker, database, outside):
    ask(database)
    before = len(outside.letters(ADDRESS))
    with clock.shifted(timedelta(minutes=31)):
        assert Ending.DELIVERED not in worker.drain()
    assert len(outside.letters(ADDRESS)) == before
