"""Telling a resident: ids go into the outbox, words are made when the message leaves."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.casework.notifications.enums import NoticeChannel, NotificationEvent, Way
from portal.casework.notifications.models import Notification, NotificationPreference
from portal.casework.notifications.policy import kind_of
from portal.casework.notifications.service.deliveries import channels_of, plan, send_by
from portal.casework.notifications.shapes import NotificationView
from portal.ground.errors import NotFound


def notify(
    session: Session,
    *,
    event: NotificationEvent,
    request_id: UUID,
    account_id: UUID | None,
    address: str,
    cause: str = "",
    agent_id: UUID | None = None,
    language: str = "fr",
) -> frozenset[NoticeChannel]:
    """Have a resident told of an event of their request; the same event with the same cause is told once.

    Who has an account always finds it in their space; besides, it leaves by the channels that they chose.

    :param address: where the person is written to; empty when there is none.
    :return: the channels by which it leaves, or left.
    """
    known = select(Notification.id).where(
        Notification.request_id == request_id, Notification.event == event, Notification.cause == cause
    )
    told = session.scalars(known).one_or_none()
    if told is not None:
        return channels_of(session, told)
    planned = plan(session, event, account_id, address)
    row = Notification(
        event=event, cause=cause, request_id=request_id, account_id=account_id, agent_id=agent_id, language=language
    )
    session.add(row)
    session.flush()
    send_by(session, row, planned)
    return planned.channels


def announce(
    session: Session, *, event: NotificationEvent, account_id: UUID, address: str, cause: str, title: str, path: str
) -> frozenset[NoticeChannel]:
    """Have an account told of something that is about no request; the same event with the same cause is told once.

    :param title: what it is about, in public words; it is kept readable.
    :param path: where that is, on this portal.
    :return: the channels by which it leaves, or left.
    """
    known = select(Notification.id).where(
        Notification.account_id == account_id, Notification.event == event, Notification.cause == cause
    )
    told = session.scalars(known.limit(1)).one_or_none()
    if told is not None:
        return channels_of(session, told)
    planned = plan(session, event, account_id, address)
    row = Notification(event=event, cause=cause, account_id=account_id, title=title[:300], path=path[:300])
    session.add(row)
    session.flush()
    send_by(session, row, planned)
    return planned.channels


def accounts_wanting(
    session: Session, event: NotificationEvent, cause: str, *, after: UUID | None, limit: int
) -> tuple[list[UUID], UUID | None]:
    """The accounts that asked to be told of such an event and were not told of this one; where to go on from.

    Only for what is off until it is asked for: who chose nothing is not among them.
    """
    told = exists().where(
        Notification.account_id == NotificationPreference.account_id,
        Notification.event == event,
        Notification.cause == cause,
    )
    query = select(NotificationPreference.account_id, NotificationPreference.ways).where(~told)
    if after is not None:
        query = query.where(NotificationPreference.account_id > after)
    rows = session.execute(query.order_by(NotificationPreference.account_id).limit(limit)).all()
    kind = kind_of(event).value
    found = [row.account_id for row in rows if row.ways.get(kind, Way.NONE.value) != Way.NONE.value]
    return found, rows[-1].account_id if len(rows) == limit else None


def get_notification(session: Session, notification_id: UUID) -> NotificationView:
    """One notification.

    :raises NotFound: there is none with this id.
    """
    row = session.get(Notification, notification_id)
    if row is None:
        raise NotFound("notification_unknown")
    return NotificationView(
        row.id,
        row.event,
        row.cause,
        row.request_id,
        row.account_id,
        row.agent_id,
        row.language,
        title=row.title,
        path=row.path,
    )
