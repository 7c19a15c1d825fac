"""Every view of the room, by being imported: the composition root registers this blueprint."""

from portal.screens.appointments_desk import agenda, booking, calendars, closures, hours, kinds, one, places, waiting
from portal.screens.appointments_desk.blueprint import blueprint

__all__ = ["agenda", "blueprint", "booking", "calendars", "closures", "hours", "kinds", "one", "places", "waiting"]
