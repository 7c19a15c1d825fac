"""A department is told of the requests that another one sends to it, up to its mailbox, over real SMTP."""

from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from portal.casework.requests import service as requests
from portal.casework.worklists import service as worklists
from portal.casework.worklists.service import BulkKind, BulkOrder
from portal.ground import clock
from portal.ground.errors import Invalid
from portal.people.accounts.models import Department
from portal.people.accounts.service import set_agent_active
from portal.screens.backoffice.jobs import act_on_lots
from tests.portal.engine.exchanges.commune import translations
from tests.support.town import sent_request, town

__all__ = ["town"]
WHY = "Ce n’est pas à la médiathèque de répondre."


@pytest.fixture
def address(database, town):
    """The address of the department for roads, of this test alone: the mailbox is shared by all of them."""
    mine = f"voirie-{uuid4()}@mairie.example"
    set_address(database, town, mine)
    return mine


def set_address(database, town, address):
    with database.writing() as session:
        roads = town.commune.departments["voirie"].id
        session.execute(update(Department).where(Department.id == roads).values(email=address))


def transfer(database, town, reference, *, to="voirie", who=None, key="k", why=WHY):
    with translations(), database.writing() as session:
        agent = town.agent(who or town.meryem)
        department = town.commune.departments[to].id
        requests.transfer(session, agent, reference, department, why, idempotency_key=key)


def start_lot(database, town, references):
    order = BulkOrder(BulkKind.TRANSFER, department_id=town.commune.departments["voirie"].id, words=WHY)
    with database.writing() as session:
        return worklists.start_bulk(session, town.agent(town.meryem), order, references, form_key=str(uuid4()))


def do_one(database):
    with translations(), database.writing() as session:
        worklists.do_item(session, *worklists.next_item(session))


def test_a_transfer_is_told_once_even_when_it_is_asked_twice(worker, database, town, outside, address):
    reference = sent_request(database, town.angela)
    for _twice in range(2):
        transfer(database, town, reference, who=town.commune.agents["s.amrani"])
        worker.drain()
    (letter,) = outside.letters(address)
    assert letter["subject"] == f"Demande {reference} : elle vous est transmise"
    assert f"/agents/dossiers/{reference}" in letter["text"]
    assert "Un autre service vous a transmis cette demande" in letter["text"]
    for word in ("Angela", "DUBOIS", "Dubois", WHY):
        assert word not in letter["text"] + letter["html"]


def test_it_is_told_again_when_it_comes_again(worker, database, town, outside, address):
    reference = sent_request(database, town.angela)
    transfer(database, town, reference, key="there")
    worker.drain()
    jonas = town.commune.agents["j.ferrand"]
    transfer(database, town, reference, to="mediatheque", who=jonas, key="back")
    transfer(database, town, reference, key="there again")
    worker.drain()
    assert len(outside.letters(address)) == 2


def test_a_transfer_refused_or_taken_back_is_not_told(worker, database, town, outside, address):
    refused, back, ended = (sent_request(database, one) for one in (town.angela, town.layla, town.yves))
    with pytest.raises(Invalid):
        transfer(database, town, refused, why=" ")
    transfer(database, town, back, key="there")
    transfer(database, town, back, to="mediatheque", who=town.commune.agents["j.ferrand"], key="back")
    transfer(database, town, ended)
    with translations(), database.writing() as session:
        requests.withdraw(session, town.resident(town.yves), ended)
    worker.drain()
    assert outside.letters(address) == []


def test_the_heads_are_told_when_the_department_has_no_address(worker, database, town, outside):
    set_address(database, town, "")
    heads = [town.commune.agents[login] for login in ("s.amrani", "v.sorel")]
    before = [len(outside.letters(one.email)) for one in heads]
    reference = sent_request(database, town.angela)
    transfer(database, town, reference)
    with database.writing() as session:
        set_agent_active(session, heads[1].id, active=False)
    worker.drain()
    told = [len(outside.letters(one.email)) - count for one, count in zip(heads, before, strict=True)]
    assert told == [1, 0]
    assert len(outside.letters(town.commune.agents["j.ferrand"].email)) == 0


def test_a_lot_is_told_once_with_its_count_when_it_is_over(worker, database, town, outside, address):
    references = [sent_request(database, one) for one in (town.angela, town.layla, town.yves)]
    start_lot(database, town, references)
    do_one(database)
    worker.drain()
    assert outside.letters(address) == []  # the rest of the lot is not done yet
    with translations(), database.writing() as session:
        requests.withdraw(session, town.resident(town.layla), references[1])
    assert act_on_lots(database, translations) == 2
    with clock.shifted(timedelta(minutes=2)):
        worker.drain()
        act_on_lots(database, nullcontext)
        worker.drain()
    (letter,) = outside.letters(address)
    assert letter["subject"] == "2 demandes vous sont transmises"
    assert "/agents/dossiers?vue=sans-agent&service=voirie" in letter["text"]
    for word in (*references, "Dubois", WHY):
        assert word not in letter["text"] + letter["html"]


def test_a_lot_that_was_stopped_tells_what_was_done(worker, database, town, outside, address):
    references = [sent_request(database, one) for one in (town.angela, town.layla, town.yves)]
    lot_id = start_lot(database, town, references)
    do_one(database)
    with database.writing() as session:
        worklists.stop_bulk(session, town.agent(town.meryem), lot_id)
    worker.drain()
    (letter,) = outside.letters(address)
    assert letter["subject"] == "1 demande vous est transmise"


def test_a_lot_that_does_nothing_tells_nothing(worker, database, town, outside, address):
    references = [sent_request(database, one) for one in (town.angela, town.layla)]
    start_lot(database, town, references)
    for account, reference in zip((town.angela, town.layla), references, strict=True):
        with translations(), database.writing() as session:
            requests.withdraw(session, town.resident(account), reference)
    assert act_on_lots(database, translations) == 2
    worker.drain()
    assert outside.letters(address) == []
