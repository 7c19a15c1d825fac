"""Words of appointments."""

from enum import StrEnum


class Means(StrEnum):
    """How people meet."""

    ON_SITE = "on_site"
    PHONE = "phone"
    VIDEO = "video"


class Audience(StrEnum):
    """Who may book a kind. ``INVITED``: who was invited by a request, or for whom an agent books."""

    PUBLIC = "public"
    INVITED = "invited"


class AppointmentState(StrEnum):
    """Where an appointment stands. ``DISPLACED``: its time was closed, the person is to choose another one.

    ``AWAITED``: it has no time yet, the person is told when one frees; ``starts_at`` is the latest that would do.
    ``LEFT``: they stopped waiting, or nothing freed before that.
    """

    BOOKED = "booked"
    DISPLACED = "displaced"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    MISSED = "missed"
    AWAITED = "awaited"
    LEFT = "left"


class EventKind(StrEnum):
    """What the history of an appointment tells."""

    BOOKED = "booked"
    MOVED = "moved"
    DISPLACED = "displaced"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    MISSED = "missed"
    UNMARKED = "unmarked"
    ASSIGNED = "assigned"
    NOTED = "noted"
    REMINDED = "reminded"
    WAITING = "waiting"
    AWAITED = "awaited"
    OFFERED = "offered"
    OFFER_TAKEN = "offer_taken"
    OFFER_DECLINED = "offer_declined"
    OFFER_LAPSED = "offer_lapsed"
    STOPPED_WAITING = "stopped_waiting"
    WAITED_IN_VAIN = "waited_in_vain"
    ATTACHED = "attached"


class Reminder(StrEnum):
    """When a person is reminded: two days before, and three hours before (or the evening before, when it is early)."""

    DAYS = "days"
    HOURS = "hours"


class Refusal(StrEnum):
    """Why somebody may not book, move or cancel: the code of the error, which a page puts in words."""

    SLOT_TAKEN = "slot_taken"
    NOT_OFFERED = "not_offered"
    TOO_MANY = "too_many"
    ONE_PER_KIND = "one_per_kind"
    TOO_LATE = "too_late"
    MOVED_ON = "appointment_changed"
    MANY_FREE = "many_free"
    CONCERNED_CHANGED = "concerned_changed"
