"""The door of the room: what residents are told of durations, and the purges. Nothing commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.casework.appointments.service import purge_appointments
from portal.casework.assistance.service import purge_assistances, purge_codes, purge_entries
from portal.casework.checklists.service import purge_checklists
from portal.casework.consents.service import end_expired
from portal.casework.contacts.service import purge_contacts
from portal.casework.documents.service import forget_unused
from portal.casework.life_events.service import purge_events
from portal.casework.mandates.service import purge_mandates, watch_mandates
from portal.casework.notifications.service import purge_notices
from portal.casework.openings.service import purge_lookups
from portal.casework.requests.service import purge_discarded, purge_drafts, warn_of_drafts
from portal.engine.retention.erasing import erase_person, erase_request, finish_erasures, forget_nobody, is_awaiting
from portal.engine.retention.notices import (
    EndingView,
    Waiting,
    count_waiting,
    endings_of,
    erase_ended_accounts,
    erase_ended_requests,
    give_notice,
    list_endings,
    prolong_document,
    request_terms,
)
from portal.engine.retention.shapes import Dated, Rule
from portal.engine.retention.tables import all_rules
from portal.ground.audit.service import purge_searches
from portal.ground.web.limits import purge_buckets
from portal.people.accounts.service import purge_claims
from portal.people.identity.service import purge_expired
from portal.records.outbox.service import purge_settled

__all__ = [
    "Duration",
    "EndingView",
    "Waiting",
    "count_waiting",
    "endings_of",
    "erase_expired",
    "erase_kept",
    "erase_person",
    "erase_request",
    "finish_erasures",
    "forget_nobody",
    "give_notice",
    "is_awaiting",
    "list_durations",
    "list_endings",
    "list_rules",
    "prolong_document",
    "request_terms",
    "say_duration",
]

_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Duration:
    """One line of the page about personal data."""

    what: str
    how_long: str


def list_rules() -> Mapping[str, Rule]:
    """Table → until when it keeps what it holds, see :func:`portal.engine.retention.tables.all_rules`."""
    return all_rules()


def list_durations() -> list[Duration]:
    """What is kept and for how long, in the words of the page about personal data (RGPD, article 13-2 a)."""
    dated = [rule for rule in list_rules().values() if isinstance(rule, Dated)]
    return [Duration(str(rule.what), _how_long(rule)) for rule in dated]


def say_duration(lasts: timedelta) -> str:
    """« 2 ans », « 90 jours », « 13 heures », « 30 minutes »: the largest unit that says it without a lie.

    What does not fall even is rounded up: nothing is kept longer than is said.
    """
    seconds = int(lasts.total_seconds())
    if seconds % (365 * _DAY) == 0:
        return ngettext("%(num)d an", "%(num)d ans", seconds // (365 * _DAY))
    if seconds >= 2 * _DAY or seconds % _DAY == 0:
        return ngettext("%(num)d jour", "%(num)d jours", -(-seconds // _DAY))
    if seconds >= 60 * 60:
        return ngettext("%(num)d heure", "%(num)d heures", -(-seconds // (60 * 60)))
    return ngettext("%(num)d minute", "%(num)d minutes", -(-seconds // 60))


def erase_expired(session: Session) -> None:
    """Each hour: sessions, sign-ins begun, forms put aside, codes, consents whose time is over, rate limits,
    addresses that did not answer, announcements that are old, searches of a desk.
    """
    purge_expired(session)
    purge_claims(session)
    end_expired(session)
    purge_buckets(session)
    purge_codes(session)
    purge_entries(session)
    purge_lookups(session)
    purge_notices(session)


def erase_kept(session: Session) -> int:
    """Each day, until it returns 0: forgotten drafts and lists, events that are over, old contacts and sendings,
    requests past their term, accounts that nobody uses, documents of no use, reasons of old searches in the journal.

    Some at a time, to hold nobody up. Those concerned are warned first.
    """
    warned = warn_of_drafts(session) + give_notice(session) + watch_mandates(session)
    forgotten = purge_drafts(session) + purge_checklists(session) + purge_events(session)
    forgotten += purge_discarded(session) + purge_assistances(session)
    forgotten += purge_contacts(session) + purge_mandates(session) + purge_appointments(session)
    ended = erase_ended_requests(session) + erase_ended_accounts(session)
    traces = purge_settled(session) + purge_searches(session)
    return warned + forgotten + ended + traces + forget_unused(session)


def _how_long(rule: Dated) -> str:
    return f"{say_duration(rule.lasts)} {rule.since}" if rule.lasts is not None else str(rule.since)
