"""Who has a request open, for their colleagues: a touch at each page, forgotten after five minutes."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.worklists.models import Presence
from portal.casework.worklists.policy import PRESENCE_FADES
from portal.casework.worklists.shapes import Present
from portal.ground import clock
from portal.ground.permissions import Actor


def touch_presence(session: Session, actor: Actor, request_id: UUID) -> list[Present]:
    """Note that the agent has this request open; the colleagues who have too, the first to come first."""
    now, fresh = clock.now(), clock.now() - PRESENCE_FADES
    rows = session.scalars(select(Presence).where(Presence.request_id == request_id)).all()
    mine = next((row for row in rows if row.agent_id == actor.id), None)
    if mine is not None:
        mine.opened_at = mine.opened_at if mine.seen_at > fresh else now
        mine.seen_at = now
        session.flush()
    elif actor.is_agent and actor.id is not None:
        _enter(session, request_id, actor.id)
    others = [row for row in rows if row is not mine and row.seen_at > fresh]
    return [Present(row.agent_id, row.opened_at) for row in sorted(others, key=lambda row: row.opened_at)]


def _enter(session: Session, request_id: UUID, agent_id: UUID) -> None:
    try:
        with session.begin_nested():
            session.add(Presence(request_id=request_id, agent_id=agent_id, opened_at=clock.now(), seen_at=clock.now()))
            session.flush()
    except IntegrityError:
        return  # the same agent, in two windows at once


def purge_presence(session: Session) -> None:
    """Forget who is gone."""
    session.execute(delete(Presence).where(Presence.seen_at <= clock.now() - PRESENCE_FADES))
