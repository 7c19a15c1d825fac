"""What is forgotten in time: codes, addresses that did not answer, announcements."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.casework.notifications.models import Notification
from portal.casework.notifications.policy import ANNOUNCED_KEPT
from portal.casework.notifications.service.blocking import purge_blocks
from portal.casework.notifications.service.phones import purge_phone_claims
from portal.ground.clock import now


def purge_notices(session: Session) -> None:
    """Erase what is over. What is about a request goes with it; what is about none is kept three months."""
    purge_phone_claims(session)
    purge_blocks(session)
    old = (Notification.request_id.is_(None), Notification.created_at < now() - ANNOUNCED_KEPT)
    session.execute(delete(Notification).where(*old))
