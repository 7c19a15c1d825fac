"""Adding a message."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import Conflict
from portal.records.outbox.enums import MessageState
from portal.records.outbox.models import OutboxMessage

MAX_KEY = 255


def enqueue(
    session: Session,
    *,
    lane: str,
    kind: str,
    payload: Mapping[str, str],
    idempotency_key: str,
    group: str | None = None,
    not_before: datetime | None = None,
) -> UUID:
    """Write a message in the caller's transaction; return its id. The same key and kind again give the first one's id.

    :param payload: identifiers and codes only; what is sent is made when it is sent.
    :param group: what the message belongs to, for example a request's id.
    :raises Conflict: the key was already used for something else.
    """
    if not idempotency_key or len(idempotency_key) > MAX_KEY:
        raise ValueError("an idempotency key has 1 to 255 characters")
    now = clock.now()
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    message_id = new_id()
    statement = (
        insert(OutboxMessage)
        .values(
            id=message_id,
            lane=lane,
            kind=kind,
            payload=dict(payload),
            idempotency_key=idempotency_key,
            group_key=group,
            state=MessageState.PENDING,
            attempts=0,
            malformed=0,
            fence=0,
            begun=False,
            uncertain=False,
            next_attempt_at=max(not_before, now) if not_before else now,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key", "kind"])
        .returning(OutboxMessage.id)
    )
    if session.execute(statement).scalar_one_or_none() is not None:
        return message_id
    return _existing(session, lane=lane, kind=kind, payload=payload, idempotency_key=idempotency_key)


def _existing(session: Session, *, lane: str, kind: str, payload: Mapping[str, str], idempotency_key: str) -> UUID:
    row = session.execute(
        select(OutboxMessage.id, OutboxMessage.lane, OutboxMessage.payload).where(
            OutboxMessage.idempotency_key == idempotency_key, OutboxMessage.kind == kind
        )
    ).one()
    if row.lane != lane or row.payload != dict(payload):
        raise Conflict("idempotency_key_reused")
    found: UUID = row.id
    return found
