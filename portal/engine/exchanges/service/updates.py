"""What partners report, by call or by poll: each piece of news takes effect once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from connectors.sdk import StatusUpdate, UpdateStatus
from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import DeliveryProgress
from portal.casework.requests import service as requests
from portal.engine.exchanges.enums import Source, UpdateOutcome
from portal.engine.exchanges.models import PollCursor, WebhookReceipt
from portal.engine.exchanges.policy import RECEIPTS_KEPT
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import NotFound
from portal.ground.logs import get_logger

log = get_logger("exchanges")

MAX_ID = 255
MAX_REFERENCE = 200
MAX_RAW = 80
MAX_DETAILS = 20
MAX_DETAIL = 2_000
ORPHANS_AT_ONCE = 200
# What is said of a message to a person; other words change nothing.
PROGRESS: Final = {
    UpdateStatus.ACCEPTED: DeliveryProgress.DELIVERED,
    UpdateStatus.REJECTED: DeliveryProgress.REFUSED,
    UpdateStatus.CANCELLED: DeliveryProgress.REFUSED,
}


def record_update(session: Session, connection: str, news: StatusUpdate, source: Source) -> UpdateOutcome:
    """Take one piece of news into account, in a writing unit. The same ``update_id`` again changes nothing.

    News of a reference that we do not know (yet) is kept as an orphan and applied once the reference is known.
    """
    bounded = _bounded(news)
    if not _insert_receipt(session, connection, bounded, source):
        return _again(session, connection, bounded.update_id)
    request_id = requests.find_forwarding(session, connection, bounded.external_ref)
    if request_id is None and _apply_to_notice(session, connection, bounded):
        return UpdateOutcome.APPLIED
    if request_id is None:
        log.warning("update_orphan", connection=connection, update_id=bounded.update_id)
        return UpdateOutcome.ORPHAN
    return _apply(session, connection, request_id, bounded)


def apply_orphans(session: Session, *, connection: str | None = None, external_ref: str | None = None) -> int:
    """Apply the news that came before its reference was known; return how many found their request.

    Rows that another unit is busy with are left to it.
    """
    wanted = select(WebhookReceipt).where(WebhookReceipt.outcome == UpdateOutcome.ORPHAN)
    if connection is not None:
        wanted = wanted.where(WebhookReceipt.connection == connection)
    if external_ref is not None:
        wanted = wanted.where(WebhookReceipt.external_ref == external_ref[:MAX_REFERENCE])
    wanted = wanted.order_by(WebhookReceipt.occurred_at, WebhookReceipt.id).limit(ORPHANS_AT_ONCE)
    found = session.scalars(wanted.with_for_update(skip_locked=True)).all()
    return sum(_apply_orphan(session, orphan) is not UpdateOutcome.ORPHAN for orphan in found)


def purge_receipts(session: Session) -> int:
    """Forget news older than 90 days; return how many."""
    old = delete(WebhookReceipt).where(WebhookReceipt.received_at < clock.now() - RECEIPTS_KEPT)
    return _rows(session.execute(old))


def poll_position(session: Session, connection: str) -> str:
    """The last reference that the connection was asked about; empty at first."""
    return session.scalar(select(PollCursor.position).where(PollCursor.connection == connection)) or ""


def keep_poll_position(session: Session, connection: str, position: str) -> None:
    """Remember how far the round went."""
    values = {"position": position, "polled_at": clock.now()}
    fresh = _insert(session)(PollCursor).values(connection=connection, **values)
    session.execute(fresh.on_conflict_do_update(index_elements=["connection"], set_=values))


def _bounded(news: StatusUpdate) -> StatusUpdate:
    """The same news, no longer than what we keep: partners are not trusted."""
    details = {str(name)[:MAX_RAW]: str(value)[:MAX_DETAIL] for name, value in list(news.details.items())[:MAX_DETAILS]}
    return StatusUpdate(
        update_id=news.update_id[:MAX_ID],
        external_ref=news.external_ref[:MAX_REFERENCE],
        status=news.status,
        raw_status=news.raw_status[:MAX_RAW],
        occurred_at=news.occurred_at,
        details=details,
    )


def _insert_receipt(session: Session, connection: str, news: StatusUpdate, source: Source) -> bool:
    """``False`` when the news is known. A concurrent unit with the same news waits here for the first to end."""
    values: dict[str, Any] = {
        "id": new_id(),
        "connection": connection,
        "update_id": news.update_id,
        "external_ref": news.external_ref,
        "source": source,
        "status": news.status.value,
        "raw_status": news.raw_status,
        "details": dict(news.details),
        "outcome": UpdateOutcome.ORPHAN,
        "occurred_at": news.occurred_at,
        "received_at": clock.now(),
    }
    fresh = _insert(session)(WebhookReceipt).values(**values)
    return _rows(session.execute(fresh.on_conflict_do_nothing(index_elements=["connection", "update_id"]))) == 1


def _again(session: Session, connection: str, update_id: str) -> UpdateOutcome:
    """News heard before: nothing, unless it is still an orphan."""
    known = session.scalars(
        select(WebhookReceipt)
        .where(WebhookReceipt.connection == connection, WebhookReceipt.update_id == update_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return _apply_orphan(session, known) if known.outcome is UpdateOutcome.ORPHAN else UpdateOutcome.DUPLICATE


def _apply_orphan(session: Session, orphan: WebhookReceipt) -> UpdateOutcome:
    request_id = requests.find_forwarding(session, orphan.connection, orphan.external_ref)
    news = StatusUpdate(
        update_id=orphan.update_id,
        external_ref=orphan.external_ref,
        status=UpdateStatus(orphan.status),
        raw_status=orphan.raw_status,
        occurred_at=orphan.occurred_at,
        details=cast("Mapping[str, str]", orphan.details),
    )
    if request_id is not None:
        return _apply(session, orphan.connection, request_id, news)
    found = _apply_to_notice(session, orphan.connection, news)
    return UpdateOutcome.APPLIED if found else UpdateOutcome.ORPHAN


def _apply_to_notice(session: Session, connection: str, news: StatusUpdate) -> bool:
    """News of a message to a person rather than of a request; whether it was."""
    if not notifications.is_ours(session, connection, news.external_ref):
        return False
    code = news.details.get("code") or news.raw_status
    progress = PROGRESS.get(news.status)
    requests.apply_text_report(session, connection, news.external_ref, progress=progress, code=code)
    session.execute(
        update(WebhookReceipt)
        .where(WebhookReceipt.connection == connection, WebhookReceipt.update_id == news.update_id)
        .values(outcome=UpdateOutcome.APPLIED, details={})
        .execution_options(synchronize_session=False)
    )
    return True


def _apply(session: Session, connection: str, request_id: UUID, news: StatusUpdate) -> UpdateOutcome:
    try:
        applied = requests.apply_partner_update(session, request_id=request_id, connection=connection, update=news)
        outcome = UpdateOutcome(applied.value)
    except NotFound:  # the request is gone; its news concerns nobody any more
        outcome = UpdateOutcome.IGNORED
    session.execute(
        update(WebhookReceipt)
        .where(WebhookReceipt.connection == connection, WebhookReceipt.update_id == news.update_id)
        .values(outcome=outcome, request_id=request_id, details={})
        .execution_options(synchronize_session=False)
    )
    log.info("update_recorded", connection=connection, update_id=news.update_id, outcome=outcome, request_id=request_id)
    return outcome


def in_lock_order(updates: Sequence[StatusUpdate]) -> list[StatusUpdate]:
    """The news sorted so that two units never wait for each other; the order within one request is kept."""
    return sorted(updates, key=lambda news: (news.external_ref, _instant(news.occurred_at)))


def _instant(moment: datetime) -> float:
    return moment.timestamp()


def _insert(session: Session) -> Any:
    return postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert


def _rows(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount
