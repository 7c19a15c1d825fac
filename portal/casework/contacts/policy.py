"""Who keeps the log of a department, and for how long. Pure: no database."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from portal.casework.contacts.enums import AnswerWay, ContactState
from portal.casework.letters.policy import can_post_letters
from portal.ground.permissions import Actor, Permission

# A contact is kept a year, as a report is.
CONTACT_KEPT: Final = timedelta(days=365)
# What the authority promises for a call or a letter that asks for nothing formal.
ANSWERED_WITHIN: Final = timedelta(days=15)
OLDEST: Final = timedelta(days=366)
MAX_WORDS: Final = 4_000
MAX_NAME: Final = 200
MAX_WHERE: Final = 300
MAX_REPLY: Final = 4_000
MAX_SMS: Final = 300
MAX_SCANS: Final = 5
PAGE: Final = 20
# The answer goes to an address or a number that was said, unless the person has a space.
NEEDS_WHERE: Final = frozenset({AnswerWay.EMAIL, AnswerWay.SMS, AnswerWay.LETTER, AnswerWay.PHONE})


def can_keep(actor: Actor, department_id: UUID) -> bool:
    """An agent of the department, in their own name."""
    mine = actor.is_agent and actor.assisted is None and department_id in actor.department_ids
    return mine and actor.can(Permission.CONTACTS_KEEP)


def can_post_for_all(actor: Actor) -> bool:
    """Who posts the letters of the authority posts the printed answers of its departments too, in their own name."""
    return actor.assisted is None and can_post_letters(actor)


def can_post(actor: Actor, department_id: UUID) -> bool:
    """Who keeps the log of the department, or posts for all of them."""
    return can_keep(actor, department_id) or can_post_for_all(actor)


def due_on(occurred_on: date) -> date:
    """Until when an answer is promised."""
    return occurred_on + ANSWERED_WITHIN


def first_state(answer_by: AnswerWay) -> ContactState:
    """Where a contact stands once noted."""
    return ContactState.SETTLED if answer_by is AnswerWay.NONE else ContactState.TO_ANSWER


def longest(way: AnswerWay) -> int:
    """How long an answer may be."""
    return MAX_SMS if way is AnswerWay.SMS else MAX_REPLY
