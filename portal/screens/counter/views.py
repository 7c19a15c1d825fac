"""The pages of counter agents; their views stand in modules by subject."""

from portal.screens.counter import (
    answer_letters,
    contacts,
    desk,
    entries,
    lending,
    mandate_appointments,
    mandates,
    papers,
    persons,
    proving,
    scans,
    searching,
    under_mandate,
)
from portal.screens.counter.blueprint import blueprint

__all__ = [
    "answer_letters",
    "blueprint",
    "contacts",
    "desk",
    "entries",
    "lending",
    "mandate_appointments",
    "mandates",
    "papers",
    "persons",
    "proving",
    "scans",
    "searching",
    "under_mandate",
]
