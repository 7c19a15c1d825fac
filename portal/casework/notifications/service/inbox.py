"""What a person was told, as their space shows it: read or not."""

from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from portal.casework.notifications.models import Notification, NotificationPreference
from portal.casework.notifications.service.preferences import own_account
from portal.casework.notifications.shapes import NotificationView
from portal.ground.clock import now
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor


def unread_count(session: Session, account_id: UUID) -> int:
    """How many notices the account has not read. One statement; see :func:`unread_column` to have it with another."""
    return session.scalar(select(unread_column(account_id))) or 0


def unread_column(account_id: UUID | ColumnElement[UUID]) -> ColumnElement[int]:
    """The same count, as a column of somebody else's statement."""
    return (
        select(func.count())
        .select_from(Notification)
        .where(Notification.account_id == account_id, Notification.read_at.is_(None))
        .scalar_subquery()
    )


def mark_read(session: Session, actor: Actor, notification_id: UUID) -> NotificationView:
    """Note that the person has read one notice; read twice, the first time stays.

    :raises NotFound: none of theirs has this id.
    """
    account_id = own_account(actor)
    query = select(Notification).where(Notification.id == notification_id, Notification.account_id == account_id)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("notification_unknown")
    row.read_at = row.read_at or now()
    session.flush()
    return NotificationView(
        row.id, row.event, row.cause, row.request_id, row.account_id, row.agent_id, row.language, row.title, row.path
    )


def mark_all_read(session: Session, actor: Actor) -> None:
    """Note that the person has read all that there is."""
    session.execute(
        update(Notification)
        .where(Notification.account_id == own_account(actor), Notification.read_at.is_(None))
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )


def adopt_notices(session: Session, request_id: UUID, account_id: UUID) -> None:
    """Bring what was told of a request made without an account into the account that it now belongs to."""
    session.execute(
        update(Notification)
        .where(Notification.request_id == request_id, Notification.account_id.is_(None))
        .values(account_id=account_id)
        .execution_options(synchronize_session=False)
    )


def move_notices(session: Session, joined: UUID, kept: UUID) -> None:
    """Bring what was told to an account, and what it chose, into the one that it is joined to.

    What the kept account chose itself stays.
    """
    session.execute(
        update(Notification)
        .where(Notification.account_id == joined)
        .values(account_id=kept)
        .execution_options(synchronize_session=False)
    )
    theirs = NotificationPreference.account_id
    if session.scalar(select(theirs).where(theirs == kept)) is None:
        session.execute(update(NotificationPreference).where(theirs == joined).values(account_id=kept))
    else:
        session.execute(delete(NotificationPreference).where(theirs == joined))
