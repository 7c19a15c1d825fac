"""The letter that tells an agent that their access is open. It holds no secret: the sign-in itself is the proof."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.notifications.letters import render_plain
from portal.casework.notifications.shapes import RenderedNotification
from portal.ground.errors import NotFound
from portal.people.accounts.service import get_agent, get_authority
from portal.records.outbox.service import enqueue

LANE = "courriel"
AGENT_INVITATION = "agent_invitation"


def send_agent_invitation(session: Session, agent_id: UUID, invited_at: datetime) -> None:
    """Have the invitation sent; once for each time that somebody invites."""
    enqueue(
        session,
        lane=LANE,
        kind=AGENT_INVITATION,
        payload={"agent_id": str(agent_id)},
        idempotency_key=f"agent_invitation:{agent_id}:{invited_at.isoformat()}",
        group=str(agent_id),
    )


def render_agent_invitation(session: Session, agent_id: UUID, *, public_url: str) -> RenderedNotification | None:
    """The letter; None when the access was closed meanwhile."""
    try:
        agent = get_agent(session, agent_id)
    except NotFound:
        return None
    if not agent.active:
        return None
    authority = get_authority(session)
    letter = render_plain(
        "agent_invitation",
        agent_name=agent.display_name,
        address=agent.email,
        link=f"{public_url.rstrip('/')}/agents/connexion",
        authority_name=authority.name,
        authority_phone=authority.phone,
    )
    subject = str(_("Votre accès à l’espace des agents"))
    return RenderedNotification(agent.email, subject, letter.text, letter.html)
