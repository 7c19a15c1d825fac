"""What time does to mandates: proposals lapse, the term is told a week before, and what is long over is erased."""

from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from portal.casework.mandates import policy
from portal.casework.mandates.enums import Ending, EventKind, MandateState
from portal.casework.mandates.models import Mandate, MandateConsent, MandateEvent, MandateTheme
from portal.casework.mandates.service.rows import end, note, people_of, state_of
from portal.casework.mandates.service.telling import tell
from portal.ground import clock
from portal.ground.permissions import SYSTEM, Actor
from portal.ground.vault.service import destroy_data_key

AT_ONCE = 200


def watch_mandates(session: Session, *, limit: int = AT_ONCE) -> int:
    """Lapse the proposals that nobody answered, and tell the terms that are a week away; return how many."""
    at = clock.now()
    lapsed = and_(Mandate.confirmed_at.is_(None), Mandate.created_at <= at - policy.PROPOSAL_LIFE)
    # Short mandates end before a notice would be of any use.
    ending = and_(
        Mandate.confirmed_at.is_not(None),
        Mandate.expiry_told_at.is_(None),
        Mandate.expires_at > at,
        Mandate.expires_at <= at + policy.EXPIRY_TOLD_BEFORE,
        Mandate.created_at <= at - policy.EXPIRY_TOLD_BEFORE,
    )
    query = select(Mandate).where(Mandate.ended_at.is_(None), or_(lapsed, ending))
    rows = session.scalars(query.order_by(Mandate.id).limit(limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        if row.confirmed_at is None:
            end(session, row, Ending.LAPSED)
            note(session, row, SYSTEM, EventKind.LAPSED)
        elif state_of(session, row) is MandateState.ACTIVE:
            tell(session, row, note(session, row, SYSTEM, EventKind.EXPIRY_TOLD))
        row.expiry_told_at = at
    session.flush()
    return len(rows)


def purge_mandates(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the mandates whose term was a year ago; return how many. Their keys first, which opens the journal."""
    over = select(Mandate.id, Mandate.data_key_id).where(Mandate.expires_at <= clock.now() - policy.MANDATE_KEPT)
    rows = session.execute(over.order_by(Mandate.expires_at).limit(limit)).all()
    for row in rows:
        destroy_data_key(session, row.data_key_id)
    ids = [row.id for row in rows]
    if ids:
        for table in (MandateEvent, MandateTheme, MandateConsent):
            session.execute(delete(table).where(table.mandate_id.in_(ids)))
        session.execute(delete(Mandate).where(Mandate.id.in_(ids)))
    return len(ids)


def adopt_mandates(session: Session, actor: Actor, former_person_id: UUID) -> None:
    """What somebody gave without an account becomes their account's, once they have signed in with the proof of it.

    :raises Forbidden: not a resident acting for themselves.
    """
    people_of(session, actor)
    if actor.subject is None:
        return
    theirs = Mandate.person_id == former_person_id
    rows = session.scalars(select(Mandate).where(theirs).with_for_update()).all()
    for row in rows:
        row.person_id, row.account_id = actor.subject, actor.id
        session.flush()
        note(session, row, actor, EventKind.HANDED_OVER)
