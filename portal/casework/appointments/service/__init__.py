"""The door of appointments. Everything flushes and nothing commits; somebody else's appointment looks like none.

Booking (:func:`book`), then by the person or the department: :func:`reschedule`, :func:`cancel`, waiting for an earlier
time, or, without an appointment, for any (:func:`wait_for_any`). Refusals are designed: a ``Conflict`` holds in
``theirs`` what to propose instead, a ``Forbidden`` its code.
"""

from portal.casework.appointments.ics import calendar_of
from portal.casework.appointments.policy import Span
from portal.casework.appointments.service.booking import book
from portal.casework.appointments.service.changing import assign, cancel, reschedule, write_note
from portal.casework.appointments.service.closing import close_period, list_closures, list_concerned, reopen
from portal.casework.appointments.service.feeds import list_feeds, open_feed, read_feed, revoke_feed
from portal.casework.appointments.service.joining import end_of, end_vain_waits, last_wait, list_waiting, wait_for_any
from portal.casework.appointments.service.mailing import (
    APPOINTMENT_LETTER_KIND,
    APPOINTMENT_TEXT_KIND,
    render_appointment_letter,
    render_appointment_text,
)
from portal.casework.appointments.service.mandated import (
    book_mandated,
    cancel_mandated,
    done_for,
    list_mandated,
    list_mandated_offers,
    move_mandated,
)
from portal.casework.appointments.service.marking import mark, unmark
from portal.casework.appointments.service.offering import (
    find_offer,
    free_slots,
    list_kind_names,
    list_offers,
    next_slots,
)
from portal.casework.appointments.service.reading import (
    figures_of,
    get_kept,
    get_own,
    history_of,
    list_agenda,
    list_of_person,
    list_of_request,
    list_own,
    next_day,
    open_with_code,
)
from portal.casework.appointments.service.reminding import remind_due
from portal.casework.appointments.service.settling import (
    end_rule,
    list_kinds,
    list_places,
    list_rules,
    save_kind,
    save_place,
    save_rule,
)
from portal.casework.appointments.service.telling import is_notice_due
from portal.casework.appointments.service.upkeep import adopt_appointments, purge_appointments
from portal.casework.appointments.service.waiting import (
    accept_offer,
    decline_offer,
    lapse_offers,
    offer_next,
    stop_waiting,
    wait_for_earlier,
)
from portal.casework.appointments.shapes import (
    AgendaQuery,
    AppointmentView,
    Booking,
    ClosureView,
    Concerned,
    Contact,
    EventView,
    FeedView,
    FreeSlot,
    KindFacts,
    KindFigures,
    KindOffer,
    KindView,
    PlaceFacts,
    PlaceView,
    RuleFacts,
    RuleView,
    WaitingLine,
    WaitView,
)

__all__ = [
    "APPOINTMENT_LETTER_KIND",
    "APPOINTMENT_TEXT_KIND",
    "AgendaQuery",
    "AppointmentView",
    "Booking",
    "ClosureView",
    "Concerned",
    "Contact",
    "EventView",
    "FeedView",
    "FreeSlot",
    "KindFacts",
    "KindFigures",
    "KindOffer",
    "KindView",
    "PlaceFacts",
    "PlaceView",
    "RuleFacts",
    "RuleView",
    "Span",
    "WaitView",
    "WaitingLine",
    "accept_offer",
    "adopt_appointments",
    "assign",
    "book",
    "book_mandated",
    "calendar_of",
    "cancel",
    "cancel_mandated",
    "close_period",
    "decline_offer",
    "done_for",
    "end_of",
    "end_rule",
    "end_vain_waits",
    "figures_of",
    "find_offer",
    "free_slots",
    "get_kept",
    "get_own",
    "history_of",
    "is_notice_due",
    "lapse_offers",
    "last_wait",
    "list_agenda",
    "list_closures",
    "list_concerned",
    "list_feeds",
    "list_kind_names",
    "list_kinds",
    "list_mandated",
    "list_mandated_offers",
    "list_of_person",
    "list_of_request",
    "list_offers",
    "list_own",
    "list_places",
    "list_rules",
    "list_waiting",
    "mark",
    "move_mandated",
    "next_day",
    "next_slots",
    "offer_next",
    "open_feed",
    "open_with_code",
    "purge_appointments",
    "read_feed",
    "remind_due",
    "render_appointment_letter",
    "render_appointment_text",
    "reopen",
    "reschedule",
    "revoke_feed",
    "save_kind",
    "save_place",
    "save_rule",
    "stop_waiting",
    "unmark",
    "wait_for_any",
    "wait_for_earlier",
    "write_note",
]
