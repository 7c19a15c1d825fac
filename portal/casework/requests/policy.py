"""Who may do what with a request, and which moves are legal. Pure: no database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from portal.casework.requests.enums import Act, RequestStatus
from portal.ground.permissions import Actor, Permission

OPEN = frozenset({RequestStatus.SUBMITTED, RequestStatus.IN_PROGRESS, RequestStatus.WAITING_FOR_RESIDENT})
ENDED = frozenset(RequestStatus) - OPEN
DECISIONS = frozenset({RequestStatus.ACCEPTED, RequestStatus.REJECTED, RequestStatus.CLOSED})
# A draft that nobody touches is erased; its owner is told on « Mon espace » during the last two weeks.
DRAFT_KEPT = timedelta(days=90)
DRAFT_NOTICE = timedelta(days=14)
# A draft given up can be taken back for a week.
DISCARDED_KEPT = timedelta(days=7)
# How long a draft may still be sent on a version that is no longer offered.
FORMER_VERSION_KEPT = timedelta(days=30)
# A note between agents may be changed by its author, then it stays.
NOTE_EDITABLE = timedelta(minutes=10)
# Two requests of one procedure and one person so close may be the same one; a closing may be undone for a while.
DUPLICATE_WITHIN = timedelta(days=30)
DUPLICATE_UNDO = timedelta(minutes=10)

MOVES: Mapping[RequestStatus, frozenset[RequestStatus]] = MappingProxyType(
    {
        RequestStatus.SUBMITTED: ENDED | {RequestStatus.IN_PROGRESS, RequestStatus.WAITING_FOR_RESIDENT},
        RequestStatus.IN_PROGRESS: ENDED | {RequestStatus.WAITING_FOR_RESIDENT},
        RequestStatus.WAITING_FOR_RESIDENT: ENDED | {RequestStatus.IN_PROGRESS},
        **{ended: frozenset() for ended in ENDED},
    }
)


def finishable_until(archived_at: datetime | None) -> datetime | None:
    """Until when a draft may end on a version that stopped being offered then; None while it is offered."""
    return archived_at + FORMER_VERSION_KEPT if archived_at else None


class Case(Protocol):
    """What the rules look at in a request."""

    @property
    def id(self) -> UUID:
        """Which request it is."""

    @property
    def account_id(self) -> UUID | None:
        """The account it was made from; None for a person without one."""

    @property
    def person_id(self) -> UUID:
        """The person it was made for."""

    @property
    def department_id(self) -> UUID:
        """The department in charge."""

    @property
    def mandate_id(self) -> UUID | None:
        """The assistance under which an agent sent it in the person's name; None when the person did."""

    @property
    def status(self) -> RequestStatus:
        """Where it stands."""


def is_legal(current: RequestStatus, wanted: RequestStatus) -> bool:
    """Whether a request may go from one status to another; an ended request goes nowhere."""
    return wanted in MOVES[current]


def can_read(actor: Actor, case: Case) -> bool:
    """The resident who made it, with an account or with the code of this request, or an agent in charge of it.

    An agent who acts in somebody's name reads what was just sent so, or the one request opened under a mandate.
    """
    if actor.is_resident:
        return _is_applicant(actor, case)
    if actor.assisted is not None:
        if not actor.is_agent or actor.mandate_id is None:
            return False
        return actor.mandate_id == case.mandate_id or actor.assisted.request_id == case.id
    return _is_in_charge(actor, case) and actor.can(Permission.REQUESTS_READ)


def speaks_for_applicant(actor: Actor) -> bool:
    """The resident, or an agent who opened this request in their name, under a mandate."""
    return actor.is_resident or (actor.assisted is not None and actor.assisted.request_id is not None)


def can_message(actor: Actor, case: Case) -> bool:
    """Both sides may write, even after the decision, but not about a withdrawn request."""
    allowed = speaks_for_applicant(actor) or actor.can(Permission.REQUESTS_MESSAGE)
    return can_read(actor, case) and allowed and case.status is not RequestStatus.WITHDRAWN


def can_assign(actor: Actor, case: Case) -> bool:
    """An agent in charge, while the request is open."""
    return _acts_on_open(actor, case, Permission.REQUESTS_ASSIGN)


def can_request_information(actor: Actor, case: Case) -> bool:
    """An agent in charge, while the request is open and nothing is awaited yet."""
    awaited = case.status is RequestStatus.WAITING_FOR_RESIDENT
    return _acts_on_open(actor, case, Permission.REQUESTS_MESSAGE) and not awaited


def can_decide(actor: Actor, case: Case) -> bool:
    """An agent in charge who holds the right to decide, while the request is open."""
    return _acts_on_open(actor, case, Permission.REQUESTS_DECIDE)


def can_withdraw(actor: Actor, case: Case) -> bool:
    """The resident who made it, until it is decided."""
    return actor.is_resident and can_read(actor, case) and case.status in OPEN


def can_amend(actor: Actor, case: Case) -> bool:
    """The resident who made it, until it is decided."""
    return can_withdraw(actor, case)


def can_edit_note(actor: Actor, author_id: UUID, written_at: datetime, at: datetime) -> bool:
    """Its author, for ten minutes."""
    return actor.is_agent and actor.id == author_id and at - written_at < NOTE_EDITABLE


def acts_of(actor: Actor, case: Case) -> frozenset[Act]:
    """Everything the actor may do with the request now."""
    rules = {
        Act.READ: can_read,
        Act.MESSAGE: can_message,
        Act.ASSIGN: can_assign,
        Act.REQUEST_INFORMATION: can_request_information,
        Act.DECIDE: can_decide,
        Act.AMEND: can_amend,
        Act.WITHDRAW: can_withdraw,
    }
    return frozenset(act for act, rule in rules.items() if rule(actor, case))


def _is_applicant(actor: Actor, case: Case) -> bool:
    """Without an account, the person is of this request alone; once it has an account, its code opens nothing."""
    if actor.id is None or case.account_id is None:
        return actor.id is None and case.account_id is None and actor.subject == case.person_id
    return actor.id == case.account_id


def _is_in_charge(actor: Actor, case: Case) -> bool:
    return actor.is_agent and case.department_id in actor.department_ids


def _acts_on_open(actor: Actor, case: Case, permission: Permission) -> bool:
    return actor.is_agent and can_read(actor, case) and actor.can(permission) and case.status in OPEN
