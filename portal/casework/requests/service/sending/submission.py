"""Submission: one transaction makes the request, its acknowledgement, its first event and its messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.enums import Regime
from portal.casework.catalogue.exits import exit_for
from portal.casework.catalogue.fields import Answers, check_all
from portal.casework.catalogue.places import said_in
from portal.casework.catalogue.service import ProcedureView, get_published, get_version, workflow_of
from portal.casework.documents.service import link_documents
from portal.casework.notifications.service import NotificationEvent
from portal.casework.requests.acknowledgements import build_acknowledgement, content_hash, decision_date
from portal.casework.requests.enums import Channel
from portal.casework.requests.models import Acknowledgement, Draft, Forwarding, ServiceRequest
from portal.casework.requests.reference import ATTEMPTS, new_reference
from portal.casework.requests.service.access import account_of, drafting_account
from portal.casework.requests.service.drafting.drafts import check_version, own_draft
from portal.casework.requests.service.drafting.migrating import check_finishable
from portal.casework.requests.service.evidence import answered_files, evidence_errors, evidence_names
from portal.casework.requests.service.findable import keep_words
from portal.casework.requests.service.papers import ACKNOWLEDGEMENT_PAPER, order_paper
from portal.casework.requests.service.sealed import draft_answers, seal_acknowledgement, seal_answers, seal_origins
from portal.casework.requests.service.sending.routed import give_by_rule
from portal.casework.requests.service.telling import address_in, tell_applicant
from portal.casework.requests.shapes import Origin, SubmittedView
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.people.accounts.enums import ValueSource
from portal.people.accounts.service import get_account, get_authority, name_key
from portal.records.outbox.service import enqueue
from portal.records.timeline.service import append

FORWARD_KIND = "forward_request"
MAX_PER_HOUR = 20
NOWHERE_ELSE: Mapping[str, Origin] = MappingProxyType({})
MAX_FORM_KEY = 255


def submit(
    session: Session,
    actor: Actor,
    draft_id: UUID,
    *,
    idempotency_key: str,
    channel: Channel = Channel.WEB,
    version: int,
    origins: Mapping[str, Origin] = NOWHERE_ELSE,
) -> SubmittedView:
    """Turn a draft into a request. Repeating the call with the same key gives the same request and adds nothing.

    Every answer is checked again under the conditions; hidden ones are dropped, hidden mandatory ones are not missed.

    :param idempotency_key: drawn when the form was shown, kept in a hidden field.
    :param version: the version of the draft the person was looking at.
    :param origins: where answers come from, by path; the others were typed.
    :raises Forbidden: neither a resident, nor an agent who was let in to the draft of one.
    :raises Invalid: by field name, in French.
    :raises Conflict: ``draft_changed`` (with ``theirs``), ``procedure_closed``, ``version_over``, or ``not_eligible``:
        an exit holds.
    :raises Busy: too many requests from this account within the hour.
    :raises NotFound: no such draft of theirs.
    """
    account_id = drafting_account(actor)
    if account_id is None:
        raise Forbidden("account_needed")
    if not 1 <= len(idempotency_key) <= MAX_FORM_KEY:
        raise ValueError("an idempotency key of 1 to 255 characters is needed")
    try:
        draft = own_draft(session, actor, draft_id, lock=True)
    except NotFound:
        replay = find_replay(session, account_id, idempotency_key)
        if replay is None:
            raise
        return replay
    replay = find_replay(session, account_id, idempotency_key)
    if replay is not None:
        return replay
    check_version(session, draft, version)
    check_rate(session, account_id)
    procedure = open_procedure(session, draft)
    account = get_account(session, account_id)
    values, errors = check_all(procedure.document, draft_answers(session, draft))
    errors = errors or evidence_errors(session, account.person_id, procedure.document.steps, values)
    if errors:
        raise Invalid(errors)
    applicant = Applicant(account.id, account.person_id, account.display_name, account.email)
    form = CheckedForm(actor, applicant, procedure, values, idempotency_key, channel, draft.data_key_id, origins)
    request = record_request(session, form)
    session.delete(draft)
    session.flush()
    return SubmittedView(request.id, request.reference, is_replay=False)


def find_submitted(session: Session, actor: Actor, form_key: str) -> str | None:
    """The reference of the request that this form already sent, None when it did not.

    :raises Forbidden: not a resident.
    """
    found = find_replay(session, account_of(actor), form_key)
    return found.reference if found else None


def find_replay(session: Session, account_id: UUID, form_key: str) -> SubmittedView | None:
    """The request that this form of this account already made."""
    query = select(ServiceRequest.id, ServiceRequest.reference).where(
        ServiceRequest.account_id == account_id, ServiceRequest.form_key == form_key
    )
    row = session.execute(query).one_or_none()
    return SubmittedView(row.id, row.reference, is_replay=True) if row else None


def check_rate(session: Session, account_id: UUID) -> None:
    """:raises Busy: too many requests from this account within the hour."""
    since = clock.now() - timedelta(hours=1)
    query = select(func.count(), func.min(ServiceRequest.submitted_at)).where(
        ServiceRequest.account_id == account_id, ServiceRequest.submitted_at > since
    )
    count, oldest = session.execute(query).one()
    if count >= MAX_PER_HOUR:
        raise Busy("too_many_requests", retry_after=max(1, int((oldest - since).total_seconds()) + 1))


def open_procedure(session: Session, draft: Draft) -> ProcedureView:
    """The version that a draft was begun with.

    :raises Conflict: ``procedure_closed``.
    """
    procedure = get_version(session, draft.procedure_id, draft.procedure_version)
    try:
        offered = get_published(session, procedure.slug)
    except NotFound:
        raise Conflict("procedure_closed") from None
    check_finishable(procedure, offered)
    return procedure


def first_wait(document: ProcedureDocument, submitted_at: datetime) -> datetime | None:
    """Until when a request may stay untouched, where its workflow says so from the start."""
    workflow = workflow_of(document)
    if workflow is None or workflow.start.wait_days is None:
        return None
    return submitted_at + timedelta(days=workflow.start.wait_days)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks. ``account_id`` is None for a person without an account; ``name`` is how they are shown."""

    account_id: UUID | None
    person_id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class CheckedForm:
    """A checked form, ready to become a request.

    ``received_at``: when the administration had it in hand, for a paper that is typed in later; None = now.
    """

    actor: Actor
    applicant: Applicant
    procedure: ProcedureView
    values: Answers
    form_key: str
    channel: Channel
    data_key_id: UUID
    origins: Mapping[str, Origin] = field(default_factory=dict)
    received_at: datetime | None = None

    def to_row(self, session: Session, reference: str) -> ServiceRequest:
        """The row of the request; the key that sealed the answers on their way becomes that of the request."""
        request_id, now = new_id(), clock.now()
        received_at = self.received_at or now
        rule = self.procedure.document.acknowledgement
        # Without a recipient elsewhere, the department has the request as soon as it exists.
        here = None if self.procedure.document.first_routes else now
        return ServiceRequest(
            id=request_id,
            reference=reference,
            local_authority_id=self.procedure.local_authority_id,
            department_id=self.procedure.department_id,
            procedure_id=self.procedure.id,
            procedure_version=self.procedure.version,
            account_id=self.applicant.account_id,
            person_id=self.applicant.person_id,
            submitted_by=self.actor.id,
            mandate_id=self.actor.mandate_id,
            channel=self.channel,
            form_key=self.form_key,
            applicant_name=self.applicant.name,
            applicant_key=name_key(self.applicant.name),
            data_key_id=self.data_key_id,
            sealed_answers=seal_answers(session, request_id, self.data_key_id, self.values),
            sealed_origins=seal_origins(session, request_id, self.data_key_id, self._origins()),
            submitted_at=received_at,
            updated_at=now,
            transmitted_at=here,
            received_at=here,
            regime=rule.regime or Regime.NONE,
            deadline=decision_date(rule, received_at),
            state_until=first_wait(self.procedure.document, now),
        )

    def _origins(self) -> dict[str, Origin]:
        """Frozen with the answers: of each one, where it came from; what came from nowhere else was typed today."""
        typed = Origin(ValueSource.TYPED, verified=False, as_of=clock.today())
        said = said_in(self.procedure.document.steps, self.values)
        return {place.path: self.origins.get(place.path, typed) for place, _value in said}


