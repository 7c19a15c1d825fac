"""The list of erasures, kept outside the database: restoring a backup must not bring back what was erased after it.

One file per month, one line per destroyed data key (instant, id), only ever added to. A line is written once the
destruction is committed, never before: replaying the erasure of something that was kept would destroy it.
:func:`record_missing_erasures` finds what a crash between the two has left out.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.logs import get_logger
from portal.ground.vault.models import DataKey

log = get_logger("vault")

PENDING = "parvis_erased_keys"
MARGIN = timedelta(days=2)
MANY = 500

_folder: Path | None = None


def keep_erasures_in(folder: Path | None) -> None:
    """Where this process writes the list; None: nowhere."""
    global _folder
    _folder = folder


def note_erasure(session: Session, key_id: UUID) -> None:
    """Add a data key to the list once the unit of work is committed."""
    session.info.setdefault(PENDING, []).append((now(), key_id))


def read_erasures(folder: Path) -> Iterator[tuple[datetime, UUID]]:
    """The list, oldest month first. A line cut short by a crash is skipped."""
    for file in sorted(folder.glob("????-??.txt")):
        for line in file.read_text(encoding="ascii", errors="replace").splitlines():
            instant, _, key = line.partition(" ")
            try:
                yield datetime.fromisoformat(instant), UUID(key)
            except ValueError:
                continue


def record_missing_erasures(session: Session) -> int:
    """Write what the list lacks of the destroyed keys; return how many. A periodic job, and a step of each backup."""
    if _folder is None:
        return 0
    known = dict.fromkeys(key for _, key in read_erasures(_folder))
    latest = max((instant for instant, _ in read_erasures(_folder)), default=None)
    destroyed = select(DataKey.destroyed_at, DataKey.id).where(DataKey.destroyed_at.is_not(None))
    if latest is not None:
        destroyed = destroyed.where(DataKey.destroyed_at >= min(latest, now()) - MARGIN)
    missing = [(row.destroyed_at, row.id) for row in session.execute(destroyed) if row.id not in known]
    append_erasures(_folder, missing)
    return len(missing)


def replay_erasures(session: Session, keys: Iterable[UUID]) -> int:
    """Destroy again the data keys of the list that a restored database still holds; return how many that was."""
    wanted, replayed = list(keys), 0
    for start in range(0, len(wanted), MANY):
        living = (DataKey.id.in_(wanted[start : start + MANY]), DataKey.wrapped.is_not(None))
        found = session.scalars(select(DataKey.id).where(*living)).all()
        session.execute(
            update(DataKey)
            .where(DataKey.id.in_(found))
            .values(wrapped=None, destroyed_at=now())
            .execution_options(synchronize_session=False)
        )
        replayed += len(found)
    return replayed


def append_erasures(folder: Path, erased: Iterable[tuple[datetime, UUID]]) -> None:
    """Add lines to the list, and have them on disk before returning.

    :raises OSError: they could not be written.
    """
    by_month: dict[str, list[str]] = {}
    for instant, key in erased:
        moment = instant.astimezone(UTC)
        by_month.setdefault(f"{moment:%Y-%m}", []).append(f"{moment.isoformat()} {key}\n")
    for month, lines in by_month.items():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / f"{month}.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, _complete(folder / f"{month}.txt") + "".join(lines).encode("ascii"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _complete(file: Path) -> bytes:
    """A line end when the last line of the file was cut short."""
    with file.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        if size == 0:
            return b""
        stream.seek(size - 1)
        return b"" if stream.read(1) == b"\n" else b"\n"


@event.listens_for(Session, "after_commit")
def _write_list(session: Session) -> None:
    if not session.info.get(PENDING) or session.in_nested_transaction():
        return
    erased = session.info.pop(PENDING)
    if _folder is None:
        return
    try:
        append_erasures(_folder, erased)
    except OSError as error:
        # What is committed stays so; the periodic job will find what is missing here.
        log.warning("erasures_not_listed", count=len(erased), error_type=type(error).__name__)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: Any) -> None:
    session.info.pop(PENDING, None)
