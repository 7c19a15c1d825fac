"""What the figures look at in requests: those that changed, what they are now, those that wait. Nothing is written."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from portal.casework.figures.service import AGES, Case, OpenGroup, Outcome, Position
from portal.casework.requests import policy
from portal.casework.requests.enums import Channel, RequestStatus
from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.satisfaction.service import Asked
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor

# Who wrote a letter or an e-mail was alone, even if an agent typed it in; who came or called was helped.
_ALONE = (Channel.MAIL, Channel.EMAIL)
_HELPED = (Channel.COUNTER, Channel.PHONE)
# Nothing sealed, and no name.
_LOOKED_AT = (
    ServiceRequest.id,
    ServiceRequest.department_id,
    ServiceRequest.procedure_id,
    ServiceRequest.channel,
    ServiceRequest.status,
    ServiceRequest.submitted_at,
    ServiceRequest.decided_at,
    ServiceRequest.waited_seconds,
    ServiceRequest.late_since,
    ServiceRequest.deadline,
)


def is_assisted() -> ColumnElement[bool]:
    """Whether an agent helped to make the request: at the desk, by phone, or in the draft of the person."""
    return or_(
        ServiceRequest.channel.in_(_HELPED),
        and_(ServiceRequest.mandate_id.is_not(None), ServiceRequest.channel.not_in(_ALONE)),
    )


def find_asked(session: Session, actor: Actor, reference: str, *, lock: bool = False) -> Asked:
    """A decided request of this actor's, about which its applicant may be asked two questions.

    :param lock: hold it until the end of the unit: two answers follow each other.
    :raises NotFound: none, none of theirs, or not decided.
    """
    row = find_readable(session, actor, reference, lock=lock)
    if row.status not in policy.DECISIONS or row.decided_at is None:
        raise NotFound("survey_unknown")
    return Asked(
        request_id=row.id,
        reference=row.reference,
        person_id=row.person_id,
        department_id=row.department_id,
        procedure_id=row.procedure_id,
        account_id=row.account_id,
        data_key_id=row.data_key_id,
        ended_at=row.decided_at,
    )


def list_changed(session: Session, after: Position | None, limit: int) -> list[Position]:
    """The requests that changed after this place, the oldest change first."""
    query = select(ServiceRequest.updated_at, ServiceRequest.id)
    if after is not None:
        query = query.where(tuple_(ServiceRequest.updated_at, ServiceRequest.id) > tuple_(after.at, after.id))
    rows = session.execute(query.order_by(ServiceRequest.updated_at, ServiceRequest.id).limit(limit))
    return [Position(row[0], row[1]) for row in rows]


def cases_of(session: Session, ids: Collection[UUID]) -> list[Case]:
    """What these requests are now, for the figures. One statement."""
    failed = (
        select(func.count())
        .select_from(Forwarding)
        .where(Forwarding.request_id == ServiceRequest.id, Forwarding.failed_at.is_not(None))
        .scalar_subquery()
    )
    query = select(*_LOOKED_AT, is_assisted().label("assisted"), failed.label("failed"))
    rows = session.execute(query.where(ServiceRequest.id.in_(list(ids))).order_by(ServiceRequest.id))
    return [_case(row) for row in rows]


def _case(row: Any) -> Case:
    ended = row.status in policy.ENDED
    return Case(
        request_id=row.id,
        department_id=row.department_id,
        procedure_id=row.procedure_id,
        channel=row.channel.value,
        assisted=bool(row.assisted),
        received_at=row.submitted_at,
        ended_at=row.decided_at if ended else None,
        outcome=Outcome(row.status.value) if ended else None,
        waited=timedelta(seconds=row.waited_seconds),
        late=row.late_since is not None or _is_past(row.deadline, row.decided_at),
        partner_errors=row.failed,
    )


def _is_past(deadline: date | None, decided_at: datetime | None) -> bool:
    """Decided after the day announced."""
    return deadline is not None and decided_at is not None and clock.local(decided_at).date() > deadline


def open_groups(session: Session) -> list[OpenGroup]:
    """How many requests are not ended, by kind and by how long ago they were sent. One statement."""
    rows = session.execute(_open_groups())
    return [
        OpenGroup(
            row.department_id,
            row.procedure_id,
            row.channel.value,
            bool(row.assisted),
            tuple(getattr(row, f"age_{place}") for place in range(len(AGES) + 1)),
            row.awaited,
            row.late,
        )
        for row in rows
    ]


def _open_groups() -> Select[*tuple[Any, ...]]:
    now, sent = clock.now(), ServiceRequest.submitted_at
    edges = [now - timedelta(days=days) for days in AGES]
    ages = [sent > edges[0], *(and_(sent <= one, sent > next_) for one, next_ in pairwise(edges))]
    ages.append(sent <= edges[-1])
    late = or_(ServiceRequest.late_since.is_not(None), ServiceRequest.deadline < clock.today())
    kind = (ServiceRequest.department_id, ServiceRequest.procedure_id, ServiceRequest.channel)
    assisted = is_assisted()
    return (
        select(
            *kind,
            assisted.label("assisted"),
            *(_number(age).label(f"age_{place}") for place, age in enumerate(ages)),
            _number(ServiceRequest.status == RequestStatus.WAITING_FOR_RESIDENT).label("awaited"),
            _number(late).label("late"),
        )
        .where(ServiceRequest.status.in_(policy.OPEN))
        .group_by(*kind, assisted)
    )


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
