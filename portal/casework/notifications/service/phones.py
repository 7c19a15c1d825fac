"""A phone number proven by a code sent to it: nothing else is ever sent to a number that is not.

The code is drawn from the id of the claim by a keyed fingerprint: it is kept nowhere, and cannot be read in the base.
"""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Uuid, and_, delete, literal, select, update
from sqlalchemy.orm import Session

from portal.casework.notifications import policy
from portal.casework.notifications.enums import NoticeChannel
from portal.casework.notifications.models import BlockedContact, NotificationPreference, PhoneClaim
from portal.casework.notifications.service.blocking import digest_of, is_blocked, unblock
from portal.casework.notifications.service.preferences import keep, own_account, view_of
from portal.casework.notifications.shapes import PhoneView, PreferenceView, TextMessage
from portal.casework.notifications.texts import say_code
from portal.ground.clock import now
from portal.ground.db import new_id
from portal.ground.dictionary.service import ValueRefused, get_concept, validate
from portal.ground.errors import Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import VaultDestroyed, fingerprint
from portal.people.accounts.enums import ContactKind
from portal.people.accounts.service import declare_contact, get_account, get_authority, get_contacts
from portal.records.outbox.service import enqueue

SMS_LANE = "sms"
PHONE_CODE = "phone_code"


def get_choices(session: Session, account_id: UUID, person_id: UUID) -> tuple[PreferenceView, PhoneView]:
    """What an account chose, and the number that its person declared: one statement, and those of the contacts."""
    mine = select(literal(account_id, Uuid()).label("account_id")).subquery()
    claim = (
        select(PhoneClaim.id)
        .where(PhoneClaim.account_id == account_id, PhoneClaim.settled_at.is_(None), PhoneClaim.expires_at > now())
        .order_by(PhoneClaim.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    blocked = and_(
        BlockedContact.digest == NotificationPreference.phone_digest,
        BlockedContact.blocked_at > now() - policy.BLOCK_LASTS,
    )
    query = (
        select(NotificationPreference, PhoneClaim, BlockedContact.code)
        .select_from(mine)
        .outerjoin(NotificationPreference, NotificationPreference.account_id == mine.c.account_id)
        .outerjoin(PhoneClaim, PhoneClaim.id == claim)
        .outerjoin(BlockedContact, blocked)
    )
    row = session.execute(query.execution_options(populate_existing=True)).one()
    preferences, number = view_of(row[0]), get_contacts(session, person_id).phone
    digest = digest_of(NoticeChannel.SMS, number) if number else ""
    awaited = row[1] if row[1] is not None and row[1].phone_digest == digest else None
    phone = PhoneView(
        number,
        verified=bool(number) and preferences.phone_digest == digest,
        awaited_until=awaited.expires_at if awaited else None,
        refused=bool(awaited and awaited.refused_code),
        blocked=bool(number) and preferences.phone_digest == digest and row[2] is not None,
    )
    return preferences, phone


def reachable_number(session: Session, account_id: UUID, phone_digest: str | None) -> str:
    """The number that text messages may be sent to; empty when it is not proven, was changed since, or is blocked."""
    if phone_digest is None:
        return ""
    number = _number(session, account_id)
    proven = bool(number) and digest_of(NoticeChannel.SMS, number) == phone_digest
    return number if proven and not is_blocked(session, NoticeChannel.SMS, number) else ""


def ask_phone_code(session: Session, actor: Actor, typed: str) -> None:
    """Keep the number and send a code to it; the codes asked for before are worth nothing any more.

    :raises Forbidden: the actor is not a resident acting for themselves.
    :raises Invalid: it is not the number of a mobile phone; ``fields`` has ``phone`` as its key.
    """
    account_id = own_account(actor)
    number = read_mobile(typed)
    declare_contact(session, actor, get_account(session, account_id).person_id, kind=ContactKind.PHONE, value=number)
    at = now()
    unblock(session, NoticeChannel.SMS, number)
    _end_claims(session, account_id, at)
    claim = PhoneClaim(
        id=new_id(),
        account_id=account_id,
        phone_digest=digest_of(NoticeChannel.SMS, number),
        tries=0,
        created_at=at,
        expires_at=at + policy.CODE_LIFE,
    )
    session.add(claim)
    session.flush()
    enqueue(
        session,
        lane=SMS_LANE,
        kind=PHONE_CODE,
        payload={"claim_id": str(claim.id)},
        idempotency_key=f"{PHONE_CODE}:{claim.id}",
    )


def read_mobile(typed: str) -> str:
    """The stored form of the number of a mobile phone.

    :raises Invalid: it is not one; ``fields`` has ``phone`` as its key.
    """
    if not typed.strip():
        raise Invalid({"phone": _("Indiquez votre numéro de téléphone mobile.")})
    try:
        number = str(validate(get_concept("contact.phone"), typed) or "")
    except ValueRefused as refused:
        raise Invalid({"phone": refused.message}) from None
    if not policy.is_mobile(number):
        raise Invalid({"phone": _("Indiquez un numéro de mobile : un téléphone fixe ne reçoit pas nos SMS.")})
    return number


def confirm_phone(session: Session, actor: Actor, typed: str) -> bool:
    """Whether the code is right, which proves the number. A code serves once; five wrong ones end it.

    :raises Forbidden: the actor is not a resident acting for themselves.
    """
    account_id = own_account(actor)
    number = _number(session, account_id)
    claim = _open_claim(session, account_id, digest_of(NoticeChannel.SMS, number)) if number else None
    if claim is None:
        return False
    claim.tries += 1
    right = policy.same_code(typed, _code(claim.id))
    if right or claim.tries >= policy.CODE_TRIES:
        claim.settled_at = now()
    session.flush()
    if right:
        keep(session, account_id, phone_digest=claim.phone_digest)
    return right


def drop_phone(session: Session, actor: Actor) -> None:
    """Forget the number: nothing more is sent to it. What went by SMS goes by e-mail."""
    account_id = own_account(actor)
    declare_contact(session, actor, get_account(session, account_id).person_id, kind=ContactKind.PHONE, value="")
    _end_claims(session, account_id, now())
    keep(session, account_id, phone_digest=None)


def render_phone_code(session: Session, claim_id: UUID) -> TextMessage | None:
    """The message that carries a code; None when it is over, or the number was changed."""
    claim = session.get(PhoneClaim, claim_id)
    if claim is None or claim.settled_at is not None or claim.expires_at <= now():
        return None
    number = _number(session, claim.account_id)
    if not number or digest_of(NoticeChannel.SMS, number) != claim.phone_digest:
        return None
    return TextMessage(number, say_code(_code(claim.id), get_authority(session).name))


def record_code_sent(session: Session, claim_id: UUID, *, external_ref: str = "", refused: str = "") -> None:
    """What the operator said of the message that carries a code.

    :raises NotFound: no such claim.
    """
    claim = session.get(PhoneClaim, claim_id)
    if claim is None:
        raise NotFound("claim_unknown")
    claim.external_ref = external_ref[:200] or claim.external_ref
    claim.refused_code = refused[:80] or None
    session.flush()


def report_code(session: Session, external_ref: str, refused: str) -> bool:
    """What the operator reported of the message that carries a code; False when it is none of ours."""
    claim = session.scalars(select(PhoneClaim).where(PhoneClaim.external_ref == external_ref)).first()
    if claim is None:
        return False
    claim.refused_code = refused[:80] or None
    session.flush()
    return True


def knows_reference(session: Session, external_ref: str) -> bool:
    """Whether the operator knows a code under this reference."""
    return session.scalar(select(PhoneClaim.id).where(PhoneClaim.external_ref == external_ref).limit(1)) is not None


def purge_phone_claims(session: Session) -> None:
    """Forget the codes that ended a day ago."""
    session.execute(delete(PhoneClaim).where(PhoneClaim.expires_at < now() - policy.CLAIM_KEPT))


def _open_claim(session: Session, account_id: UUID, digest: str) -> PhoneClaim | None:
    query = select(PhoneClaim).where(
        PhoneClaim.account_id == account_id,
        PhoneClaim.phone_digest == digest,
        PhoneClaim.settled_at.is_(None),
        PhoneClaim.expires_at > now(),
    )
    return session.scalars(query.order_by(PhoneClaim.id.desc()).limit(1).with_for_update()).first()


def _end_claims(session: Session, account_id: UUID, at: datetime) -> None:
    session.execute(
        update(PhoneClaim)
        .where(PhoneClaim.account_id == account_id, PhoneClaim.settled_at.is_(None))
        .values(settled_at=at)
    )


def _number(session: Session, account_id: UUID) -> str:
    try:
        return get_contacts(session, get_account(session, account_id).person_id).phone
    except VaultDestroyed:  # erased: there is nobody to reach any more
        return ""


def _code(claim_id: UUID) -> str:
    drawn = int(fingerprint(str(claim_id), sector="phone_claim"), 16) % 10**policy.CODE_DIGITS
    return f"{drawn:0{policy.CODE_DIGITS}d}"
