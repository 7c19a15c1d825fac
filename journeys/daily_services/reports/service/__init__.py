"""The door of street reports. Everything flushes and nothing commits.

A report is a request like any other: it is sent, acknowledged, assigned and decided by ``portal.casework.requests``.
What is kept here is what a request does not have: a place to compare, what everyone may read, and who else follows.
"""

from journeys.daily_services.reports.service.desk import (
    Photo,
    approve,
    close_without_repair,
    mark_repaired,
    take_up,
)
from journeys.daily_services.reports.service.recording import PROCEDURE, record_missing, send_report
from journeys.daily_services.reports.service.showing import open_photo
from journeys.daily_services.reports.service.voices import LETTER_KIND, VoiceLetter, add_voice, read_letter, tell_voices

__all__ = [
    "LETTER_KIND",
    "PROCEDURE",
    "Photo",
    "VoiceLetter",
    "add_voice",
    "approve",
    "close_without_repair",
    "mark_repaired",
    "open_photo",
    "read_letter",
    "record_missing",
    "send_report",
    "take_up",
    "tell_voices",
]
