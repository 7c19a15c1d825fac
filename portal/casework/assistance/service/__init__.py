"""The door of the room. Everything flushes and nothing commits."""

from portal.casework.assistance.service.codes import forget_code, get_code, make_code, normalise_code, revoke_code
from portal.casework.assistance.service.entries import (
    add_scan,
    check_entry,
    drop_scan,
    find_entry,
    purge_entries,
    send_entry,
    start_entry,
)
from portal.casework.assistance.service.mailing import RESUME_CODE_KIND, mail_code, render_code_letter
from portal.casework.assistance.service.opening import (
    AssistanceEnded,
    actor_of,
    close,
    conclude,
    find_assistance,
    list_open,
    note_save,
    open_with_code,
    purge_assistances,
    purge_codes,
    send_assisted,
    touch,
)
from portal.casework.assistance.shapes import AssistanceView, CodeView, EntryFacts, EntryView

__all__ = [
    "RESUME_CODE_KIND",
    "AssistanceEnded",
    "AssistanceView",
    "CodeView",
    "EntryFacts",
    "EntryView",
    "actor_of",
    "add_scan",
    "check_entry",
    "close",
    "conclude",
    "drop_scan",
    "find_assistance",
    "find_entry",
    "forget_code",
    "get_code",
    "list_open",
    "mail_code",
    "make_code",
    "normalise_code",
    "note_save",
    "open_with_code",
    "purge_assistances",
    "purge_codes",
    "purge_entries",
    "render_code_letter",
    "revoke_code",
    "send_assisted",
    "send_entry",
    "start_entry",
    "touch",
]
