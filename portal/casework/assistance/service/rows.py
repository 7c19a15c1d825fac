"""Rows of the room, for the room's own use."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.casework.assistance import policy
from portal.casework.assistance.enums import Closing
from portal.casework.assistance.models import Assistance
from portal.casework.assistance.shapes import AssistanceView
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor


def own_row(session: Session, actor: Actor, assistance_id: UUID, *, lock: bool = False) -> Assistance:
    """An assistance of this agent.

    :raises NotFound: none, or a colleague's.
    """
    query = select(Assistance).where(Assistance.id == assistance_id, Assistance.agent_id == actor.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None or not actor.is_agent:
        raise NotFound("assistance_unknown")
    return row


def end_open_of_draft(session: Session, draft_id: UUID, why: Closing) -> None:
    """Put out every agent who is in a draft."""
    still = (Assistance.draft_id == draft_id, Assistance.closed_at.is_(None))
    session.execute(update(Assistance).where(*still).values(closed_at=clock.now(), closing=why))
    session.flush()


def end_open_of_agent(session: Session, agent_id: UUID | None) -> None:
    """An agent has one file open at a time: another tab that holds one is told so at its next click."""
    still = (Assistance.agent_id == agent_id, Assistance.closed_at.is_(None))
    session.execute(update(Assistance).where(*still).values(closed_at=clock.now(), closing=Closing.REPLACED))
    session.flush()


def view_of(row: Assistance) -> AssistanceView:
    """An assistance as the room gives it."""
    return AssistanceView(
        id=row.id,
        agent_id=row.agent_id,
        account_id=row.account_id,
        person_id=row.person_id,
        draft_id=row.draft_id,
        channel=row.channel,
        proof=row.proof,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        closed_at=row.closed_at,
        ended=policy.ending(row, clock.now()),
        request_id=row.request_id,
    )
