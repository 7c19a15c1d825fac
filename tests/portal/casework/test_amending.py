"""Corrections: what is checked, what is kept of the answers before, and who is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sdk import Receipt
from portal.casework.catalogue.service import ProcedureView, import_procedure
from portal.casework.requests import service as requests
from portal.casework.requests.models import Amendment
from portal.casework.requests.service import AMENDMENT_KIND, RequestView, SubmittedView, amend
from portal.casework.requests.service.correcting.amending import MAX_PER_HOUR
from portal.ground import clock
from portal.ground.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import SYSTEM
from portal.records.outbox import service as outbox
from tests.portal.casework.world import ROUTE, World, document, send

BUS = {"connection": "bus", "recipient": {"fr": "les transports"}}
SENT = frozenset({"person.family_name", "contact.email", "school.enrolment_kind", "request.comment"})


@pytest.fixture
def sent(session: Session, world: World) -> SubmittedView:
    """A request on its way to the schools."""
    return send(session, world.resident(), world.routed)


def correct(session: Session, world: World, sent: SubmittedView, key: str = "k1", **answers: object) -> int:
    return amend(session, world.resident(), sent.reference, answers, idempotency_key=key).amendment


def deliver(session: Session, sent: SubmittedView, connection: str = "ecoles", amendment: int | None = 0) -> None:
    receipt = Receipt(external_ref=f"E-{connection}")
    requests.record_delivery(session, sent.request_id, connection, receipt, amendment=amendment)


def view_of(session: Session, world: World, sent: SubmittedView) -> RequestView:
    return requests.get_request(session, world.resident(), sent.reference)


def told(session: Session, sent: SubmittedView) -> list[tuple[str, str]]:
    """Lane and number of the corrections that were put on their way."""
    lines = [each for each in outbox.delivery_state(session, str(sent.request_id)) if each.kind == AMENDMENT_KIND]
    return [(each.lane, str(place + 1)) for place, each in enumerate(lines)]


def command(session: Session, sent: SubmittedView, number: int, connection: str = "ecoles") -> Any:
    return requests.amendment_command(session, sent.request_id, connection, number, SENT, idempotency_key="a")


def test_a_correction_replaces_the_answers_and_keeps_those_before(
    session: Session, world: World, sent: SubmittedView
) -> None:
    assert correct(session, world, sent, nom="N’Guyen") == 1
    assert correct(session, world, sent, "k2", type="derogation", motif="Ma sœur y est.") == 2
    view = view_of(session, world, sent)
    answers = {line.name: line.value for step in view.steps for line in step.lines}
    assert (answers["nom"], answers["type"], answers["motif"]) == ("N’Guyen", "derogation", "Ma sœur y est.")
    first, second = view.amendments
    assert [(change.before, change.after) for change in first.changes] == [("Lefèvre", "N’Guyen")]
    assert [change.before for change in second.changes] == ["Première inscription dans la commune", ""]
    events = [event.payload for event in view.events if event.type == "request_amended"]
    assert [(event["amendment"], event["fields"]) for event in events] == [(1, ["nom"]), (2, ["type", "motif"])]
    assert all(value not in str(events) for value in ("N’Guyen", "Lefèvre", "sœur"))


def test_the_answers_before_are_sealed(session: Session, world: World, sent: SubmittedView) -> None:
    correct(session, world, sent, nom="Autre")
    row = session.scalars(select(Amendment)).one()
    assert "Lefèvre".encode() not in row.sealed_before
    assert row.amended_by == world.noe.id


def test_the_same_form_twice_is_one_correction(session: Session, world: World, sent: SubmittedView) -> None:
    assert [correct(session, world, sent, nom="Un"), correct(session, world, sent, nom="Deux")] == [1, 1]
    assert len(view_of(session, world, sent).amendments) == 1


def test_answers_that_are_what_they_were_make_no_correction(
    session: Session, world: World, sent: SubmittedView
) -> None:
    deliver(session, sent)
    assert correct(session, world, sent, nom="Lefèvre") == 0
    assert told(session, sent) == []


def test_an_optional_answer_may_be_taken_back(session: Session, world: World, sent: SubmittedView) -> None:
    assert correct(session, world, sent, courriel="") == 1
    assert "courriel" not in {line.name for step in view_of(session, world, sent).steps for line in step.lines}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"nom": ""}, "nom"),
        ({"nom": "x" * 5000}, "nom"),
        ({"nom": ["a"]}, "nom"),
        ({"type": "astronaute"}, "type"),
        ({"type": "derogation"}, "motif"),
        ({"sql": "'; DROP TABLE draft"}, "sql"),
    ],
)
def test_what_a_submission_would_refuse_is_refused(
    session: Session, world: World, sent: SubmittedView, answers: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        correct(session, world, sent, **answers)
    assert list(refused.value.fields) == [field]
    assert view_of(session, world, sent).amendments == ()


def test_only_the_resident_and_only_until_it_has_ended(session: Session, world: World, sent: SubmittedView) -> None:
    with pytest.raises(Forbidden):
        amend(session, world.agent(), sent.reference, {"nom": "A"}, idempotency_key="k")
    with pytest.raises(NotFound):
        amend(session, world.resident(world.ines), sent.reference, {"nom": "A"}, idempotency_key="k")
    requests.withdraw(session, world.resident(), sent.reference)
    with pytest.raises(Conflict) as ended:
        correct(session, world, sent, nom="A")
    assert ended.value.code == "request_ended"


def test_too_many_corrections_within_the_hour_are_refused(session: Session, world: World, sent: SubmittedView) -> None:
    for number in range(MAX_PER_HOUR):
        correct(session, world, sent, f"k{number}", nom="A" * (number + 2))
    with pytest.raises(Busy):
        correct(session, world, sent, "un-de-plus", nom="Encore")
    with clock.shifted(timedelta(hours=2)):
        assert correct(session, world, sent, "plus-tard", nom="Encore") == MAX_PER_HOUR + 1


def test_a_request_that_has_not_left_carries_the_correction_and_none_is_sent(
    session: Session, world: World, sent: SubmittedView
) -> None:
    correct(session, world, sent, nom="Corrigé")
    number = requests.current_amendment(session, sent.request_id)
    leaving = requests.forwarding_command(session, sent.request_id, SENT, "ecoles")
    assert (number, leaving.payload["person.family_name"]) == (1, "Corrigé")
    deliver(session, sent, amendment=number)
    assert told(session, sent) == []
    (one,) = view_of(session, world, sent).forwardings
    assert (one.amendment_sent, one.amendment_pending) == (1, False)


@pytest.mark.parametrize("carried", [0, None])
def test_a_correction_made_while_the_request_was_leaving_follows_it(
    session: Session, world: World, sent: SubmittedView, carried: int | None
) -> None:
    correct(session, world, sent, nom="Corrigé")
    assert told(session, sent) == [], "it never overtakes the request"
    deliver(session, sent, amendment=carried)
    deliver(session, sent, amendment=carried)
    assert told(session, sent) == [("ecoles", "1")]
    assert view_of(session, world, sent).forwardings[0].amendment_pending


def test_a_correction_is_told_to_each_recipient_that_has_the_request(session: Session, world: World) -> None:
    procedure: ProcedureView = import_procedure(
        session, document(slug="deux", routing=[ROUTE, BUS]), publish=True, actor=SYSTEM, connections={"ecoles", "bus"}
    )
    sent = send(session, world.resident(), procedure)
    deliver(session, sent, "ecoles")
    correct(session, world, sent, nom="Corrigé")
    assert told(session, sent) == [("ecoles", "1")]
    deliver(session, sent, "bus", amendment=1)
    assert told(session, sent) == [("ecoles", "1")]


def test_only_the_last_correction_is_sent_and_never_twice(session: Session, world: World, sent: SubmittedView) -> None:
    deliver(session, sent)
    correct(session, world, sent, nom="Un")
    correct(session, world, sent, "k2", nom="Deux")
    with pytest.raises(Conflict) as superseded:
        command(session, sent, 1)
    assert superseded.value.code == "amendment_superseded"
    last = command(session, sent, 2)
    assert (last.amendment, last.external_ref, last.payload["person.family_name"]) == (2, "E-ecoles", "Deux")
    requests.record_amendment(session, sent.request_id, "ecoles", 2, Receipt("E-ecoles", received=True))
    with pytest.raises(Conflict):
        command(session, sent, 2)
    view = view_of(session, world, sent)
    assert (view.forwardings[0].amendment_sent, view.forwardings[0].amendment_pending) == (2, False)
    assert [event.payload["amendment"] for event in view.events if event.type == "amendment_sent"] == [2]


def test_a_correction_is_not_sent_once_the_request_is_withdrawn(
    session: Session, world: World, sent: SubmittedView
) -> None:
    deliver(session, sent)
    correct(session, world, sent, nom="Un")
    requests.withdraw(session, world.resident(), sent.reference)
    with pytest.raises(Conflict) as stopped:
        command(session, sent, 1)
    assert stopped.value.code == "request_withdrawn"


def test_a_decided_request_is_not_sent_any_more(session: Session, world: World, sent: SubmittedView) -> None:
    requests.decide(session, world.agent(), sent.reference, "accepted", "Tout est en ordre.", idempotency_key="d")
    with pytest.raises(Conflict) as ended:
        requests.forwarding_command(session, sent.request_id, SENT, "ecoles")
    assert ended.value.code == "request_ended"
