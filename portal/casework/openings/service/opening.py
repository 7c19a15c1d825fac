"""A file open at the desk: opened from a search, used, locked, closed. The person reads when, by whom and why."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.casework.openings import policy
from portal.casework.openings.enums import IdentityCheck, OpeningEnd
from portal.casework.openings.models import PersonLookup, PersonOpening
from portal.casework.openings.service.looking import note_of, own_lookup
from portal.casework.openings.shapes import OpeningView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import NotFound, ParvisError
from portal.ground.permissions import Actor

TOUCH_EVERY = timedelta(minutes=1)
# What the person reads of an end.
CLOSED = {OpeningEnd.WRONG: "person_opened_by_mistake"}


class OpeningClosed(ParvisError):
    """The file is closed, or the screen is locked: nothing more is shown or done of it."""

    status = 409

    def __init__(self, why: OpeningEnd | None) -> None:
        super().__init__("opening_closed")
        self.why = why


def open_person(session: Session, actor: Actor, lookup_id: UUID, rank: int) -> OpeningView:
    """Open the file of a person found, chosen by its rank in the list. Another file of the agent is closed.

    :raises Forbidden: the agent does not hold the permission.
    :raises NotFound: no such search of this agent, or it is over, or has no such line.
    """
    lookup = own_lookup(session, actor, lookup_id)
    over = lookup.searched_at + policy.IDLE <= clock.now()
    if over or not 1 <= rank <= len(lookup.found):
        raise NotFound("lookup_unknown")
    _close_others(session, actor)
    now = clock.now()
    row = PersonOpening(
        lookup_id=lookup.id,
        agent_id=lookup.agent_id,
        person_id=UUID(lookup.found[rank - 1]),
        reason=lookup.reason,
        opened_at=now,
        seen_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "person_opened", subject_id=row.person_id, details={"reason": row.reason.value})
    return _view(session, row)


def _close_others(session: Session, actor: Actor) -> None:
    still = (PersonOpening.agent_id == actor.id, PersonOpening.closed_at.is_(None))
    session.execute(update(PersonOpening).where(*still).values(closed_at=clock.now(), closing=OpeningEnd.REPLACED))
    session.flush()


def get_opening(session: Session, actor: Actor, opening_id: UUID) -> OpeningView:
    """A file of this agent, open or not.

    :raises NotFound: none, or a colleague's.
    """
    return _view(session, _own(session, actor, opening_id))


def hold_opening(session: Session, actor: Actor, opening_id: UUID) -> OpeningView:
    """A file that is open, held until the end of the unit, for an act on it: the agent is there.

    :raises NotFound: none, or a colleague's.
    :raises OpeningClosed: it is closed, or locked.
    """
    row = _own(session, actor, opening_id, lock=True)
    why = policy.ending(row, clock.now())
    if why is not None or policy.is_locked(row, clock.now()):
        raise OpeningClosed(why)
    row.seen_at = clock.now()
    session.flush()
    return _view(session, row)


def find_open(session: Session, actor: Actor) -> OpeningView | None:
    """The file that this agent has open, locked or not; None when there is none."""
    query = select(PersonOpening).where(PersonOpening.agent_id == actor.id, PersonOpening.closed_at.is_(None))
    row = session.scalars(query.order_by(PersonOpening.opened_at.desc()).limit(1)).one_or_none()
    return _view(session, row) if row is not None and policy.ending(row, clock.now()) is None else None


def touch_opening(session: Session, actor: Actor, opened: OpeningView) -> None:
    """Note that the agent is still there, once a minute at most; a locked screen stays locked."""
    row = _own(session, actor, opened.id, lock=True)
    now = clock.now()
    idle = now - row.seen_at
    if policy.ending(row, now) is None and TOUCH_EVERY <= idle < policy.LOCK_AFTER:
        row.seen_at = now
        session.flush()


def resume_opening(session: Session, actor: Actor, opening_id: UUID) -> OpeningView:
    """The agent is back at a locked screen.

    :raises NotFound: none, or a colleague's.
    :raises OpeningClosed: it is closed.
    """
    row = _own(session, actor, opening_id, lock=True)
    why = policy.ending(row, clock.now())
    if why is not None:
        raise OpeningClosed(why)
    row.seen_at = clock.now()
    session.flush()
    return _view(session, row)


def check_identity(session: Session, actor: Actor, opening_id: UUID, check: IdentityCheck) -> OpeningView:
    """Note how the agent made sure that the person is the one of the file.

    :raises NotFound: none, or a colleague's.
    :raises OpeningClosed: it is closed, or locked.
    """
    hold_opening(session, actor, opening_id)
    row = _own(session, actor, opening_id)
    row.identity_check = check
    session.flush()
    record(session, actor, "person_identity_checked", subject_id=row.person_id, details={"check": check.value})
    return _view(session, row)


def close_opening(session: Session, actor: Actor, opening_id: UUID, why: OpeningEnd) -> OpeningView:
    """Close a file. Closing again changes nothing; a wrong person reads that it was opened by mistake.

    :raises NotFound: none, or a colleague's.
    """
    row = _own(session, actor, opening_id, lock=True)
    if row.closed_at is None:
        row.closed_at, row.closing = clock.now(), why
        session.flush()
        action = CLOSED.get(why, "person_closed")
        record(session, actor, action, subject_id=row.person_id, details={"reason": row.reason.value})
    return _view(session, row)


def _own(session: Session, actor: Actor, opening_id: UUID, *, lock: bool = False) -> PersonOpening:
    query = select(PersonOpening).where(PersonOpening.id == opening_id, PersonOpening.agent_id == actor.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None or not actor.is_agent:
        raise NotFound("opening_unknown")
    return row


def _view(session: Session, row: PersonOpening) -> OpeningView:
    now = clock.now()
    ended = policy.ending(row, now)
    locked = ended is None and policy.is_locked(row, now)
    shown = ended is None and not locked
    return OpeningView(
        id=row.id,
        person_id=row.person_id,
        reason=row.reason,
        note=note_of(session, session.get_one(PersonLookup, row.lookup_id)) if shown else "",
        opened_at=row.opened_at,
        locked=locked,
        ended=ended,
        identity_check=row.identity_check,
    )
