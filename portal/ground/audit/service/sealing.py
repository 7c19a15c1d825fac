"""Sealing: lines that are committed and not chained yet get their link, in batches."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.orm import Session

from portal.ground.audit.models import AuditEntry, AuditSeal
from portal.ground.audit.service.chain import GENESIS, Link, link_hash
from portal.ground.clock import now

BATCH: Final = 1_000
# How long a transaction may stay open, and the clocks of two machines differ, at the very most. A line older than that
# when everything before was sealed did not come from the portal: it is never sealed, and the verification names it.
LATE: Final = timedelta(hours=1)
_LOCK: Final = 0x70617276  # any number, the same in every worker


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call sealed. ``caught_up``: nothing is left to seal."""

    sealed: int
    caught_up: bool


@dataclass(frozen=True, slots=True)
class KeptSeal:
    """One link as it is noted outside of the portal: whoever rewrites the chain cannot rewrite that note."""

    position: int
    hash: str


def seal_batch(session: Session, *, limit: int = BATCH) -> Batch:
    """Chain up to ``limit`` lines, the oldest first. To be called in a writing unit.

    One at a time: on SQLite the writing unit is alone by nature; on PostgreSQL a lock held until the end of the unit
    keeps a second worker out, which then has nothing to do.
    """
    if not _is_alone(session):
        return Batch(0, caught_up=True)
    head = session.execute(_links().limit(1)).one_or_none()
    lines = session.execute(_unsealed(_since(session, head)).limit(limit + 1)).all()
    caught_up, at = len(lines) <= limit, now()
    previous, position = (head.hash, head.position) if head else (GENESIS, 0)
    links: list[dict[str, Any]] = []
    for line in lines[:limit]:
        position += 1
        previous = link_hash(previous, Link(position, at, caught_up), line)
        links.append(
            {"position": position, "entry_id": line.id, "sealed_at": at, "caught_up": caught_up, "hash": previous}
        )
    if links:
        session.execute(insert(AuditSeal), links)
    return Batch(len(links), caught_up)


def last_seal(session: Session) -> KeptSeal | None:
    """The end of the chain, which stands for all that was sealed before it; None while nothing is."""
    head = session.execute(_links().limit(1)).one_or_none()
    return KeptSeal(head.position, head.hash) if head else None


def caught_up_at(session: Session) -> datetime | None:
    """When the chain last left nothing behind."""
    return session.scalar(
        select(AuditSeal.sealed_at).where(AuditSeal.caught_up).order_by(AuditSeal.position.desc()).limit(1)
    )


def _links() -> Select[int, UUID, bool, datetime, str]:
    query = select(AuditSeal.position, AuditSeal.entry_id, AuditSeal.caught_up, AuditSeal.sealed_at, AuditSeal.hash)
    return query.order_by(AuditSeal.position.desc())


def _unsealed(since: datetime | None) -> Select[Any]:
    query = (
        select(AuditEntry.__table__)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.position.is_(None))
        .order_by(AuditEntry.occurred_at, AuditEntry.id)
    )
    return query if since is None else query.where(AuditEntry.occurred_at >= since)


def _since(session: Session, head: Row[int, UUID, bool, datetime, str] | None) -> datetime | None:
    """From when lines may still lack their link: the search stays short however long the journal is."""
    if head is None:
        return None
    reached = head.sealed_at
    if not head.caught_up:
        reached = session.scalar(select(AuditEntry.occurred_at).where(AuditEntry.id == head.entry_id))
    return min(reached, now()) - LATE if reached is not None else None


def _is_alone(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))))
