"""A request that did not come by the portal, typed in by an agent: a letter, a call, a visit, without an account.

It takes the way of any request without an account: a person of this request alone, and a code to follow it. The legal
clock runs from the day the administration received it (CRPA L114-3, R112-5), not from the day it was typed in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.catalogue.fields import check_all
from portal.casework.catalogue.service import ProcedureView
from portal.casework.documents.service import link_documents
from portal.casework.requests.enums import Channel, MessageKind
from portal.casework.requests.models import Draft, FollowUp, ServiceRequest
from portal.casework.requests.policy import DUPLICATE_WITHIN
from portal.casework.requests.service.access import drafting_account
from portal.casework.requests.service.drafting.drafts import check_version, create_draft, own_draft, view_of
from portal.casework.requests.service.evidence import evidence_errors
from portal.casework.requests.service.findable import keep_spellings
from portal.casework.requests.service.sealed import draft_answers
from portal.casework.requests.service.sending.submission import (
    MAX_FORM_KEY,
    Applicant,
    CheckedForm,
    open_procedure,
    record_request,
)
from portal.casework.requests.service.sending.unsigned import code_key, code_of, find_unsigned
from portal.casework.requests.service.thread import write_message
from portal.casework.requests.shapes import DraftView, SubmittedView
from portal.ground import clock
from portal.ground.audit.service import record_each
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor, Permission
from portal.ground.vault.service import fingerprint
from portal.people.accounts.service import name_key

DUPLICATES_SHOWN = 5
MIDDAY = time(12)


@dataclass(frozen=True, slots=True)
class Received:
    """What is known of a request that came another way: by which channel, which day, from whom, with which scans.

    ``wish``: how and where the person wants to be answered, in words; kept as the first message of the request.
    """

    channel: Channel
    received_on: date
    applicant: str
    wish: str = ""
    scans: Collection[UUID] = ()


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """A request that may be the same: its reference, the day it was received, and by which channel."""

    reference: str
    submitted_at: datetime
    channel: Channel


def start_entry_draft(session: Session, actor: Actor, procedure: ProcedureView) -> DraftView:
    """Open the draft of a paper form: nobody's account, and of nobody but who was let in to it.

    :raises Forbidden: the agent does not hold the permission.
    """
    if not actor.can(Permission.REQUESTS_ENTER):
        raise Forbidden("permission")
    return view_of(session, create_draft(session, None, procedure), procedure.slug)


def find_similar(session: Session, actor: Actor, procedure_id: UUID, applicant: str) -> list[SimilarRequest]:
    """The requests of this procedure under the same name within thirty days, the latest first, five at most.

    Only their references and dates are given; that they were found is noted in the journal.

    :raises Forbidden: the agent does not hold the permission.
    """
    if not actor.can(Permission.REQUESTS_ENTER):
        raise Forbidden("permission")
    query = (
        select(
            ServiceRequest.reference,
            ServiceRequest.submitted_at,
            ServiceRequest.channel,
            ServiceRequest.person_id,
            ServiceRequest.id,
        )
        .where(
            ServiceRequest.procedure_id == procedure_id,
            ServiceRequest.applicant_key == name_key(applicant),
            ServiceRequest.submitted_at > clock.now() - DUPLICATE_WITHIN,
        )
        .order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id)
        .limit(DUPLICATES_SHOWN)
    )
    rows = session.execute(query).all()
    record_each(session, actor, "request_found", [(row.person_id, row.id) for row in rows])
    return [SimilarRequest(row.reference, row.submitted_at, row.channel) for row in rows]


def submit_entry(
    session: Session, actor: Actor, draft_id: UUID, *, idempotency_key: str, version: int, received: Received
) -> SubmittedView:
    """Turn a typed-in form into a request without an account; the same key gives the same request and the same code.

    :raises Invalid: by field name, in French.
    :raises Conflict: ``draft_changed`` or ``procedure_closed``.
    :raises Forbidden: not an agent who types this form in.
    :raises NotFound: no such draft.
    """
    if drafting_account(actor) is not None or actor.subject is None:
        raise Forbidden("entry_needed")
    if not 1 <= len(idempotency_key) <= MAX_FORM_KEY:
        raise ValueError("an idempotency key of 1 to 255 characters is needed")
    form_key, code = fingerprint(idempotency_key, sector="unsigned_form"), code_of(idempotency_key)
    replay = find_unsigned(session, form_key, code)
    if replay is not None:
        return replay
    form, draft = _checked_form(session, actor, draft_id, version, received, form_key)
    try:
        with session.begin_nested():
            request = record_request(session, form)
            session.add(FollowUp(request_id=request.id, code_key=code_key(request.id, code), form_key=form_key))
            session.delete(draft)
            session.flush()
    except IntegrityError:  # the same form, sent at the same moment
        replay = find_unsigned(session, form_key, code)
        if replay is None:
            raise
        return replay
    keep_spellings(session, request)
    _link_scans(session, request, form, received.scans)
    if received.wish:
        write_message(session, request, actor, kind=MessageKind.MESSAGE, text=received.wish, idempotency_key="wish")
    return SubmittedView(request.id, request.reference, is_replay=False, code=code)


def _checked_form(
    session: Session, actor: Actor, draft_id: UUID, version: int, received: Received, form_key: str
) -> tuple[CheckedForm, Draft]:
    draft = own_draft(session, actor, draft_id, lock=True)
    check_version(session, draft, version)
    procedure = open_procedure(session, draft)
    values, errors = check_all(procedure.document, draft_answers(session, draft))
    if actor.subject is None:
        raise NotFound("person_unknown")
    errors = errors or evidence_errors(session, actor.subject, procedure.document.steps, values)
    if errors:
        raise Invalid(errors)
    applicant = Applicant(None, actor.subject, received.applicant, "")
    at = instant_of(received.received_on)
    form = CheckedForm(
        actor, applicant, procedure, values, form_key, received.channel, draft.data_key_id, received_at=at
    )
    return form, draft


def instant_of(day: date) -> datetime:
    """The instant kept for a day without an hour: midday in the authority's zone, never later than now."""
    return min(datetime.combine(day, MIDDAY, tzinfo=clock.local(clock.now()).tzinfo), clock.now())


def _link_scans(session: Session, request: ServiceRequest, form: CheckedForm, scans: Collection[UUID]) -> None:
    link_documents(session, request.id, request.person_id, scans, days=form.procedure.document.retention_days)
