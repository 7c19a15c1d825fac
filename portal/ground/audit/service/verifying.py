"""Verifying the chain from its first link: the first line that was altered, removed or slipped in is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from portal.ground.audit.models import AuditEntry, AuditSeal
from portal.ground.audit.service.chain import GENESIS, Link, link_hash
from portal.ground.audit.service.sealing import LATE, KeptSeal, caught_up_at, last_seal

CHUNK: Final = 1_000


class Fault(StrEnum):
    """What is wrong with a line or with its link."""

    ADDED = "added"
    ALTERED = "altered"
    LINE_MISSING = "line_missing"
    LINK_MISSING = "link_missing"
    REWRITTEN = "rewritten"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Finding:
    """The first fault. ``position`` is its place in the chain, None for a line that has none."""

    fault: Fault
    position: int | None
    entry_id: UUID | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the verification saw. ``waiting``: lines not sealed yet, as it should be for the latest ones."""

    sealed: int
    waiting: int
    head: KeptSeal | None
    finding: Finding | None


class _Unreadable(Exception):
    """A value of the row is not even of its type any more."""

    def __init__(self, position: int, entry_id: UUID | None) -> None:
        super().__init__(position)
        self.position, self.entry_id = position, entry_id


def verify(session: Session, *, kept: Sequence[KeptSeal] = ()) -> Report:
    """Read the whole chain again and say what is wrong first. Reads only.

    :param kept: seals noted outside of the portal: only they show that the whole chain was rewritten, or its end cut.
    """
    try:
        sealed, finding = _walk(session, {seal.position: seal.hash for seal in kept})
    except _Unreadable as row:
        sealed, finding = row.position - 1, Finding(Fault.ALTERED, row.position, row.entry_id)
    finding = finding or _cut(kept, sealed) or _slipped_in(session)
    return Report(sealed, _count_waiting(session), last_seal(session), finding)


def _walk(session: Session, kept: dict[int, str]) -> tuple[int, Finding | None]:
    """How many links hold, and the first fault among them."""
    previous, position = GENESIS, 0
    caught_up: datetime | None = None
    batch_at: datetime | None = None
    batch_whole = False
    for row in _rows(session):
        if row.sealed_at != batch_at:
            caught_up = batch_at if batch_whole else caught_up
        batch_at, batch_whole = row.sealed_at, row.caught_up
        fault = _fault(row, position, previous, caught_up, kept)
        if fault is not None:
            place = position + 1 if fault is Fault.LINK_MISSING else row.position
            return position, Finding(fault, place, None if fault is Fault.LINK_MISSING else row.entry_id)
        previous, position = row.hash, row.position
    return position, None


def _fault(
    row: Row[Any], position: int, previous: str, caught_up: datetime | None, kept: dict[int, str]
) -> Fault | None:
    if row.position != position + 1:
        return Fault.LINK_MISSING
    if row.id is None:
        return Fault.LINE_MISSING
    link = Link(row.position, row.sealed_at, row.caught_up)
    if link_hash(previous, link, row) != row.hash:
        return Fault.ALTERED
    if kept.get(row.position, row.hash) != row.hash:
        return Fault.REWRITTEN
    if caught_up is not None and row.occurred_at < caught_up - LATE:
        return Fault.ADDED
    return None


def _rows(session: Session) -> Iterator[Row[Any]]:
    """The links in order, each with its line, a few at a time whatever the length of the journal."""
    after = 0
    while True:
        chunk = _chunk(session, after)
        yield from chunk
        if not chunk:
            return
        after = chunk[-1].position


def _chunk(session: Session, after: int) -> Sequence[Row[Any]]:
    query = (
        select(AuditSeal.__table__, *AuditEntry.__table__.c)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .where(AuditSeal.position > after)
        .order_by(AuditSeal.position)
    )
    try:
        return session.execute(query.limit(CHUNK)).all()
    except (ValueError, TypeError):  # an altered value cannot be read: up to it, one by one
        pass
    try:
        return session.execute(query.limit(1)).all()
    except (ValueError, TypeError):
        raise _Unreadable(*_bare_link(session, after)) from None


def _bare_link(session: Session, after: int) -> tuple[int, UUID | None]:
    """Place and line of the link that cannot be read with its line."""
    links = select(AuditSeal.position).where(AuditSeal.position > after).order_by(AuditSeal.position).limit(1)
    position = session.execute(links).scalar_one()
    try:
        entry_id = session.scalar(select(AuditSeal.entry_id).where(AuditSeal.position == position))
    except ValueError:
        return position, None
    return position, entry_id


def _cut(kept: Sequence[KeptSeal], sealed: int) -> Finding | None:
    beyond = [seal.position for seal in kept if seal.position > sealed]
    return Finding(Fault.TRUNCATED, min(beyond), None) if beyond else None


def _slipped_in(session: Session) -> Finding | None:
    """A line without its link, older than lines among which it was not when they were sealed."""
    reached = caught_up_at(session)
    if reached is None:
        return None
    query = (
        select(AuditEntry.id)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.position.is_(None), AuditEntry.occurred_at < reached - LATE)
        .order_by(AuditEntry.occurred_at, AuditEntry.id)
        .limit(1)
    )
    found = session.scalar(query)
    return Finding(Fault.ADDED, None, found) if found is not None else None


def _count_waiting(session: Session) -> int:
    unsealed = (
        select(func.count())
        .select_from(AuditEntry)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.position.is_(None))
    )
    return session.scalar(unsealed) or 0
