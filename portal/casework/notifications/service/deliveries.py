"""By which channel each notice leaves, and how far it got."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.casework.notifications import policy
from portal.casework.notifications.enums import DeliveryProgress, NoticeChannel, NotificationEvent
from portal.casework.notifications.models import Notification, NotificationDelivery, SmsUsage
from portal.casework.notifications.service.blocking import is_blocked
from portal.casework.notifications.service.phones import SMS_LANE, knows_reference, reachable_number, report_code
from portal.casework.notifications.service.preferences import get_preferences
from portal.casework.notifications.shapes import DeliveryLine, Usage
from portal.ground import clock
from portal.ground.db import new_id
from portal.records.outbox.service import enqueue

LANE = "courriel"
OUTBOX_KIND = "notification"
SMS_KIND = "notification_sms"
DIGEST_KIND = "notification_digest"
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """By what a notice leaves. ``gathered``: its e-mail waits for that of the morning, at that instant.

    ``quiet_until``: its text message waits until then. ``blocked``: nothing is sent to the address any more.
    """

    channels: frozenset[NoticeChannel]
    gathered: datetime | None = None
    quiet_until: datetime | None = None
    blocked: bool = False


def plan(session: Session, event: NotificationEvent, account_id: UUID | None, address: str) -> Plan:
    """What the person chose, as far as it can be done. Without an account, an e-mail where there is an address."""
    blocked = is_blocked(session, NoticeChannel.EMAIL, address)
    writable = {NoticeChannel.EMAIL} if address and not blocked else set()
    if account_id is None:
        return Plan(frozenset(writable), blocked=blocked)
    chosen, kind = get_preferences(session, account_id), policy.kind_of(event)
    if reachable_number(session, account_id, chosen.phone_digest):
        writable.add(NoticeChannel.SMS)
    channels = policy.channels_for(chosen.ways[kind], kind, reachable=frozenset(writable))
    gathered = policy.is_gathered(kind, digest=chosen.digest) and NoticeChannel.EMAIL in channels
    return Plan(
        channels,
        gathered=policy.next_digest(clock.now()) if gathered else None,
        quiet_until=policy.quiet_end(clock.now(), chosen.quiet_from, chosen.quiet_until),
        blocked=blocked,
    )


def send_by(session: Session, notice: Notification, planned: Plan) -> None:
    """Write what leaves for a notice: outbox rows holding its id, and a line for each channel."""
    if planned.blocked:
        track(session, notice.id, NoticeChannel.EMAIL, DeliveryProgress.REFUSED, code="address_blocked")
    for channel in sorted(planned.channels):
        if channel is NoticeChannel.EMAIL and planned.gathered:
            track(session, notice.id, channel, DeliveryProgress.GATHERED, due_at=planned.gathered)
        else:
            track(session, notice.id, channel, DeliveryProgress.WAITING)
            _enqueue(session, notice, channel, planned.quiet_until)


def _enqueue(session: Session, notice: Notification, channel: NoticeChannel, quiet_until: datetime | None) -> None:
    by_sms = channel is NoticeChannel.SMS
    enqueue(
        session,
        lane=SMS_LANE if by_sms else LANE,
        kind=SMS_KIND if by_sms else OUTBOX_KIND,
        payload={"notification_id": str(notice.id)},
        idempotency_key=f"notification:{notice.id}",
        group=str(notice.request_id) if notice.request_id else None,
        not_before=quiet_until if by_sms else None,
    )


def track(
    session: Session,
    notification_id: UUID,
    channel: NoticeChannel,
    progress: DeliveryProgress,
    *,
    code: str = "",
    due_at: datetime | None = None,
    connection: str | None = None,
    external_ref: str | None = None,
) -> None:
    """Note how far a notice got by a channel; the channel's own reference stays once it is known."""
    row = _find(session, notification_id, channel)
    if row is None:
        row = NotificationDelivery(id=new_id(), notification_id=notification_id, channel=channel, progress=progress)
        session.add(row)
    row.progress, row.code, row.due_at, row.updated_at = progress, code[:80], due_at, clock.now()
    if external_ref:
        row.connection, row.external_ref = connection, external_ref[:200]
    session.flush()


