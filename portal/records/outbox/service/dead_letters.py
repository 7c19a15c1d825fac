"""What a person does with a dead letter: play it again, or close it. Who did it is kept."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import Actor
from portal.records.outbox.enums import MessageState
from portal.records.outbox.models import OutboxMessage
from portal.records.outbox.policy import can_retry_delivery


def requeue(session: Session, message_id: UUID, actor: Actor) -> None:
    """Play a dead letter again, at once and with a whole schedule before it (« rejouer »).

    :raises Forbidden: the actor may not.
    :raises NotFound: no such message.
    :raises Conflict: it is not dead, or not any more.
    """
    _decide(
        session,
        message_id,
        actor,
        "requeued",
        state=MessageState.PENDING,
        next_attempt_at=clock.now(),
        attempts=0,
        malformed=0,
        uncertain=False,
    )


def close_dead(session: Session, message_id: UUID, actor: Actor) -> None:
    """Close a dead letter: a person took care of it another way (« clore »).

    :raises Forbidden: the actor may not.
    :raises NotFound: no such message.
    :raises Conflict: it is not dead, or not any more.
    """
    _decide(session, message_id, actor, "closed", state=MessageState.CLOSED, settled_at=clock.now())


def _decide(session: Session, message_id: UUID, actor: Actor, decision: str, **values: Any) -> None:
    if not can_retry_delivery(actor):
        raise Forbidden("permission")
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.state == MessageState.DEAD)
        .values(dead_at=None, decision=decision, decided_by=actor.id, decided_at=clock.now(), **values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", session.execute(statement)).rowcount == 1:
        lane = session.execute(select(OutboxMessage.lane).where(OutboxMessage.id == message_id)).scalar_one()
        record(session, actor, f"delivery_{decision}", connection=lane, details={"message_id": str(message_id)})
        return
    if session.execute(select(OutboxMessage.id).where(OutboxMessage.id == message_id)).one_or_none() is None:
        raise NotFound("message_unknown")
    raise Conflict("message_not_dead")
