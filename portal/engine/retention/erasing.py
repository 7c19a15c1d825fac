"""Erasing for good: what the inventory says goes with a request, or with a person, goes with it.

The data keys are destroyed first, which is the erasure, listed outside the database for restores; then the rows go. A
table that is added later is erased with the rest from the day it is in the inventory, without a line here.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from portal.casework.requests.policy import OPEN
from portal.engine.retention.tables import all_tables, followers_of, references_to, root_of
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict
from portal.ground.permissions import Actor
from portal.ground.vault.service import destroy_data_key

REQUEST = "service_request"
KEY = "data_key_id"
AT_ONCE = 500
Counts = Counter[str]


def erase_request(session: Session, request_id: UUID, *, actor: Actor, reason: str) -> None:
    """Erase a request with all that belongs to it. The journal keeps that it was erased, by whom and why, as codes.

    Documents sent with it stay in the wallet of the person until their own date.

    :param reason: a code: ``retention`` or ``restored``.
    """
    _overwrite(session)
    table = all_tables()[REQUEST]
    person_id = session.scalar(select(table.c.person_id).where(table.c.id == request_id))
    counts: Counts = Counter()
    _erase_rows(session, table, table.c.id == request_id, counts)
    record(
        session,
        actor,
        "request_erased",
        subject_id=person_id,
        request_id=request_id,
        details={"reason": reason, "rows": str(counts.total())},
    )


def erase_person(session: Session, account_id: UUID, *, actor: Actor, reason: str) -> Counts:
    """Erase all that is kept of the person of an account, but the requests that are not at their term yet.

    Those stay with what was sent with them, tied to no account; nobody opens them from « Mon espace » any more. The
    journal keeps a line without identity.

    :param reason: a code: ``asked``, ``inactive`` or ``restored``.
    :return: table → how many rows are gone.
    :raises Conflict: ``requests_open``: something is still being decided for this person.
    """
    _overwrite(session)
    accounts, people = _who(session, account_id)
    if is_awaiting(session, account_id):
        raise Conflict("requests_open")
    counts: Counts = Counter()
    _destroy(session, all_tables()["person"], all_tables()["person"].c.id.in_(people))
    for name, ids in (("account", accounts), ("person", people)):
        for table, column in references_to(name):
            if table.name not in {"account", "person"}:
                _erase_reference(session, table, column, ids, counts)
    _erase_accounts(session, accounts, people, counts)
    details = {"reason": reason, "rows": str(counts.total())}
    record(session, actor, "account_erased", subject_id=people[0] if people else None, details=details)
    return counts


def is_awaiting(session: Session, account_id: UUID) -> bool:
    """Whether a request of this account is not decided yet."""
    table = all_tables()[REQUEST]
    return bool(session.scalar(select(exists().where(table.c.account_id == account_id, table.c.status.in_(OPEN)))))


def finish_erasures(session: Session, *, actor: Actor) -> int:
    """Erase the rows of what has lost its data key: after a restore, whose list of erasures names keys alone.

    :return: how many requests and accounts.
    """
    tables, keys = all_tables(), all_tables()["data_key"]
    request, person, account = tables[REQUEST], tables["person"], tables["account"]
    gone = keys.c.destroyed_at.is_not(None)
    requests = session.scalars(select(request.c.id).join(keys, keys.c.id == request.c.data_key_id).where(gone)).all()
    accounts = session.scalars(
        select(account.c.id)
        .join(person, person.c.id == account.c.person_id)
        .join(keys, keys.c.id == person.c.data_key_id)
        .where(gone, account.c.merged_into_id.is_(None))
    ).all()
    for request_id in requests:
        erase_request(session, request_id, actor=actor, reason="restored")
    settled = [one for one in accounts if not is_awaiting(session, one)]
    for account_id in settled:
        erase_person(session, account_id, actor=actor, reason="restored")
    return len(requests) + len(settled)


def forget_nobody(session: Session, *, limit: int = AT_ONCE) -> int:
    """Forget the persons whom nothing names any more, such as who asked without an account; return how many.

    Those made since yesterday are left alone: what names them may be on its way.
    """
    person = all_tables()["person"]
    named = [exists().where(column == person.c.id) for _table, column in references_to("person")]
    unknown = select(person.c.id).where(person.c.created_at < clock.now() - timedelta(days=1), ~or_(*named))
    ids = session.scalars(unknown.limit(limit)).all()
    _destroy(session, person, person.c.id.in_(ids))
    session.execute(delete(person).where(person.c.id.in_(ids)))
    return len(ids)


def _who(session: Session, account_id: UUID) -> tuple[list[UUID], list[UUID]]:
    account = all_tables()["account"]
    same = or_(account.c.id == account_id, account.c.merged_into_id == account_id)
    rows = session.execute(select(account.c.id, account.c.person_id).where(same)).all()
    return [row.id for row in rows], list(dict.fromkeys(row.person_id for row in rows))


def _erase_reference(
    session: Session, table: Table, column: ColumnElement[Any], ids: Collection[UUID], counts: Counts
) -> None:
    """What points at a person: rows of a request are untied from it, the rest is erased."""
    if root_of(table.name) == REQUEST:
        if getattr(column, "nullable", False):
            session.execute(update(table).where(column.in_(ids)).values({column.key: None}))
        return
    whose: ColumnElement[bool] = column.in_(ids)
    if table.name == "document":
        link = all_tables()["request_document"]
        whose = and_(whose, ~exists().where(link.c.document_id == table.c.id))
    _erase_rows(session, table, whose, counts)


def _erase_accounts(session: Session, accounts: list[UUID], people: list[UUID], counts: Counts) -> None:
    """Joined accounts before the one they open; a person whom a request still names stays, as an id without a key."""
    account, person = all_tables()["account"], all_tables()["person"]
    for condition in (account.c.merged_into_id.in_(accounts), account.c.id.in_(accounts)):
        counts["account"] += session.execute(delete(account).where(condition)).rowcount  # type: ignore[attr-defined]
    named = [exists().where(column == person.c.id) for _table, column in references_to("person")]
    session.execute(delete(person).where(person.c.id.in_(people), ~or_(*named)))


def _erase_rows(session: Session, table: Table, condition: ColumnElement[bool], counts: Counts) -> None:
    """Destroy the keys of these rows, then delete what follows them, then them."""
    ids = _destroy(session, table, condition)
    if not ids:
        return
    for follower, column in followers_of(table.name):
        _erase_rows(session, follower, column.in_(ids), counts)
    follow = {follower.name for follower, _column in followers_of(table.name)}
    for other, column in references_to(table.name):
        if other.name not in follow and column.nullable:
            session.execute(update(other).where(column.in_(ids)).values({column.key: None}))
    primary = next(iter(table.primary_key.columns))
    session.execute(delete(table).where(primary.in_(ids)))
    counts[table.name] += len(ids)


def _destroy(session: Session, table: Table, condition: ColumnElement[bool]) -> list[Any]:
    """Destroy the data keys of these rows; their ids."""
    primary = next(iter(table.primary_key.columns))
    columns = [primary, table.c[KEY]] if KEY in table.c else [primary]
    rows = session.execute(select(*columns).where(condition)).all()
    keys: Iterable[UUID | None] = {row[1] for row in rows} if KEY in table.c else ()
    for key in keys:
        if key is not None:
            destroy_data_key(session, key)
    session.flush()
    return [row[0] for row in rows]


def _overwrite(session: Session) -> None:
    """SQLite writes zeros over what it frees; PostgreSQL reuses the space at its next vacuum."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
