"""What one person was told, and how far it got."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import ProcedureVersion
from portal.casework.notifications.enums import DeliveryProgress, NoticeChannel, NotificationEvent
from portal.casework.notifications.models import Notification, NotificationDelivery
from portal.casework.requests.models import ServiceRequest
from portal.screens.myspace.queries.requests import version_of_request


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the person's notifications. ``reference`` is empty when it is about no request."""

    id: UUID
    event: NotificationEvent
    at: datetime
    read: bool
    reference: str
    title: str
    path: str


def list_notices(
    session: Session, account_id: UUID, *, limit: int, before: datetime | None = None, only: UUID | None = None
) -> list[Notice]:
    """What the account was told, the newest first; or the ``only`` one asked for. One statement."""
    query = (
        select(Notification, ServiceRequest.reference, ProcedureVersion.title)
        .outerjoin(ServiceRequest, ServiceRequest.id == Notification.request_id)
        .outerjoin(ProcedureVersion, version_of_request())
        .where(Notification.account_id == account_id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Notification.created_at < before)
    if only is not None:
        query = query.where(Notification.id == only)
    return [
        Notice(
            id=row.Notification.id,
            event=row.Notification.event,
            at=row.Notification.created_at,
            read=row.Notification.read_at is not None,
            reference=row.reference or "",
            title=row.title or row.Notification.title,
            path=f"/demandes/{row.reference}" if row.reference else row.Notification.path,
        )
        for row in session.execute(query)
    ]


def progress_of(session: Session, ids: Collection[UUID]) -> dict[UUID, list[tuple[NoticeChannel, DeliveryProgress]]]:
    """How far each of these notices got, by channel. One statement."""
    query = select(
        NotificationDelivery.notification_id, NotificationDelivery.channel, NotificationDelivery.progress
    ).where(NotificationDelivery.notification_id.in_(ids))
    found: dict[UUID, list[tuple[NoticeChannel, DeliveryProgress]]] = {}
    for row in session.execute(query.order_by(NotificationDelivery.channel)):
        found.setdefault(row.notification_id, []).append((row.channel, row.progress))
    return found
