"""Free times as a choice of an agent's form: what is offered, and what was chosen."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.appointments import service as appointments
from portal.casework.appointments.service import FreeSlot, KindOffer
from portal.ground import clock
from portal.ground.errors import Invalid
from portal.ground.web.formats import format_moment
from portal.ground.web.sent import read_id, read_instant

SHOWN: Final = 12
REACH: Final = 31


def offered(
    session: Session, offer: KindOffer, first: date, *, at_once: bool
) -> tuple[list[tuple[str, str]], date | None]:
    """The first free times from a day on, as (value, words), and the day from which to see more, if there is more.

    :param at_once: without the notice that the kind asks of residents.
    """
    found = appointments.free_slots(session, offer.kind.id, None, first, REACH, at_once=at_once)
    shown = found[:SHOWN]
    names = {place.id: place.name for place in offer.places}
    options = choices(shown, names)
    if len(found) > SHOWN:
        last = clock.local(shown[-1].starts_at).date()
        return options, last if last > first else last + timedelta(days=1)
    return options, None


def choices(slots: Iterable[FreeSlot], names: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """Free times as (value, words)."""
    return [(f"{one.place_id}|{one.starts_at.isoformat()}", _say(one, names.get(one.place_id, ""))) for one in slots]


def _say(slot: FreeSlot, place: str) -> str:
    return _("%(moment)s, %(place)s", moment=format_moment(slot.starts_at), place=place)


def chosen(text: str) -> tuple[UUID, datetime]:
    """The place and the instant behind a choice.

    :raises Invalid: ``creneau``: nothing was chosen, or it was altered.
    """
    named, _bar, at = text.partition("|")
    place_id, starts_at = read_id(named), read_instant(at)
    if place_id is None or starts_at is None:
        raise Invalid({"creneau": _("Choisissez une heure dans la liste.")})
    return place_id, starts_at.astimezone(UTC)
