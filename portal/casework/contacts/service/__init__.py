"""The door of the room. Everything flushes and nothing commits; another department's contact looks like none."""

from portal.casework.contacts.service.answering import answer_contact, mark_entered
from portal.casework.contacts.service.joining import detach_opening, join_contact
from portal.casework.contacts.service.logging import add_scan, check_contact, keeper, log_contact, purge_contacts
from portal.casework.contacts.service.mailing import (
    CONTACT_REPLY_KIND,
    CONTACT_TEXT_KIND,
    render_contact_reply,
    render_contact_text,
)
from portal.casework.contacts.service.posting import (
    count_answer_letters,
    get_answer_letter,
    letter_of,
    list_answer_letters,
    mark_letter_posted,
    print_answer_letter,
    undo_letter_posted,
)
from portal.casework.contacts.service.reading import (
    count_contacts,
    find_by_reference,
    get_contact,
    list_contacts,
    list_for_opening,
    list_for_person,
)
from portal.casework.contacts.shapes import AnswerLetter, ContactFacts, ContactPage, ContactView, Figures, Place

__all__ = [
    "CONTACT_REPLY_KIND",
    "CONTACT_TEXT_KIND",
    "AnswerLetter",
    "ContactFacts",
    "ContactPage",
    "ContactView",
    "Figures",
    "Place",
    "add_scan",
    "answer_contact",
    "check_contact",
    "count_answer_letters",
    "count_contacts",
    "detach_opening",
    "find_by_reference",
    "get_answer_letter",
    "get_contact",
    "join_contact",
    "keeper",
    "letter_of",
    "list_answer_letters",
    "list_contacts",
    "list_for_opening",
    "list_for_person",
    "log_contact",
    "mark_entered",
    "mark_letter_posted",
    "print_answer_letter",
    "purge_contacts",
    "render_contact_reply",
    "render_contact_text",
    "undo_letter_posted",
]
