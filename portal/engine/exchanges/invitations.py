"""Sending an agent the news that their access is open."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.notifications.agent_invitation import render_agent_invitation
from portal.casework.notifications.service import RenderedNotification
from portal.engine.exchanges.handlers import SendAccountCode
from portal.engine.exchanges.outcomes import NoLongerNeeded
from portal.records.outbox.service import Claimed


@dataclass(frozen=True, slots=True)
class SendAgentInvitation(SendAccountCode):
    """Sends an invitation: once, and not to somebody whose access was closed meanwhile."""

    def load(self, session: Session, claimed: Claimed) -> RenderedNotification:
        """The letter, which holds no secret."""
        letter = render_agent_invitation(session, UUID(claimed.payload["agent_id"]), public_url=self.public_url)
        if letter is None:
            raise NoLongerNeeded("agent_suspended")
        return letter
