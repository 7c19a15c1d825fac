"""Agreeing by a code sent to the person's telephone. The mandate stays blocked until the right code is typed."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.casework.mandates import policy
from portal.casework.mandates.enums import CodeAnswer, EventKind, MandateState, ProofKind, SmsProgress
from portal.casework.mandates.models import Mandate, MandateConsent
from portal.casework.mandates.service.codes import sms_code
from portal.casework.mandates.service.confirming import confirm
from portal.casework.mandates.service.rows import check_state, content_of, held_row, note, seal_content, state_of
from portal.casework.mandates.shapes import ConsentView
from portal.casework.notifications.policy import same_code
from portal.casework.notifications.service import SMS_LANE, TextMessage, read_mobile
from portal.casework.notifications.texts import say_mandate_code
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor
from portal.people.accounts.service import get_contacts, get_department
from portal.records.outbox.enums import MessageState
from portal.records.outbox.service import delivery_state, enqueue

MANDATE_CODE_KIND = "mandate_code"
MOST_CODES = 5
_GOING = frozenset({MessageState.PENDING, MessageState.CLAIMED})


def known_number(session: Session, person_id: UUID) -> str:
    """The telephone that the person declared; empty when there is none."""
    return get_contacts(session, person_id).phone


def send_sms_code(session: Session, actor: Actor, mandate_id: UUID, typed: str = "") -> ConsentView:
    """Have a code sent to the number that the person declared, or to the one said at the desk, which is noted as such.

    A code sent before is worth nothing any more.

    :raises NotFound: none, or another department's.
    :raises Invalid: ``phone``: it is no number of a mobile, or there is none.
    :raises Conflict: ``mandate_moved``, or ``too_many_codes``: five were sent already.
    """
    row = held_row(session, actor, mandate_id, lock=True)
    check_state(session, row, MandateState.WAITING)
    declared = known_number(session, row.person_id)
    number = read_mobile(typed.strip() or declared)
    sent = session.scalar(select(func.count()).where(MandateConsent.mandate_id == row.id)) or 0
    if sent >= MOST_CODES:
        raise Conflict("too_many_codes")
    at = clock.now()
    open_ones = (MandateConsent.mandate_id == row.id, MandateConsent.settled_at.is_(None))
    session.execute(update(MandateConsent).where(*open_ones).values(settled_at=at))
    row.sealed = seal_content(session, row.id, row.data_key_id, content_of(session, row) | {"phone": number})
    consent = MandateConsent(
        id=new_id(),
        mandate_id=row.id,
        typed_at_desk=number != declared,
        tries=0,
        created_at=at,
        expires_at=at + policy.CODE_LIFE,
        answered=False,
    )
    session.add(consent)
    session.flush()
    enqueue(
        session,
        lane=SMS_LANE,
        kind=MANDATE_CODE_KIND,
        payload={"consent_id": str(consent.id)},
        idempotency_key=f"{MANDATE_CODE_KIND}:{consent.id}",
        group=str(consent.id),
    )
    note(session, row, actor, EventKind.CODE_SENT, {"number": "desk" if consent.typed_at_desk else "declared"})
    return _view(session, row, consent)


def confirm_by_sms_code(session: Session, actor: Actor, mandate_id: UUID, typed: str) -> CodeAnswer:
    """Whether this is the code that was sent, which confirms the mandate. Five wrong ones end the code.

    It raises nothing for a wrong code, so that the attempt is kept.

    :raises NotFound: none, or another department's.
    :raises Conflict: ``mandate_moved``: a colleague confirmed it, the person answered, or it is over.
    """
    row = held_row(session, actor, mandate_id, lock=True)
    check_state(session, row, MandateState.WAITING)
    consent = _last(session, row.id)
    if consent is None or not _is_open(consent):
        return CodeAnswer.OVER
    consent.tries += 1
    if same_code(typed, sms_code(consent.id)):
        consent.answered, consent.settled_at = True, clock.now()
        session.flush()
        number = "desk" if consent.typed_at_desk else "declared"
        confirm(session, row, actor, ProofKind.SMS, number=number, consent=str(consent.id))
        return CodeAnswer.RIGHT
    if consent.tries >= policy.CODE_TRIES:
        consent.settled_at = clock.now()
    session.flush()
    note(session, row, actor, EventKind.CODE_WRONG, {"try": str(consent.tries)})
    return CodeAnswer.WRONG if consent.settled_at is None else CodeAnswer.OVER


def find_consent(session: Session, actor: Actor, mandate_id: UUID) -> ConsentView | None:
    """The last code sent for a mandate and how far it is; None when none was.

    :raises NotFound: none, or another department's.
    """
    row = held_row(session, actor, mandate_id)
    consent = _last(session, row.id)
    return _view(session, row, consent) if consent else None


def render_mandate_code(session: Session, consent_id: UUID) -> TextMessage | None:
    """The message that carries a code; None when it is over."""
    consent = session.get(MandateConsent, consent_id)
    if consent is None or not _is_open(consent):
        return None
    row = session.get_one(Mandate, consent.mandate_id)
    number = str(content_of(session, row)["phone"])
    if not number or state_of(session, row) is not MandateState.WAITING:
        return None
    department = get_department(session, row.department_id).name
    return TextMessage(number, say_mandate_code(sms_code(consent.id), department))


def record_mandate_code_sent(session: Session, consent_id: UUID, *, external_ref: str = "", refused: str = "") -> None:
    """What the operator said of the message that carries a code.

    :raises NotFound: no such code.
    """
    consent = session.get(MandateConsent, consent_id)
    if consent is None:
        raise NotFound("consent_unknown")
    consent.external_ref = external_ref[:200] or consent.external_ref
    consent.refused_code = refused[:80] or None
    session.flush()


def _last(session: Session, mandate_id: UUID) -> MandateConsent | None:
    query = select(MandateConsent).where(MandateConsent.mandate_id == mandate_id)
    newest = query.order_by(MandateConsent.created_at.desc(), MandateConsent.id.desc()).limit(1)
    return session.scalars(newest.execution_options(populate_existing=True)).first()


def _is_open(consent: MandateConsent) -> bool:
    return consent.settled_at is None and consent.expires_at > clock.now()


def _view(session: Session, row: Mandate, consent: MandateConsent) -> ConsentView:
    return ConsentView(
        number=str(content_of(session, row)["phone"]),
        typed_at_desk=consent.typed_at_desk,
        expires_at=consent.expires_at,
        tries_left=max(0, policy.CODE_TRIES - consent.tries),
        is_open=_is_open(consent),
        progress=_progress(session, consent),
        attempts=session.scalar(select(func.count()).where(MandateConsent.mandate_id == row.id)) or 0,
    )


def _progress(session: Session, consent: MandateConsent) -> SmsProgress:
    """A message that was tried in vain, or held back because the operator is down, has not left."""
    if consent.refused_code is not None:
        return SmsProgress.UNSENT
    if consent.external_ref is not None:
        return SmsProgress.SENT
    found = delivery_state(session, str(consent.id))
    if not found:
        return SmsProgress.UNSENT
    last = found[-1]
    if last.state is MessageState.DELIVERED:
        return SmsProgress.SENT
    return SmsProgress.ON_ITS_WAY if last.state in _GOING and last.held_reason is None else SmsProgress.UNSENT
