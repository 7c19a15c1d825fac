"""The door of the room. Everything flushes and nothing commits; another department's contact looks like none."""

from portal.casework.contacts.service.answering import answer_contact, mark_entered, mark_letter_posted
from portal.casework.contacts.service.joining import detach_opening, join_contact
from portal.casework.contacts.service.logging import add_scan, check_contact, keeper, log_contact, purge_contacts
from portal.casework.contacts.service.mailing import (
    CONTACT_REPLY_KIND,
    CONTACT_TEXT_KIND,
    render_contact_reply,
    render_contact_text,
)
from portal.casework.contacts.service.reading import (
    count_contacts,
    get_contact,
    list_contacts,
    list_for_opening,
    list_for_person,
)
from portal.casework.contacts.shapes import ContactFacts, ContactPage, ContactView, Figures, Place

__all__ = [
    "CONTACT_REPLY_KIND",
    "CONTACT_TEXT_KIND",
    "ContactFacts",
    "ContactPage",
    "ContactView",
    "Figures",
    "Place",
    "add_scan",
    "answer_contact",
    "check_contact",
    "count_contacts",
    "detach_opening",
    "get_contact",
    "join_contact",
    "keeper",
    "list_contacts",
    "list_for_opening",
    "list_for_person",
    "log_contact",
    "mark_entered",
    "mark_letter_posted",
    "purge_contacts",
    "render_contact_reply",
    "render_contact_text",
]
