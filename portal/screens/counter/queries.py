"""What the counter's screens read across rooms. Read-only."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Agent


def agent_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """How these agents are shown to their colleagues."""
    query = select(Agent.id, Agent.display_name).where(Agent.id.in_(ids))
    return {row.id: row.display_name for row in session.execute(query)} if ids else {}
