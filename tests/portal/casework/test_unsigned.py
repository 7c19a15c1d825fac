"""Requests without an account: the code, who may read, what stays whole when two things happen at once."""

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.service import import_procedure
from portal.casework.documents.models import Document
from portal.casework.notifications.models import Notification
from portal.casework.notifications.service import get_notification, unread_count
from portal.casework.requests import policy
from portal.casework.requests import service as requests
from portal.casework.requests.models import FollowUp, ServiceRequest
from portal.casework.requests.reference import ALPHABET
from portal.casework.requests.service import SubmittedView
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ANONYMOUS, SYSTEM, Actor, ActorKind
from portal.people.accounts.models import Person
from tests.portal.casework.world import World, document

ANSWERS = {"nom": "Passante", "type": "first", "courriel": "passante@usagers.example"}
OPEN: dict[str, Any] = {"unsigned": True, "own_form": "/essai/nouveau", "own_desk": "/agents/essai"}


def publish(database: Database, **changes: Any) -> None:
    with database.writing() as session:
        import_procedure(session, document(**changes), publish=True, actor=SYSTEM)


def submit(database: Database, key: str = "cle", **answers: str) -> SubmittedView:
    with database.writing() as session:
        return requests.submit_at_once(session, ANONYMOUS, "essai", {**ANSWERS, **answers}, idempotency_key=key)


def holder(database: Database, sent: SubmittedView) -> Actor:
    with database.reading() as session:
        found = requests.open_with_code(session, sent.reference, sent.code)
    assert found is not None
    return found[1]


def test_only_a_procedure_that_says_so_is_open(database: Database, world: World) -> None:
    publish(database)
    with pytest.raises(Forbidden, match="account_needed"):
        submit(database)


def test_a_code_is_said_shown_again_by_the_same_form_and_never_kept(database: Database, world: World) -> None:
    publish(database, **OPEN)
    first, again, other = submit(database), submit(database), submit(database, key="autre")
    assert first.code == again.code != other.code
    assert (first.reference, again.is_replay) == (again.reference, True)
    assert set(first.code.replace("-", "")) <= set(ALPHABET)
    with database.reading() as session:
        rows = session.scalars(select(FollowUp)).all()
        assert len(rows) == 2
        assert all(len(row.code_key) == 64 and row.form_key not in {"cle", "autre"} for row in rows)
        assert requests.open_with_code(session, first.reference, first.code.lower().replace("-", " ")) is not None


@pytest.mark.parametrize("code", ["", "2222-2222", "x" * 500, "é😀", "%_%_%_%_"])
def test_a_wrong_code_opens_nothing(database: Database, world: World, code: str) -> None:
    publish(database, **OPEN)
    sent, other = submit(database), submit(database, key="autre")
    with database.reading() as session:
        assert requests.open_with_code(session, sent.reference, code) is None
        assert requests.open_with_code(session, sent.reference, other.code) is None
        assert requests.open_with_code(session, "VSI-2222-22", sent.code) is None
        assert requests.open_with_code(session, code, sent.code) is None


def test_a_holder_reads_and_writes_to_that_request_alone(database: Database, world: World) -> None:
    publish(database, **OPEN)
    sent, other = submit(database), submit(database, key="autre")
    who = holder(database, sent)
    with database.writing() as session:
        view = requests.get_request(session, who, sent.reference)
        assert not view.has_account
        assert view.desk == f"/agents/essai/{sent.reference}"
        requests.post_message(session, who, sent.reference, "Bonjour", idempotency_key="m")
        (message,) = requests.list_messages(session, who, sent.reference)
        assert message.mine
        strangers = (holder(database, other), ANONYMOUS, Actor(ActorKind.RESIDENT), world.resident(world.noe))
        for stranger in strangers:
            with pytest.raises(NotFound):
                requests.get_request(session, stranger, sent.reference)
        with pytest.raises(Forbidden):
            requests.list_requests(session, who)


