"""One writer of status: duplicates, illegal moves, disorder, and the three separate facts."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from connectors.sdk import Receipt, StatusUpdate, UpdateStatus
from portal.casework.requests import policy
from portal.casework.requests import service as requests
from portal.casework.requests.enums import ApplyOutcome, MessageKind, RequestStatus
from portal.casework.requests.service import RequestView, SubmittedView
from portal.ground import clock
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor, ActorKind
from portal.records.outbox.service import delivery_state
from tests.portal.casework.world import World, send

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def sent(session: Session, world: World) -> SubmittedView:
    with clock.frozen(T0):
        return send(session, world.resident(), world.routed)


def update(status: UpdateStatus, minutes: int, update_id: str | None = None, **details: str) -> StatusUpdate:
    return StatusUpdate(
        update_id=update_id or str(uuid4()),
        external_ref="E-1",
        status=status,
        raw_status=details.pop("raw", status.value),
        occurred_at=T0 + timedelta(minutes=minutes),
        details=details,
    )


def apply(session: Session, request_id: UUID, news: StatusUpdate) -> ApplyOutcome:
    with clock.frozen(T0 + timedelta(hours=5)):
        return requests.apply_partner_update(session, request_id=request_id, connection="ecoles", update=news)


def view_of(session: Session, world: World, sent: SubmittedView) -> RequestView:
    return requests.get_request(session, world.resident(), sent.reference)


def types(view: RequestView) -> list[str]:
    return [event.type for event in view.events]


def test_sent_is_not_received_is_not_taken_into_account(session: Session, world: World, sent: SubmittedView) -> None:
    with clock.frozen(T0 + timedelta(minutes=1)):
        requests.record_delivery(session, sent.request_id, "ecoles", Receipt(external_ref="E-1"))
    view = view_of(session, world, sent)
    assert (view.transmitted_at, view.received_at) == (T0 + timedelta(minutes=1), None)
    apply(session, sent.request_id, update(UpdateStatus.RECEIVED, 10))
    view = view_of(session, world, sent)
    assert (view.received_at, view.taken_into_account_at) == (T0 + timedelta(minutes=10), None)
    assert view.status is RequestStatus.SUBMITTED
    apply(session, sent.request_id, update(UpdateStatus.TAKEN_INTO_ACCOUNT, 20))
    view = view_of(session, world, sent)
    assert (view.status, view.taken_into_account_at) == (RequestStatus.IN_PROGRESS, T0 + timedelta(minutes=20))
    assert types(view) == ["request_submitted", "delivery_succeeded", "partner_received", "status_changed"]


def test_delivery_told_twice_is_one_event(session: Session, world: World, sent: SubmittedView) -> None:
    for _time in range(2):
        requests.record_delivery(session, sent.request_id, "ecoles", Receipt(external_ref="E-1", received=True))
    view = view_of(session, world, sent)
    assert types(view).count("delivery_succeeded") == types(view).count("partner_received") == 1
    assert requests.find_forwarding(session, "ecoles", "E-1") == sent.request_id
    assert requests.find_forwarding(session, "ecoles", "E-2") is None
    assert requests.open_external_refs(session, "ecoles") == ["E-1"]


def test_the_same_update_a_hundred_times_is_one_transition(session: Session, world: World, sent: SubmittedView) -> None:
    news = update(UpdateStatus.ACCEPTED, 10, "u-1")
    outcomes = [apply(session, sent.request_id, news) for _time in range(100)]
    assert outcomes == [ApplyOutcome.APPLIED] + [ApplyOutcome.DUPLICATE] * 99
    assert types(view_of(session, world, sent)).count("status_changed") == 1
    assert requests.open_external_refs(session, "ecoles") == []


def test_an_illegal_move_is_refused_and_kept(session: Session, world: World, sent: SubmittedView) -> None:
    apply(session, sent.request_id, update(UpdateStatus.ACCEPTED, 10))
    assert apply(session, sent.request_id, update(UpdateStatus.REJECTED, 20, "u-2")) is ApplyOutcome.REFUSED
    assert apply(session, sent.request_id, update(UpdateStatus.REJECTED, 20, "u-2")) is ApplyOutcome.DUPLICATE
    view = view_of(session, world, sent)
    assert view.status is RequestStatus.ACCEPTED
    refused = [event for event in view.events if event.type == "status_refused"]
    assert [(event.payload["from"], event.payload["to"], event.payload["why"]) for event in refused] == [
        ("accepted", "rejected", "illegal_move")
    ]


def test_news_out_of_order_do_not_move_back(session: Session, world: World, sent: SubmittedView) -> None:
    apply(session, sent.request_id, update(UpdateStatus.TAKEN_INTO_ACCOUNT, 30))
    assert apply(session, sent.request_id, update(UpdateStatus.NEEDS_INFORMATION, 20)) is ApplyOutcome.REFUSED
    assert apply(session, sent.request_id, update(UpdateStatus.RECEIVED, 5)) is ApplyOutcome.APPLIED
    view = view_of(session, world, sent)
    assert view.status is RequestStatus.IN_PROGRESS
    assert [event.payload["why"] for event in view.events if event.type == "status_refused"] == ["out_of_order"]


def test_progress_within_a_status_is_an_event(session: Session, world: World, sent: SubmittedView) -> None:
    apply(session, sent.request_id, update(UpdateStatus.TAKEN_INTO_ACCOUNT, 10))
    news = update(UpdateStatus.TAKEN_INTO_ACCOUNT, 20, raw="assigned", school_uai="0389902B")
    assert apply(session, sent.request_id, news) is ApplyOutcome.APPLIED
    payload = view_of(session, world, sent).events[-1].payload
    assert payload == {
        "from": "in_progress", "to": "in_progress", "by": "ecoles", "raw": "assigned", "school_uai": "0389902B"
    }  # fmt: skip


def test_words_of_a_partner_are_sealed_and_shown_as_the_reason(
    session: Session, world: World, sent: SubmittedView
) -> None:
    words = "Votre adresse <script>n’est pas</script> dans la commune."
    apply(session, sent.request_id, update(UpdateStatus.REJECTED, 10, reason=words))
    view = view_of(session, world, sent)
    assert view.decision is not None
    assert (view.decision.decision, view.decision.reason, view.decision.agent_name) == (
        RequestStatus.REJECTED,
        words,
        "",
    )
    assert view.messages[0].kind is MessageKind.PARTNER_NOTE
    assert view.messages[0].author_name == "les écoles"
    assert all(words not in str(event.payload) for event in view.events)


def test_an_unknown_word_is_kept_and_changes_nothing(session: Session, world: World, sent: SubmittedView) -> None:
    news = update(UpdateStatus.UNKNOWN, 10, "u-3", raw="on_hold; drop table")
    assert apply(session, sent.request_id, news) is ApplyOutcome.REFUSED
    assert apply(session, sent.request_id, news) is ApplyOutcome.DUPLICATE
    view = view_of(session, world, sent)
    assert (view.status, view.events[-1].payload["why"]) == (RequestStatus.SUBMITTED, "unknown_status")
    assert view.events[-1].payload["raw"] == "on_hold_drop_table"


def test_a_partner_says_nothing_of_a_request_it_was_not_sent(
    session: Session, world: World, sent: SubmittedView
) -> None:
    with pytest.raises(NotFound):
        requests.apply_partner_update(
            session, request_id=sent.request_id, connection="autre", update=update(UpdateStatus.ACCEPTED, 1)
        )
    with pytest.raises(NotFound):
        apply(session, uuid4(), update(UpdateStatus.ACCEPTED, 1))
    with pytest.raises(NotFound):
        requests.record_delivery(session, sent.request_id, "autre", Receipt(external_ref="x"))


def test_a_partners_clock_is_brought_back_between_submission_and_now(
    session: Session, world: World, sent: SubmittedView
) -> None:
    apply(session, sent.request_id, update(UpdateStatus.RECEIVED, -600))
    apply(session, sent.request_id, update(UpdateStatus.TAKEN_INTO_ACCOUNT, 60 * 24 * 365))
    view = view_of(session, world, sent)
    assert (view.received_at, view.taken_into_account_at) == (T0, T0 + timedelta(hours=5))


def test_a_dead_delivery_is_said_once_then_repaired(session: Session, world: World, sent: SubmittedView) -> None:
    with clock.frozen(T0 + timedelta(hours=1)):
        when = T0 + timedelta(hours=2)
        requests.record_delivery_retry(session, sent.request_id, "ecoles", code="timeout", next_attempt_at=when)
        requests.record_delivery_failure(session, sent.request_id, "ecoles", code="http_400")
        requests.record_delivery_failure(session, sent.request_id, "ecoles", code="http_400")
    view = view_of(session, world, sent)
    assert view.forwardings[0].failure_code == "http_400"
    assert [each.kind for each in delivery_state(session, str(sent.request_id))].count("notification") == 2
    requests.record_delivery(session, sent.request_id, "ecoles", Receipt(external_ref="E-9"))
    view = view_of(session, world, sent)
    assert (view.forwardings[0].failed_at, view.forwardings[0].external_ref) == (None, "E-9")


@pytest.mark.parametrize("ended", sorted(policy.ENDED))
@pytest.mark.parametrize("wanted", sorted(RequestStatus))
def test_nothing_leaves_an_end(ended: RequestStatus, wanted: RequestStatus) -> None:
    assert not policy.is_legal(ended, wanted)


def test_a_withdrawn_request_is_not_sent(session: Session, world: World, sent: SubmittedView) -> None:
    requests.withdraw(session, world.resident(), sent.reference)
    with pytest.raises(Conflict, match="request_withdrawn"):
        requests.forwarding_command(session, sent.request_id, ["person.family_name"], "ecoles")


def test_only_declared_concepts_leave_with_a_pseudonym_of_the_sector(
    session: Session, world: World, sent: SubmittedView
) -> None:
    command = requests.forwarding_command(
        session, sent.request_id, {"school.enrolment_kind", "person.gender"}, "ecoles"
    )
    assert command.payload == {"school.enrolment_kind": "first"}
    assert (command.idempotency_key, command.procedure) == (f"{sent.request_id}:ecoles", "envoi")
    assert str(world.noe.person_id) not in str(command)
    other = send(session, world.resident(), world.routed)
    again = requests.forwarding_command(session, other.request_id, [], "ecoles")
    assert again.subject_pseudonym == command.subject_pseudonym
    with pytest.raises(NotFound):
        requests.forwarding_command(session, sent.request_id, [], "autre")


def test_apply_status_of_the_contract(session: Session, world: World, sent: SubmittedView) -> None:
    outcome = requests.apply_status(
        session,
        request_id=sent.request_id,
        connection="ecoles",
        update_id="u",
        status=RequestStatus.WITHDRAWN,
        occurred_at=T0,
        details={},
        actor=Actor(ActorKind.PARTNER, label="ecoles"),
    )
    assert outcome is ApplyOutcome.REFUSED
    assert view_of(session, world, sent).status is RequestStatus.SUBMITTED
