"""A message is read when the person opens the page that shows it: the service sees that."""

from portal.casework.requests import service as requests
from portal.ground.errors import Busy
from portal.ground.logs import get_logger
from portal.ground.permissions import Actor
from portal.ground.web import background_unit

log = get_logger("myspace")


def note_reading(view: requests.RequestView, reader: Actor) -> None:
    """Note it by a unit of its own, and only when there is something new: a page that only reads writes nothing else.

    The page is shown whatever becomes of this.
    """
    if all(message.mine or message.read_at for message in view.messages):
        return
    try:
        with background_unit() as session:
            requests.note_messages_read(session, reader, view.reference)
    except Busy:
        log.info("reading_not_noted")
