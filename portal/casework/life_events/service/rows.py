"""Finding the rows of a person, and what is sealed in them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.life_events.models import LifeEvent, LifeEventTransfer
from portal.casework.life_events.shapes import Facts
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import seal_json, unseal_json


def account_of(actor: Actor) -> tuple[UUID, UUID]:
    """The account and the person of a resident.

    :raises Forbidden: not a resident.
    """
    if not actor.is_resident or actor.id is None or actor.subject is None:
        raise Forbidden("resident_needed")
    return actor.id, actor.subject


def own_event(session: Session, actor: Actor, kind: str, event_id: UUID) -> LifeEvent:
    """One event of the resident, held until the end of the unit so that two acts on it follow each other.

    :raises NotFound: none, somebody else's, or of another kind.
    """
    query = select(LifeEvent).where(
        LifeEvent.id == event_id, LifeEvent.account_id == account_of(actor)[0], LifeEvent.kind == kind
    )
    row = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("life_event_unknown")
    return row


def transfers_of(session: Session, event: LifeEvent) -> list[LifeEventTransfer]:
    """What was decided for each organisation."""
    query = select(LifeEventTransfer).where(LifeEventTransfer.life_event_id == event.id)
    return list(session.scalars(query.order_by(LifeEventTransfer.id)))


def seal_facts(session: Session, event_id: UUID, key_id: UUID, facts: Facts) -> bytes:
    """Seal the facts of an event."""
    content = {
        "common": dict(facts.common),
        "entries": {slot: dict(one) for slot, one in facts.entries.items()},
        "done": sorted(facts.done),
    }
    return seal_json(session, key_id, content, context=f"life_event:{event_id}")


def facts_of(session: Session, event: LifeEvent) -> Facts:
    """The facts of an event."""
    content = unseal_json(session, event.data_key_id, event.sealed_facts, context=f"life_event:{event.id}")
    return Facts(content["common"], content["entries"], frozenset(content["done"]))