def channels_of(session: Session, notification_id: UUID) -> frozenset[NoticeChannel]:
    """The channels by which a notice left, or tries to."""
    query = select(NotificationDelivery.channel).where(
        NotificationDelivery.notification_id == notification_id, NotificationDelivery.code != "address_blocked"
    )
    return frozenset(session.scalars(query))


def fall_back(session: Session, notification_id: UUID, failed: NoticeChannel, address: str) -> bool:
    """Have a notice that one channel could not take leave by the other; whether it does.

    :param address: the e-mail address of the person, empty when there is none.
    """
    notice = session.get(Notification, notification_id)
    if notice is None:
        return False
    other = NoticeChannel.EMAIL if failed is NoticeChannel.SMS else NoticeChannel.SMS
    if _find(session, notification_id, other) is not None:
        return False
    if other is NoticeChannel.EMAIL:
        usable = bool(address) and not is_blocked(session, NoticeChannel.EMAIL, address)
        quiet = None
    else:
        chosen = get_preferences(session, notice.account_id) if notice.account_id else None
        digest = chosen.phone_digest if chosen else None
        usable = bool(notice.account_id and reachable_number(session, notice.account_id, digest))
        quiet = policy.quiet_end(clock.now(), chosen.quiet_from, chosen.quiet_until) if chosen else None
    if usable:
        track(session, notification_id, other, DeliveryProgress.WAITING)
        _enqueue(session, notice, other, quiet)
    return usable


def find_reported(session: Session, connection: str, external_ref: str) -> tuple[UUID, NoticeChannel] | None:
    """The notice that a channel knows under this reference of its own."""
    query = select(NotificationDelivery.notification_id, NotificationDelivery.channel).where(
        NotificationDelivery.connection == connection, NotificationDelivery.external_ref == external_ref
    )
    row = session.execute(query.limit(1)).one_or_none()
    return (row.notification_id, row.channel) if row else None


def report(
    session: Session, connection: str, external_ref: str, progress: DeliveryProgress | None, code: str
) -> UUID | None:
    """Note what a channel reports of a message it had accepted; the notice that it changes something for, if any.

    « Delivered » is never taken back. ``progress`` None: news without a meaning for us. It may be about a code.
    """
    query = select(NotificationDelivery).where(
        NotificationDelivery.connection == connection, NotificationDelivery.external_ref == external_ref
    )
    row = session.scalars(query.limit(1).with_for_update()).one_or_none()
    if row is None:
        report_code(session, external_ref, code if progress is DeliveryProgress.REFUSED else "")
        return None
    if progress is None or row.progress in {progress, DeliveryProgress.DELIVERED}:
        return None
    row.progress, row.code, row.updated_at = progress, code[:80], clock.now()
    session.flush()
    return row.notification_id


def is_ours(session: Session, connection: str, external_ref: str) -> bool:
    """Whether a reference is that of a notice or of a code."""
    return find_reported(session, connection, external_ref) is not None or knows_reference(session, external_ref)


def open_references(session: Session, connection: str, *, limit: int) -> list[str]:
    """The messages of the last days of which nobody said yet whether they arrived."""
    query = select(NotificationDelivery.external_ref).where(
        NotificationDelivery.connection == connection,
        NotificationDelivery.progress == DeliveryProgress.SENT,
        NotificationDelivery.channel == NoticeChannel.SMS,
        NotificationDelivery.updated_at > clock.now() - policy.REPORT_WAITED,
    )
    found = session.scalars(query.order_by(NotificationDelivery.external_ref).limit(limit))
    return [reference for reference in found if reference]


