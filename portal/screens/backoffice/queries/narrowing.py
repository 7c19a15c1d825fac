"""The filters of the queue, as conditions on a request."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from portal.casework.requests.models import ServiceRequest
from portal.ground.clock import local, now
from portal.ground.permissions import Actor
from portal.people.accounts.models import Department
from portal.screens.backoffice.filters import MINE, NOBODY, Filters

FAR = date(9999, 12, 31)
FIRST = date(1900, 1, 1)


def narrow(filters: Filters, procedure_ids: Collection[UUID], actor: Actor) -> list[ColumnElement[bool]]:
    """All the filters but the tab and the words searched."""
    found: list[ColumnElement[bool]] = []
    if filters.procedure:
        found.append(ServiceRequest.procedure_id.in_(procedure_ids))
    if filters.status:
        found.append(ServiceRequest.status == filters.status)
    return [*found, *_further(filters, actor)]


def _further(filters: Filters, actor: Actor) -> list[ColumnElement[bool]]:
    """The filters of the page « Plus de filtres »."""
    row = ServiceRequest
    wanted: list[tuple[bool, ColumnElement[bool]]] = [
        (bool(filters.department), row.department_id.in_(_department(filters.department))),
        (filters.channel is not None, row.channel == filters.channel),
        (filters.agent == NOBODY, row.assigned_agent_id.is_(None)),
        (filters.agent not in {"", NOBODY}, row.assigned_agent_id == agent_id(filters, actor)),
        (filters.received_from is not None, row.submitted_at >= _start_of(filters.received_from)),
        (filters.received_to is not None, row.submitted_at < _start_of(filters.received_to, days=1)),
        (filters.due_from is not None, row.deadline >= (filters.due_from or FAR)),
        (filters.due_to is not None, row.deadline <= (filters.due_to or FAR)),
        (filters.assisted is True, row.mandate_id.is_not(None)),
        (filters.assisted is False, row.mandate_id.is_(None)),
    ]
    return [condition for asked, condition in wanted if asked]


def _department(slug: str) -> Any:
    return select(Department.id).where(Department.slug == slug)


def agent_id(filters: Filters, actor: Actor) -> UUID | None:
    """The agent filtered by, if any."""
    if filters.agent == MINE:
        return actor.id
    return UUID(filters.agent) if filters.agent and filters.agent != NOBODY else None


def _start_of(day: date | None, *, days: int = 0) -> datetime:
    """The first instant of a day of the authority's zone, or of the day after."""
    wanted = (day or FIRST) + timedelta(days=days) if day and day < FAR else FIRST
    return datetime.combine(wanted, time.min, tzinfo=local(now()).tzinfo)
