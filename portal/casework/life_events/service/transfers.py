"""One organisation: the person agrees, and the request leaves with its acknowledgement, in one unit."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import ProcedureView, get_published
from portal.casework.life_events import policy
from portal.casework.life_events.declaration import Declaration
from portal.casework.life_events.enums import Choice, EventStatus
from portal.casework.life_events.mapping import Line, answers_by_step, answers_for, blocked_by, lines_of
from portal.casework.life_events.models import LifeEvent, LifeEventTransfer
from portal.casework.life_events.service.rows import facts_of, own_event
from portal.casework.life_events.shapes import Facts, SentView
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor


def consent_and_send(
    session: Session,
    actor: Actor,
    declaration: Declaration,
    event_id: UUID,
    key: str,
    *,
    version: int,
    idempotency_key: str,
) -> SentView:
    """The person agrees that this organisation be told: their consent and the request are kept together, or neither.

    The request goes the way of all requests: acknowledgement, timeline, messages to its recipients. Agreeing again
    while it stands gives the same request and sends nothing.

    :param key: the line, as :class:`LineView` names it.
    :param version: the version of the facts that the person read before agreeing.
    :param idempotency_key: drawn when the form was shown.
    :raises Conflict: ``facts_changed``, ``event_cancelled``, ``blocked``, ``procedure_closed``, or ``draft_open`` when
        the person is filling the same procedure by themselves.
    :raises Invalid: by field of the procedure, in French, when the facts do not fill it.
    :raises Busy: too many requests from this account within the hour.
    :raises NotFound: no such event of theirs, or the facts do not concern this organisation.
    """
    event = own_event(session, actor, declaration.kind, event_id)
    facts = facts_of(session, event)
    line = _line(declaration, facts, key)
    row = _row(session, event, line)
    replay = _standing_request(session, actor, row, idempotency_key)
    if replay is not None:
        return replay
    _check_may_leave(event, line, facts, version)
    sent = _submit(session, actor, line, facts, idempotency_key)
    row = row or _add_row(session, event, line, actor)
    _decide(row, actor, Choice.AGREED)
    row.consent_code, row.consent_version = declaration.consent.code, declaration.consent.version
    row.consent_facts_version = row.told_version = event.version
    row.request_id = sent.request_id
    event.updated_at = clock.now()
    _journal(session, actor, event, line, "transfer_agreed", sent.request_id)
    session.flush()
    return SentView(sent.request_id, sent.reference, sent.is_replay)


def decline(session: Session, actor: Actor, declaration: Declaration, event_id: UUID, key: str) -> None:
    """The person tells this organisation by themselves, or not at all; they may change their mind.

    :raises Conflict: ``already_sent``; ``event_cancelled``.
    :raises NotFound: no such event of theirs, or the facts do not concern this organisation.
    """
    event = own_event(session, actor, declaration.kind, event_id)
    line = _line(declaration, facts_of(session, event), key)
    if event.status is EventStatus.CANCELLED:
        raise Conflict("event_cancelled")
    row = _row(session, event, line)
    if row is not None and _is_live(session, actor, row):
        raise Conflict("already_sent")
    row = row or _add_row(session, event, line, actor)
    _decide(row, actor, Choice.DECLINED)
    row.request_id = None
    session.flush()


def _line(declaration: Declaration, facts: Facts, key: str) -> Line:
    line = next((one for one in lines_of(declaration, facts) if one.key == key), None)
    if line is None:
        raise NotFound("organisation_unknown")
    return line


def _row(session: Session, event: LifeEvent, line: Line) -> LifeEventTransfer | None:
    query = select(LifeEventTransfer).where(
        LifeEventTransfer.life_event_id == event.id,
        LifeEventTransfer.organisation == line.organisation.code,
        LifeEventTransfer.slot == line.slot,
    )
    return session.scalars(query).one_or_none()


def _add_row(session: Session, event: LifeEvent, line: Line, actor: Actor) -> LifeEventTransfer:
    row = LifeEventTransfer(
        life_event_id=event.id,
        organisation=line.organisation.code,
        slot=line.slot,
        procedure=line.organisation.procedure,
    )
    _decide(row, actor, Choice.DECLINED)
    session.add(row)
    return row


def _decide(row: LifeEventTransfer, actor: Actor, choice: Choice) -> None:
    if actor.id is None:
        raise NotFound("life_event_unknown")
    row.choice, row.chosen_at, row.chosen_by = choice, clock.now(), actor.id
    row.actor_kind, row.mandate_id = actor.kind, actor.mandate_id


def _is_live(session: Session, actor: Actor, row: LifeEventTransfer) -> bool:
    if row.request_id is None:
        return False
    return policy.is_live(requests.list_standings(session, actor, [row.request_id]).get(row.request_id))


def _standing_request(
    session: Session, actor: Actor, row: LifeEventTransfer | None, idempotency_key: str
) -> SentView | None:
    """The request that this organisation already has, or that this very form made."""
    if row is None or row.request_id is None:
        return None
    standing = requests.list_standings(session, actor, [row.request_id]).get(row.request_id)
    if standing is None:
        return None
    same_form = requests.find_submitted(session, actor, idempotency_key) == standing.reference
    if same_form or policy.is_live(standing):
        return SentView(standing.id, standing.reference, is_replay=True)
    return None


def _check_may_leave(event: LifeEvent, line: Line, facts: Facts, version: int) -> None:
    if event.status is EventStatus.CANCELLED:
        raise Conflict("event_cancelled")
    if event.version != version:
        raise Conflict("facts_changed")
    if blocked_by(line, facts):
        raise Conflict("blocked")


def _submit(session: Session, actor: Actor, line: Line, facts: Facts, idempotency_key: str) -> requests.SubmittedView:
    procedure = _open_procedure(session, line)
    if requests.find_draft(session, actor, procedure.id) is not None:
        raise Conflict("draft_open")
    draft = requests.start_draft(session, actor, procedure)
    answers = answers_for(line, procedure.document, facts)
    for step, values in answers_by_step(procedure.document, answers):
        draft = requests.save_step(session, actor, draft.id, step=step, answers=values, version=draft.version)
    return requests.submit(session, actor, draft.id, idempotency_key=idempotency_key, version=draft.version)


def _open_procedure(session: Session, line: Line) -> ProcedureView:
    try:
        return get_published(session, line.organisation.procedure)
    except NotFound:
        raise Conflict("procedure_closed") from None


def _journal(session: Session, actor: Actor, event: LifeEvent, line: Line, action: str, request_id: UUID) -> None:
    """Who agreed to what, for whom and when; the journal is append-only and never holds a value."""
    details = {"event": str(event.id), "organisation": line.key, "facts": str(event.version)}
    record(session, actor, action, subject_id=event.person_id, request_id=request_id, details=details)