def record_request(session: Session, form: CheckedForm) -> ServiceRequest:
    """The only way in: the request, its papers, its first event and its messages, in the unit of the caller.

    :raises Conflict: ``not_eligible``: the answers lead to an exit of the procedure.
    """
    if exit_for(form.procedure.document, form.values) is not None:
        raise Conflict("not_eligible")
    request = _insert(session, form)
    procedure = form.procedure
    _link(session, request, procedure, form.values)
    _acknowledge(session, request, procedure, form)
    order_paper(session, request.id, ACKNOWLEDGEMENT_PAPER)
    _forward(session, request, procedure)
    told = tell_applicant(session, request, NotificationEvent.REQUEST_SUBMITTED)
    append(
        session,
        request_id=request.id,
        type="request_submitted",
        version=1,
        payload={"reference": request.reference, "channel": request.channel.value, "told": told},
        actor=form.actor,
        occurred_at=request.submitted_at,
    )
    give_by_rule(session, request, form.values)
    return request


def _link(session: Session, request: ServiceRequest, procedure: ProcedureView, values: Answers) -> None:
    named = answered_files(procedure.document.steps, values)
    ids = [one for ids in named.values() for one in ids]
    link_documents(session, request.id, request.person_id, ids, days=procedure.document.retention_days)