def list_deliveries(session: Session, request_id: UUID) -> list[DeliveryLine]:
    """Each notice of a request by each channel, the oldest first. One statement."""
    query = (
        select(
            Notification.event,
            NotificationDelivery.channel,
            NotificationDelivery.progress,
            NotificationDelivery.code,
            NotificationDelivery.updated_at,
            Notification.cause,
        )
        .join(Notification, Notification.id == NotificationDelivery.notification_id)
        .where(Notification.request_id == request_id)
        .order_by(Notification.created_at, Notification.id, NotificationDelivery.channel)
    )
    return [DeliveryLine(*row) for row in session.execute(query)]


def count_sms(session: Session, segments: int) -> None:
    """Add a message to what this month costs."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = insert(SmsUsage).values(month=f"{clock.today():%Y-%m}", messages=1, segments=segments)
    added = {"messages": SmsUsage.messages + 1, "segments": SmsUsage.segments + segments}
    session.execute(row.on_conflict_do_update(index_elements=["month"], set_=added))


def read_usage(session: Session, months: Sequence[str]) -> dict[str, Usage]:
    """What left by SMS in each of these months (``YYYY-MM``). One statement."""
    rows = session.scalars(select(SmsUsage).where(SmsUsage.month.in_(months)))
    return {month: Usage(0, 0) for month in months} | {row.month: Usage(row.messages, row.segments) for row in rows}


def accounts_to_gather(session: Session, *, limit: int = AT_ONCE) -> list[UUID]:
    """The accounts for which the e-mail of the morning is due."""
    query = (
        select(Notification.account_id)
        .join(NotificationDelivery, NotificationDelivery.notification_id == Notification.id)
        .where(NotificationDelivery.due_at <= clock.now(), NotificationDelivery.batch_id.is_(None))
        .distinct()
        .limit(limit)
    )
    return [account_id for account_id in session.scalars(query) if account_id is not None]


def gather(session: Session, account_id: UUID) -> UUID | None:
    """Put all that is due for one account in one e-mail, in one unit: a worker killed here has done nothing.

    Return the id of the batch; None when another worker was faster.
    """
    query = (
        select(NotificationDelivery)
        .join(Notification, Notification.id == NotificationDelivery.notification_id)
        .where(
            Notification.account_id == account_id,
            NotificationDelivery.due_at <= clock.now(),
            NotificationDelivery.batch_id.is_(None),
        )
        .with_for_update(of=NotificationDelivery, skip_locked=True)
    )
    rows = session.scalars(query).all()
    if not rows:
        return None
    batch_id = new_id()
    for row in rows:
        row.batch_id, row.due_at, row.updated_at = batch_id, None, clock.now()
    session.flush()
    enqueue(
        session,
        lane=LANE,
        kind=DIGEST_KIND,
        payload={"batch_id": str(batch_id)},
        idempotency_key=f"{DIGEST_KIND}:{batch_id}",
    )
    return batch_id


def in_batch(session: Session, batch_id: UUID) -> Sequence[UUID]:
    """The notices of one e-mail of the morning, the oldest first."""
    query = (
        select(Notification.id)
        .join(NotificationDelivery, NotificationDelivery.notification_id == Notification.id)
        .where(NotificationDelivery.batch_id == batch_id)
    )
    return session.scalars(query.order_by(Notification.created_at, Notification.id)).all()


def settle_batch(session: Session, batch_id: UUID, progress: DeliveryProgress, *, code: str = "") -> None:
    """Note how far the notices of one e-mail of the morning got."""
    session.execute(
        update(NotificationDelivery)
        .where(NotificationDelivery.batch_id == batch_id)
        .values(progress=progress, code=code[:80], updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _find(session: Session, notification_id: UUID, channel: NoticeChannel) -> NotificationDelivery | None:
    query = select(NotificationDelivery).where(
        NotificationDelivery.notification_id == notification_id, NotificationDelivery.channel == channel
    )
    return session.scalars(query).one_or_none()
