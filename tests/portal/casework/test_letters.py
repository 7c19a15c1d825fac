"""Letters: made once, kept sealed, posted by a person; what is said of them is what happened."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.partners.letter import CONNECTOR
from connectors.sdk import (
    Connector,
    ConnectorContext,
    EgressPolicy,
    LetterDraft,
    LetterPurpose,
    PermanentError,
    Receipt,
    build_connector,
)
from portal.casework.catalogue.service import import_procedure
from portal.casework.letters import service as letters
from portal.casework.letters.box import DatabaseLetterBox
from portal.casework.letters.models import Letter
from portal.casework.letters.service import LetterState, LetterView
from portal.casework.requests import service as requests
from portal.casework.requests.service import SubmittedView
from portal.casework.wordings.service import WordingDraft, WordingKind, create_wording
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.ground.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, ActorKind, Role
from tests.portal.casework.world import World, document, send

CAF = "caf-courrier"
ROUTE = {"connection": CAF, "recipient": {"fr": "la CAF"}}
SENT = CONNECTOR.manifest.data_sent


class Post:
    """A request to the CAF, its letter box, and an agent who posts."""

    def __init__(self, database: Database, world: World, around: Callable[[], object]) -> None:
        self.database, self.world = database, world
        with database.writing() as session:
            content = document(slug="caf", routing=[ROUTE])
            procedure = import_procedure(session, content, publish=True, actor=SYSTEM, connections={CAF})
            self.sent: SubmittedView = send(session, world.resident(), procedure)
        self.box = DatabaseLetterBox(database, around, CAF)  # type: ignore[arg-type] # a context of the tests
        context = ConnectorContext(CAF, EgressPolicy([], production=False), clock.now, letter_box=self.box)
        recipient = ["Caisse d’allocations familiales", "38999 Valmont-sur-Iselle Cedex"]
        self.connector: Connector = build_connector(CONNECTOR, {"recipient": recipient}, {}, context)
        self.agent = Actor(
            ActorKind.AGENT, world.claire.id, permissions=ROLE_PERMISSIONS[Role.COUNTER_AGENT], label="Claire"
        )

    def submit(self) -> Receipt:
        with self.database.reading() as session:
            command = requests.forwarding_command(session, self.sent.request_id, SENT, CAF)
        receipt: Receipt = self.connector.submit(command)  # type: ignore[attr-defined]
        with self.database.writing() as session:
            requests.record_delivery(session, self.sent.request_id, CAF, receipt, amendment=0)
        return receipt

    def amend(self) -> Receipt:
        with self.database.writing() as session:
            requests.amend(session, self.world.resident(), self.sent.reference, {"nom": "Autre"}, idempotency_key="a")
        with self.database.reading() as session:
            command = requests.amendment_command(session, self.sent.request_id, CAF, 1, SENT, idempotency_key="a-1")
        receipt: Receipt = self.connector.amend(command)  # type: ignore[attr-defined]
        with self.database.writing() as session:
            requests.record_amendment(session, self.sent.request_id, CAF, 1, receipt)
        return receipt

    def withdraw(self) -> Receipt:
        with self.database.writing() as session:
            requests.withdraw(session, self.world.resident(), self.sent.reference)
        with self.database.reading() as session:
            command = requests.withdrawal_command(session, self.sent.request_id, CAF, idempotency_key="w-1")
        receipt: Receipt = self.connector.withdraw(command)  # type: ignore[attr-defined]
        with self.database.writing() as session:
            requests.record_withdrawal(session, self.sent.request_id, CAF, receipt)
        return receipt

    def letters(self, state: LetterState = LetterState.READY) -> list[LetterView]:
        with self.database.reading() as session:
            return letters.list_letters(session, self.agent, state)

    def post(self, place: int = 0, **how: object) -> None:
        one = self.letters()[place]
        with self.database.writing() as session:
            letters.mark_posted(session, self.agent, one.id, on=clock.today(), **how)  # type: ignore[arg-type]

    def seen(self) -> requests.RequestView:
        with self.database.reading() as session:
            return requests.get_request(session, self.world.resident(), self.sent.reference)

    def types(self) -> list[str]:
        return [event.type for event in self.seen().events if event.type.startswith("letter")]


@pytest.fixture
def post(database: Database, world: World) -> Post:
    return Post(database, world, nullcontext)


@pytest.fixture
def session(database: Database, post: Post) -> Iterator[Session]:
    with database.writing() as opened:
        yield opened


def test_a_letter_is_ready_then_posted_and_never_received(post: Post) -> None:
    first, second = post.submit(), post.submit()
    assert first == second
    assert first.external_ref == f"{post.sent.reference}-C1"
    (one,) = post.seen().forwardings
    assert (one.prepared_at is not None, one.transmitted_at, post.seen().transmitted_at) == (True, None, None)
    assert post.types() == ["letter_prepared"]
    post.post(tracking=" 1A 234 ")
    (one,) = post.seen().forwardings
    assert (one.posted_on, one.received_at) == (clock.today(), None)
    assert one.transmitted_at is not None
    (posted,) = [event for event in post.seen().events if event.type == "letter_posted"]
    assert (posted.payload["tracking"], posted.payload["posted_on"]) == ("1A 234", clock.today().isoformat())


def test_the_letter_is_a_tagged_pdf_sealed_and_its_reading_is_noted(post: Post, database: Database) -> None:
    post.submit()
    (one,) = post.letters()
    with database.writing() as session:
        file = letters.read_pdf(session, post.agent, one.id, journal=session)
        row = session.scalars(select(Letter)).one()
        assert b"%PDF" not in row.sealed_pdf
    assert file.pdf.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in file.pdf
    assert (file.name, len(file.pdf)) == (f"courrier-{one.number}.pdf", one.size)


def test_a_mistake_is_undone_and_a_letter_that_comes_back_is_a_task(post: Post, database: Database) -> None:
    post.submit()
    post.post()
    (one,) = post.letters(LetterState.POSTED)
    with database.writing() as session:
        letters.undo_posted(session, post.agent, one.id)
    assert (post.seen().transmitted_at, post.letters()[0].posted_on) == (None, None)
    post.post()
    with database.writing() as session:
        letters.mark_returned(session, post.agent, one.id)
    (forwarding,) = post.seen().forwardings
    assert (forwarding.transmitted_at, forwarding.failure_code) == (None, "letter_returned")
    with database.writing() as session:
        letters.mark_posted(session, post.agent, one.id, on=clock.today())
    (forwarding,) = post.seen().forwardings
    assert (forwarding.transmitted_at is not None, forwarding.failure_code) == (True, None)
    expected = ["letter_prepared", "letter_posted", "letter_unposted", "letter_posted", "letter_returned"]
    assert post.types() == [*expected, "letter_posted"]


def test_a_correction_is_a_second_letter_that_cites_the_first(post: Post) -> None:
    first = post.submit()
    second = post.amend()
    assert second.external_ref == f"{post.sent.reference}-C2"
    assert [one.cites for one in post.letters()] == ["", first.external_ref]
    assert post.seen().forwardings[0].amendment_pending
    post.post(1)
    assert (post.seen().forwardings[0].amendment_sent, post.seen().forwardings[0].amendment_pending) == (1, False)


def test_a_request_withdrawn_before_the_post_is_not_posted(post: Post) -> None:
    post.submit()
    post.withdraw()
    assert post.letters() == []
    assert post.types() == ["letter_prepared", "letter_cancelled"]
    (one,) = post.seen().forwardings
    assert (one.is_held_there, one.finished_at is not None) == (False, True)


def test_a_request_withdrawn_after_the_post_is_followed_by_a_letter_with_the_name_alone(
    post: Post, database: Database
) -> None:
    post.submit()
    post.post()
    post.withdraw()
    (one,) = post.letters()
    assert one.cites == f"{post.sent.reference}-C1"
    assert "withdrawal_sent" not in [event.type for event in post.seen().events]
    post.post()
    assert post.seen().forwardings[0].finished_at is None, "nobody confirmed anything"


@pytest.mark.parametrize(("days", "tracking", "field"), [(1, "", "date"), (-2, "", "date"), (0, "x" * 41, "tracking")])
def test_what_cannot_be_is_refused(post: Post, database: Database, days: int, tracking: str, field: str) -> None:
    post.submit()
    (one,) = post.letters()
    on = clock.today() + timedelta(days=days)
    with database.writing() as session, pytest.raises(Invalid) as refused:
        letters.mark_posted(session, post.agent, one.id, on=on, tracking=tracking)
    assert list(refused.value.fields) == [field]
    assert post.letters() == [one]


def test_two_agents_do_not_post_the_same_letter(post: Post, database: Database) -> None:
    post.submit()
    (one,) = post.letters()
    post.post()
    with database.writing() as session, pytest.raises(Conflict):
        letters.mark_posted(session, post.agent, one.id, on=clock.today())
    with database.writing() as session, pytest.raises(Forbidden):
        letters.list_letters(session, post.world.agent(), LetterState.READY)


def test_a_letter_about_nothing_is_for_a_person(post: Post) -> None:
    post.submit()
    with pytest.raises(PermanentError):
        post.box.cancel("VSI-2222-22")


def test_a_department_writes_the_first_sentence_of_its_letters(database: Database, world: World) -> None:
    """Its fields are filled from the request, and what the person is called is never read as a field."""
    post = Post(database, world, nullcontext)
    department = next(iter(world.departments.values()))
    writer = Actor(
        ActorKind.AGENT, world.claire.id, permissions=ROLE_PERMISSIONS[Role.SUPERVISOR],
        department_ids=frozenset(world.departments.values()),
    )  # fmt: skip
    with database.writing() as session:
        about = requests.letter_subject(session, post.sent.request_id)
        text = "Bonjour,\nvoici la demande {reference} de {prenom_nom}."
        draft = WordingDraft(about.department_id, WordingKind.LETTER, "Courrier", text)
        create_wording(session, writer, draft)
    assert department
    command = LetterDraft(
        idempotency_key="essai", reference=post.sent.reference, purpose=LetterPurpose.REQUEST, recipient=("CAF",),
        payload={}, cites="", amendment=0,
    )  # fmt: skip
    with database.reading() as session:
        content = dict(letters.draft_content(session, command, "N-1", clock.now()))
    said = [[span["text"] for span in line] for line in content["lead"]]  # type: ignore[index,attr-defined]
    assert said == [["Bonjour,"], [f"voici la demande {post.sent.reference} de {about.applicant_name}."]]