def test_mandatory_answers_and_files_of_others_are_refused(database: Database, world: World) -> None:
    publish(database, **OPEN)
    with pytest.raises(Invalid) as refused:
        submit(database, nom="")
    assert set(refused.value.fields) == {"nom"}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 2, "only those of the world"


def test_letters_go_to_the_address_given_and_lead_to_the_code(database: Database, world: World) -> None:
    publish(database, **OPEN)
    sent, silent = submit(database), submit(database, key="autre", courriel="")
    with database.writing() as session:
        (told,) = session.scalars(select(Notification)).all()
        assert told.account_id is None
        letter = requests.render_notification(session, told.id, public_url="https://parvis.example")
        assert letter is not None
        assert letter.recipient == "passante@usagers.example"
        assert f"https://parvis.example/suivre?reference={sent.reference}" in letter.text
        assert sent.code not in letter.text + letter.html
        assert get_notification(session, told.id).request_id == sent.request_id
        assert silent.reference


def test_attaching_brings_all_into_the_account_and_ends_the_code(database: Database, world: World) -> None:
    publish(database, **OPEN)
    sent = submit(database)
    who, noe = holder(database, sent), world.resident(world.noe)
    with database.writing() as session:
        requests.post_message(session, who, sent.reference, "Bonjour", idempotency_key="m")
        requests.attach_to_account(session, noe, who, sent.reference)
    with database.writing() as session:
        assert requests.open_with_code(session, sent.reference, sent.code) is None
        with pytest.raises(NotFound):
            requests.get_request(session, who, sent.reference)
        view = requests.get_request(session, noe, sent.reference)
        assert (view.applicant_name, view.has_account) == (world.noe.display_name, True)
        assert view.messages[0].mine
        assert view.events[-1].type == "request_attached"
        assert [one.reference for one in requests.list_requests(session, noe)] == [sent.reference]
        assert session.get(Person, who.subject) is None
        assert unread_count(session, world.noe.id) == 1, "the acknowledgement is in the space from now on"
        with pytest.raises(NotFound):
            requests.attach_to_account(session, noe, who, sent.reference)
    with pytest.raises(Forbidden), database.writing() as session:
        requests.attach_to_account(session, ANONYMOUS, who, sent.reference)


def test_the_same_form_twice_at_once_makes_one_request(database: Database, world: World) -> None:
    publish(database, **OPEN)
    together, found = threading.Barrier(2), []

    def send() -> None:
        together.wait()
        found.append(submit(database, key="ensemble"))

    threads = [threading.Thread(target=send) for _turn in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len({one.reference for one in found}) == 1
    assert len({one.code for one in found}) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ServiceRequest)) == 1
        assert session.scalar(select(func.count()).select_from(Person)) == 3, "one person more than the world's"


def test_a_person_without_an_account_is_of_one_request_alone(database: Database, world: World) -> None:
    publish(database, **OPEN)
    who = holder(database, submit(database))
    assert who.subject is not None
    with pytest.raises(Conflict, match="person_known"), database.writing() as session:
        requests.submit_at_once(session, ANONYMOUS, "essai", ANSWERS, idempotency_key="deux", person_id=who.subject)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_an_empty_actor_is_nobody() -> None:
    class Case:
        account_id = None
        person_id = uuid4()
        department_id = uuid4()
        status = "submitted"

    assert not policy.can_read(Actor(ActorKind.RESIDENT), Case())  # type: ignore[arg-type]
    assert not policy.can_read(Actor(ActorKind.RESIDENT, id=uuid4(), subject=Case.person_id), Case())  # type: ignore[arg-type]
    assert policy.can_read(Actor(ActorKind.RESIDENT, subject=Case.person_id), Case())  # type: ignore[arg-type]
    assert UUID(int=0) != Case.person_id


def test_the_document_says_what_stands_against_publication() -> None:
    assert "own_form" in problems_of(read_document(document(unsigned=True)))
    assert "unsigned" in problems_of(read_document(document(**OPEN, assurance="eidas2")))
    assert not problems_of(read_document(document(**OPEN)))