def _insert(session: Session, form: CheckedForm) -> ServiceRequest:
    prefix = get_authority(session).reference_prefix
    for _attempt in range(ATTEMPTS):
        reference = new_reference(prefix)
        if session.scalar(select(ServiceRequest.id).where(ServiceRequest.reference == reference)) is not None:
            continue
        request = form.to_row(session, reference)
        try:
            with session.begin_nested():
                session.add(request)
                session.flush()
        except IntegrityError:  # drawn at the same moment by another submission
            continue
        keep_words(session, request)
        return request
    raise Busy("reference_unavailable", retry_after=1)


def _acknowledge(session: Session, request: ServiceRequest, procedure: ProcedureView, form: CheckedForm) -> None:
    data = build_acknowledgement(
        procedure.document,
        version=procedure.version,
        number=request.reference,
        received_at=clock.local(request.submitted_at),
        channel=request.channel,
        applicant=request.applicant_name,
        sent_to=address_in(procedure.document, form.values) or form.applicant.email,
        evidence_received=evidence_names(procedure.document.steps, form.values),
        language=request.language,
        issued_at=request.updated_at,
        on_paper=form.received_at is not None,
    )
    session.add(
        Acknowledgement(
            request_id=request.id,
            sealed_data=seal_acknowledgement(session, request.id, request.data_key_id, data),
            content_hash=content_hash(data),
            issued_at=request.updated_at,
        )
    )


def _forward(session: Session, request: ServiceRequest, procedure: ProcedureView) -> None:
    for route in procedure.document.first_routes:
        forward_to(session, request, route.connection)


def forward_to(session: Session, request: ServiceRequest, connection: str) -> None:
    """Have this recipient sent the request; one more row for one that has it already is refused by the table."""
    session.add(Forwarding(request_id=request.id, connection=connection))
    enqueue(
        session,
        lane=connection,
        kind=FORWARD_KIND,
        payload={"request_id": str(request.id), "connection": connection},
        idempotency_key=forwarding_key(request.id, connection),
        group=str(request.id),
    )


def forwarding_key(request_id: UUID, connection: str) -> str:
    """The key under which a recipient knows this request: the same at each attempt."""
    return f"{request_id}:{connection}"
