"""Reading requests: a constant number of statements, whatever their number."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import (
    ProcedureView,
    Transition,
    Workflow,
    read_published,
    with_procedure,
    with_slugs_and_titles,
    workflow_of,
)
from portal.casework.documents.service import DocumentView, get_linked_document, linked_documents
from portal.casework.requests import policy
from portal.casework.requests.enums import Act, RequestStatus
from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.casework.requests.reference import normalise
from portal.casework.requests.service.access import (
    account_of,
    check_readable,
    exact_reference,
    find_readable,
    note_reading,
    read_and_journal,
)
from portal.casework.requests.service.answered import answer_steps
from portal.casework.requests.service.asking import FOLLOW_UP_KINDS
from portal.casework.requests.service.consulting.asked import opinions_of
from portal.casework.requests.service.consulting.notes import notes_of
from portal.casework.requests.service.correcting.changes import amendments_of
from portal.casework.requests.service.deciding.duplicates import duplicate_of, twins_of
from portal.casework.requests.service.offices import office_of
from portal.casework.requests.service.sealed import answers_of, origins_of, rows_held
from portal.casework.requests.service.sending.submission import FORWARD_KIND
from portal.casework.requests.service.standing.course import moves_of
from portal.casework.requests.service.telling import address_of
from portal.casework.requests.service.thread import mark_read, read_thread
from portal.casework.requests.shapes import (
    DecisionView,
    FollowUpView,
    ForwardingView,
    MessageView,
    RequestSummary,
    RequestView,
)
from portal.ground.permissions import Actor, ActorKind
from portal.ground.vault.service import with_data_keys
from portal.records.outbox.service import DeliveryView, read_delivery, with_deliveries
from portal.records.timeline.service import EventView, list_events

LIST_LIMIT = 200
_NEWEST = (
    with_slugs_and_titles(
        select(ServiceRequest), ServiceRequest.procedure_id.expression, ServiceRequest.procedure_version.expression
    )
    .order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc())
    .limit(LIST_LIMIT)
)
_OF_ACCOUNT = _NEWEST.where(ServiceRequest.account_id == bindparam("account_id"))
# A request with its data key and its procedure; its recipients with what was sent to each.
_WHOLE = with_procedure(
    with_data_keys(select(ServiceRequest), ServiceRequest.data_key_id.expression),
    ServiceRequest.procedure_id.expression,
    ServiceRequest.procedure_version.expression,
).where(ServiceRequest.reference == bindparam("reference"))
_SENDINGS = with_deliveries(
    select(Forwarding).where(Forwarding.request_id == bindparam("request_id", type_=Uuid())),
    Forwarding.connection.expression,
    bindparam("group"),
)


def get_request(session: Session, actor: Actor, reference: str, *, journal: Session | None = None) -> RequestView:
    """Everything about a request of this actor's: the resident who made it, or an agent of the department in charge.

    :param journal: the session that writes the line of the journal; mandatory for an agent.
    :raises NotFound: none, or none of theirs.
    """
    row = session.execute(_WHOLE, {"reference": exact_reference(reference)}).one_or_none()
    request = check_readable(actor, row.ServiceRequest if row else None)
    note_reading(actor, request, journal, "request_read")
    with rows_held(session):
        view = _view(session, actor, request, read_published(cast(Any, row)))
    told = actor.is_agent and actor.assisted is None and any(_is_news(one) for one in view.messages)
    if journal is not None and told:
        mark_read(journal, request.id, actor)
    return view


def _is_news(message: MessageView) -> bool:
    """What the person wrote and no agent has opened yet."""
    return message.author_kind is ActorKind.RESIDENT and message.read_at is None


def _view(session: Session, actor: Actor, request: ServiceRequest, procedure: ProcedureView) -> RequestView:
    messages = read_thread(session, request, actor)
    events = tuple(list_events(session, request.id))
    recipients = {route.connection: str(route.recipient) for route in procedure.document.routing}
    rows, deliveries = _sendings(session, request.id)
    forwardings = _forwardings(request, rows, recipients, deliveries, {str(one.id): one.text for one in messages})
    documents = tuple(linked_documents(session, request.id))
    answers = answers_of(session, request)
    workflow = workflow_of(procedure.document)
    moves = moves_of(session, actor, request, workflow)
    return RequestView(
        id=request.id,
        reference=request.reference,
        procedure_id=request.procedure_id,
        procedure_slug=procedure.slug,
        procedure_title=procedure.title,
        procedure_version=request.procedure_version,
        status=request.status,
        channel=request.channel,
        applicant_name=request.applicant_name,
        person_id=request.person_id,
        submitted_at=request.submitted_at,
        updated_at=request.updated_at,
        transmitted_at=request.transmitted_at,
        received_at=request.received_at,
        taken_into_account_at=request.taken_into_account_at,
        decided_at=request.decided_at,
        assigned_agent_id=request.assigned_agent_id,
        department=office_of(session, request, procedure),
        deadline=request.deadline,
        deadline_regime=request.regime,
        clock_stopped=request.waiting_since is not None,
        forwardings=forwardings,
        follow_ups=follow_ups_of(recipients, deliveries),
        next_attempt_at=min((each.next_attempt_at for each in forwardings if each.next_attempt_at), default=None),
        events=events,
        messages=messages,
        documents=documents,
        steps=tuple(answer_steps(procedure.document, answers, documents, origins_of(session, request))),
        decision=_decision(request, events, messages),
        acts=_acts(actor, request, workflow, moves),
        document=procedure.document,
        workflow=workflow,
        state=workflow.at(request.workflow_state).code if workflow else "",
        moves=moves,
        corrections=tuple(request.corrections_asked),
        opinions=opinions_of(session, request) if actor.is_agent and _asked(events) else (),
        implicit_on=request.implicit_on,
        delays=procedure.delays,
        usual_delay=procedure.document.usual_delay,
        late_since=request.late_since if request.status in policy.OPEN else None,
        amendments=amendments_of(session, request, procedure.document, answers, documents),
        has_account=request.account_id is not None,
        notes=notes_of(session, actor, request),
        twins=twins_of(session, actor, request),
        duplicate=duplicate_of(session, actor, request),
        desk=f"{procedure.document.own_desk}/{request.reference}" if procedure.document.own_desk else "",
    )


def _acts(
    actor: Actor, request: ServiceRequest, workflow: Workflow | None, moves: Sequence[Transition]
) -> frozenset[Act]:
    """Where the procedure has its own workflow, deciding and asking are moves of it."""
    acts = policy.acts_of(actor, request)
    if workflow is None:
        return acts
    acts -= {Act.DECIDE, Act.REQUEST_INFORMATION}
    return acts | {Act.MOVE} if moves else acts


def _asked(events: Sequence[EventView]) -> bool:
    return any(event.type == "opinion_asked" for event in events)


def _sendings(session: Session, request_id: UUID) -> tuple[list[Forwarding], list[DeliveryView]]:
    """The recipients of a request, and every message that is or was on its way to them, the oldest first."""
    found = session.execute(_SENDINGS, {"request_id": request_id, "group": str(request_id)}).all()
    recipients = {row.Forwarding.connection: row.Forwarding for row in found}
    deliveries = [delivery for row in found if (delivery := read_delivery(row))]
    return [recipients[connection] for connection in sorted(recipients)], deliveries


def _forwardings(
    request: ServiceRequest,
    rows: Sequence[Forwarding],
    recipients: Mapping[str, str],
    deliveries: Sequence[DeliveryView],
    words: Mapping[str, str],
) -> tuple[ForwardingView, ...]:
    by_lane = {delivery.lane: delivery for delivery in deliveries if delivery.kind == FORWARD_KIND}
    return tuple(
        forwarding_view(
            request, row, recipients.get(row.connection, row.connection), by_lane.get(row.connection), words
        )
        for row in rows
    )


def follow_ups_of(recipients: Mapping[str, str], deliveries: Sequence[DeliveryView]) -> tuple[FollowUpView, ...]:
    """The latest of each kind for each recipient: the one that counts."""
    latest = {(each.kind, each.lane): each for each in deliveries if each.kind in FOLLOW_UP_KINDS}
    return tuple(
        FollowUpView(each.kind, each.lane, recipients.get(each.lane, each.lane), each.state, each.last_error_code)
        for each in latest.values()
    )


def forwarding_view(
    request: ServiceRequest, row: Forwarding, recipient: str, delivery: DeliveryView | None, words: Mapping[str, str]
) -> ForwardingView:
    """One recipient, with how its sending stands. ``words``: what agents wrote when it failed, by message."""
    return ForwardingView(
        connection=row.connection,
        recipient=recipient,
        external_ref=row.external_ref,
        transmitted_at=row.transmitted_at,
        received_at=row.received_at,
        taken_into_account_at=row.taken_into_account_at,
        failed_at=row.failed_at,
        failure_code=row.failure_code,
        delivery_state=delivery.state if delivery else None,
        next_attempt_at=delivery.next_attempt_at if delivery else None,
        finished_at=row.finished_at,
        amendment_sent=row.carried_amendment,
        amendment_pending=row.is_held_there and not row.finished_at and row.carried_amendment < request.amendments,
        prepared_at=row.prepared_at,
        posted_on=row.posted_on,
        closing=row.closing,
        closed_at=row.closed_at,
        closing_note=words.get(str(row.closing_note_id), ""),
    )


def _decision(
    request: ServiceRequest, events: Sequence[EventView], messages: Sequence[MessageView]
) -> DecisionView | None:
    """The decision, with the words of the agent or of the recipient who made it."""
    if request.status not in policy.DECISIONS or request.decided_at is None:
        return None
    ends = [
        event.payload for event in events if event.type == "status_changed" and event.payload["to"] == request.status
    ]
    wanted = ends[-1].get("message_id") if ends else None
    words = next((message for message in messages if str(message.id) == wanted), None)
    by_agent = words is not None and words.author_kind is ActorKind.AGENT
    return DecisionView(
        decision=request.status,
        reason=words.text if words else "",
        agent_name=words.author_name if words and by_agent else "",
        decided_at=request.decided_at,
    )


def contact_address(session: Session, actor: Actor, reference: str) -> str:
    """Where the applicant is written to; empty when they gave no address.

    :raises NotFound: no request of theirs.
    """
    return address_of(session, find_readable(session, actor, reference))


def get_request_document(
    session: Session, actor: Actor, reference: str, document_id: UUID, *, journal: Session | None = None
) -> DocumentView:
    """One of the documents that a request was sent with, for whoever may read the request.

    :param journal: the session that writes the line of the journal; mandatory for an agent.
    :raises NotFound: no request of theirs, or it was not sent with it.
    """
    request = find_readable(session, actor, reference)
    found = get_linked_document(session, request.id, document_id)
    read_and_journal(session, actor, reference, journal, "document_read")
    return found


def list_requests(session: Session, actor: Actor) -> list[RequestSummary]:
    """The requests of a resident, or of an agent's departments: the 200 newest, in one statement."""
    if actor.is_resident:
        rows = session.execute(_OF_ACCOUNT, {"account_id": account_of(actor)})
    elif actor.is_agent:
        rows = session.execute(_NEWEST.where(ServiceRequest.department_id.in_(actor.department_ids)))
    else:
        return []
    return [_summary(row, slug, title) for row, slug, title in rows if policy.can_read(actor, row)]


def _summary(row: ServiceRequest, slug: str, title: str) -> RequestSummary:
    return RequestSummary(
        id=row.id,
        reference=row.reference,
        procedure_slug=slug,
        procedure_title=title,
        status=row.status,
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
        transmitted_at=row.transmitted_at,
        received_at=row.received_at,
        taken_into_account_at=row.taken_into_account_at,
        waiting_for_me=row.status is RequestStatus.WAITING_FOR_RESIDENT,
    )


def find_request_id(session: Session, reference: str) -> UUID | None:
    """The id behind a reference, for the worker and the webhooks; never for a person."""
    exact = normalise(reference)
    if exact is None:
        return None
    return session.scalar(select(ServiceRequest.id).where(ServiceRequest.reference == exact))
