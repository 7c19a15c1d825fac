"""Changing the master key: every data key is wrapped again by the new one, in batches; what is sealed is not touched.

While it lasts, both master keys open. ``master_key`` remembers which ones served; triggers refuse any data key wrapped
by a retired one, so that a process left behind with it fails instead of sealing what nobody could open.
"""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.vault.models import DataKey, MasterKey
from portal.ground.vault.service.keyring import VaultError, current_ring, fingerprint, master_key_of

BATCH = 500
KEYS = cast("Table", DataKey.__table__)
# Only what is still as it was read: a key destroyed meanwhile stays destroyed.
REWRAP = (
    update(KEYS)
    .where(KEYS.c.id == bindparam("key"), KEYS.c.wrapped == bindparam("before"))
    .values(wrapped=bindparam("after"), master_key_id=bindparam("master"))
)


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """What the data keys of a database are to this process."""

    openable: int
    destroyed: int
    unreadable: int


def check_keys(session: Session) -> str | None:
    """Why the keys of this process are not those of the database; None when they are, or when it knows none yet.

    ``fingerprint_key_changed``: people already known would not be recognised. ``master_key_retired``: a rotation ended
    without this process. ``master_key_unknown``: the database was sealed by another master key.
    """
    rows = session.execute(select(MasterKey.id, MasterKey.fingerprint_check, MasterKey.retired_at)).all()
    if not rows:
        return None
    if any(row.fingerprint_check != _check() for row in rows):
        return "fingerprint_key_changed"
    current = {row.id: row.retired_at for row in rows}
    ring = current_ring()
    if ring.current.id not in current:
        # The key of a rotation that has just begun: the previous one vouches for it.
        known = any(current.get(other, ...) is None for other in ring.others)
        return None if known else "master_key_unknown"
    return "master_key_retired" if current[ring.current.id] is not None else None


def introduce_master_key(session: Session) -> None:
    """Note that the master key of this process serves from now on.

    :raises VaultError: the keys of this process are not those of the database.
    """
    problem = check_keys(session)
    if problem is not None:
        raise VaultError(problem)
    _note(session, current_ring().current.id)


def count_left(session: Session) -> int:
    """How many living data keys are still wrapped by another master key than the one in use."""
    return session.scalar(select(func.count()).where(*_left())) or 0


def rewrap_batch(session: Session, limit: int = BATCH) -> int:
    """Wrap up to ``limit`` data keys with the master key in use; return how many. To be called until it returns 0.

    Interrupted, it only has to be called again. A key destroyed meanwhile stays destroyed.

    :raises VaultError: a data key is wrapped by a master key that this process does not have.
    """
    rows = session.execute(
        select(DataKey.id, DataKey.wrapped, DataKey.master_key_id).where(*_left()).order_by(DataKey.id).limit(limit)
    ).all()
    if not rows:
        return 0
    current = current_ring().current
    changes = [
        {
            "key": row.id,
            "before": row.wrapped,
            "after": current.wrap(master_key_of(row.master_key_id).unwrap(row.wrapped)),
            "master": current.id,
        }
        for row in rows
    ]
    session.connection().execute(REWRAP, changes)
    return len(rows)


def retire_master_keys(session: Session) -> int:
    """End a rotation: wrap the last data keys, then refuse every master key but the one in use; return how many.

    Nobody writes data keys meanwhile: on PostgreSQL the table is locked, on SQLite the unit holds the only lock.

    :raises VaultError: a data key cannot be opened; nothing is then retired.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE data_key IN SHARE ROW EXCLUSIVE MODE"))
    while rewrap_batch(session):
        pass
    if count_data_keys(session).unreadable:
        raise VaultError("master_key_mismatch")
    ring = current_ring()
    for other in ring.others:
        _note(session, other)  # one that was never noted must be refused all the same
    serving = session.scalars(
        select(MasterKey.id).where(MasterKey.id != ring.current.id, MasterKey.retired_at.is_(None))
    ).all()
    session.execute(
        update(MasterKey)
        .where(MasterKey.id.in_(serving))
        .values(retired_at=now())
        .execution_options(synchronize_session=False)
    )
    return len(serving)


def count_data_keys(session: Session) -> KeyCounts:
    """Try every data key with the keys of this process."""
    openable = destroyed = unreadable = 0
    for wrapped, master_key_id in session.execute(
        select(DataKey.wrapped, DataKey.master_key_id).execution_options(yield_per=1_000)
    ):
        if wrapped is None:
            destroyed += 1
            continue
        try:
            master_key_of(master_key_id).unwrap(wrapped)
            openable += 1
        except VaultError:
            unreadable += 1
    return KeyCounts(openable, destroyed, unreadable)


def _note(session: Session, master_key_id: str) -> None:
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = insert(MasterKey).values(id=master_key_id, fingerprint_check=_check(), introduced_at=now())
    session.execute(row.on_conflict_do_nothing(index_elements=["id"]))


def _left() -> tuple[Any, ...]:
    return (DataKey.wrapped.is_not(None), DataKey.master_key_id != current_ring().current.id)


def _check() -> str:
    return fingerprint("parvis", sector="fingerprint_check")
