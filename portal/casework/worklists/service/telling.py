"""The letter that tells a department of the requests that a lot sent to it: one for all of them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import RenderedNotification
from portal.casework.requests import service as requests
from portal.casework.worklists.enums import Outcome
from portal.casework.worklists.models import BulkItem
from portal.people.accounts.service import get_department


def is_over(session: Session, lot_id: UUID) -> bool:
    """Whether nothing of a lot is left to be done."""
    left = select(BulkItem.id).where(BulkItem.bulk_act_id == lot_id, BulkItem.outcome.is_(None)).limit(1)
    return session.scalar(left) is None


def render_lot_notice(
    session: Session, lot_id: UUID, department_id: UUID, receiver: str, *, public_url: str
) -> RenderedNotification | None:
    """The letter: how many requests came, and where they are. Nothing of the persons, nor of the requests. Reads only.

    None when the department has none of them any more, the lot is forgotten, or there is nobody to write to.
    """
    done = select(BulkItem.request_id).where(BulkItem.bulk_act_id == lot_id, BulkItem.outcome == Outcome.DONE)
    count = requests.count_received(session, session.scalars(done).all(), department_id)
    address = requests.receiver_address(session, department_id, receiver)
    if not count or not address:
        return None
    queue = f"/agents/dossiers?vue=sans-agent&service={get_department(session, department_id).slug}"
    return notifications.render_received(session, address, count=count, link=f"{public_url.rstrip('/')}{queue}")
