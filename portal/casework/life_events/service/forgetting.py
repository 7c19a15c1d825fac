"""Events whose time is over: the key of their facts is destroyed, then the rows go. Their requests have their own."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.casework.life_events.models import LifeEvent, LifeEventTransfer
from portal.ground import clock
from portal.ground.vault.service import destroy_data_key

AT_ONCE = 200


def purge_events(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the events that are over, ``limit`` at most in one unit; how many."""
    over = select(LifeEvent).where(LifeEvent.purge_after < clock.today()).order_by(LifeEvent.purge_after)
    events = session.scalars(over.limit(limit).with_for_update(skip_locked=True)).all()
    for event in events:
        destroy_data_key(session, event.data_key_id)
        session.execute(delete(LifeEventTransfer).where(LifeEventTransfer.life_event_id == event.id))
        session.delete(event)
    session.flush()
    return len(events)
