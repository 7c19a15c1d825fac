"""Writing to the journal, in the transaction of the act itself."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.ground.audit.models import AuditEntry
from portal.ground.clock import now
from portal.ground.db import new_id
from portal.ground.permissions import Actor


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    subject_id: UUID | None = None,
    request_id: UUID | None = None,
    connection: str | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Add a line. ``action`` is a past-tense code (``request_read``); ``details`` holds codes, never personal data."""
    session.add(
        AuditEntry(
            occurred_at=now(),
            action=action,
            actor_kind=actor.kind,
            actor_id=actor.id,
            subject_id=subject_id or actor.subject,
            mandate_id=actor.mandate_id,
            request_id=request_id,
            connection=connection,
            details=dict(details or {}),
        )
    )
    session.flush()


def record_each(session: Session, actor: Actor, action: str, about: Iterable[tuple[UUID, UUID | None]]) -> None:
    """Add one line for each request that an act showed, such as a search or a list taken away: one statement for all.

    :param about: person of each, and its request when there is one.
    """
    at = now()
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "occurred_at": at,
            "action": action,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "subject_id": subject_id,
            "mandate_id": actor.mandate_id,
            "request_id": request_id,
            "connection": None,
            "details": {},
        }
        for subject_id, request_id in about
    ]
    if rows:
        session.execute(insert(AuditEntry), rows)
