"""Appointments as people read them: their own, or those of a department, with a line in the journal."""

import hmac
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState
from portal.casework.appointments.models import Appointment, AppointmentEvent, AppointmentSms
from portal.casework.appointments.service.rows import (
    may_see,
    of_departments,
    people_of,
    view_by_id,
    view_of,
    views_of,
    whole,
)
from portal.casework.appointments.shapes import AgendaQuery, AppointmentView, EventView, KindFigures
from portal.casework.requests import service as requests
from portal.casework.requests.codes import kept_code
from portal.casework.requests.reference import normalise
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor, Permission

SHOWN = 50
_NOBODY = "0" * 64


def list_own(session: Session, actor: Actor, *, limit: int = SHOWN) -> list[AppointmentView]:
    """The appointments of a resident: those to come first, the soonest first, then the others, the latest first.

    Two statements.

    :raises Forbidden: not a resident.
    """
    coming = Appointment.state.in_(policy.COMING) & (Appointment.ends_at > clock.now())
    query = whole().where(
        Appointment.person_id.in_(people_of(session, actor)),
        Appointment.account_id.is_(None) if actor.id is None else Appointment.account_id.is_not(None),
    )
    rows = session.execute(
        query.order_by(
            case((coming, 0), else_=1), case((coming, Appointment.starts_at)), Appointment.starts_at.desc()
        ).limit(limit)
    ).all()
    return views_of(session, rows)


def get_own(session: Session, actor: Actor, appointment_id: UUID) -> AppointmentView:
    """One appointment of a resident.

    :raises NotFound: none of theirs. :raises Forbidden: not a resident.
    """
    people_of(session, actor)
    found = session.execute(whole().where(Appointment.id == appointment_id)).one_or_none()
    if found is None or not may_see(session, actor, found[0]):
        raise NotFound("appointment_unknown")
    return view_of(session, found)


def open_with_code(session: Session, reference: str, code: str) -> tuple[UUID, Actor] | None:
    """The id of the appointment without an account that this code opens, and the actor who may follow it; else None.

    The caller bounds the attempts. The comparison takes the same time whatever is right.
    """
    query = select(Appointment.id, Appointment.person_id, Appointment.code_key).where(
        Appointment.reference == (normalise(reference) or ""), Appointment.account_id.is_(None)
    )
    row = session.execute(query).one_or_none()
    given = kept_code(code, sector=f"appointment:{row.id if row else UUID(int=0)}")
    if not hmac.compare_digest(row.code_key if row else _NOBODY, given) or row is None:
        return None
    return row.id, requests.follower(row.person_id)


def list_of_request(session: Session, actor: Actor, reference: str) -> list[AppointmentView]:
    """The appointments that belong to a request, for who may read it: its person, or an agent in charge.

    :raises NotFound: no request of theirs.
    """
    invitation = requests.find_invitation(session, actor, reference)
    query = whole().where(Appointment.request_id == invitation.request_id)
    return views_of(session, session.execute(query.order_by(Appointment.starts_at, Appointment.id).limit(SHOWN)).all())


def list_of_person(session: Session, actor: Actor, person_id: UUID) -> list[AppointmentView]:
    """The appointments to come of a person whose file is open at the desk, in the agent's departments.

    :raises Forbidden: the agent does not hold the appointments.
    """
    check_keeper(actor)
    query = whole().where(
        Appointment.person_id == person_id,
        of_departments(actor, Appointment.department_id.expression),
        Appointment.ends_at > clock.now(),
        Appointment.state.in_(policy.COMING),
    )
    return views_of(session, session.execute(query.order_by(Appointment.starts_at).limit(SHOWN)).all())


def list_agenda(
    session: Session, actor: Actor, query: AgendaQuery, *, skip: int = 0, limit: int = SHOWN
) -> tuple[list[AppointmentView], int]:
    """The appointments of the agent's departments, by time, and how many there are in all. Two statements.

    A reference looks everywhere in their departments, whatever the days. Who waits without a time is in the list when
    asked for, at the latest day that would do.

    :raises Forbidden: the agent does not hold the appointments.
    """
    check_keeper(actor)
    wanted = _wanted(actor, query)
    total = session.scalar(select(func.count()).select_from(Appointment).where(*wanted)) or 0
    found = whole().where(*wanted).order_by(Appointment.starts_at, Appointment.place_id, Appointment.id)
    return views_of(session, session.execute(found.offset(skip).limit(limit)).all()), total


def next_day(session: Session, actor: Actor, query: AgendaQuery) -> tuple[date, int] | None:
    """The first day after those of a query that has appointments like it, and how many; None when none has.

    Two statements; what was cancelled does not make a day.

    :raises Forbidden: the agent does not hold the appointments.
    """
    check_keeper(actor)
    wanted = [*_scope(actor, query), Appointment.starts_at >= instant(query.last + timedelta(days=1))]
    if query.state is None:
        wanted.append(Appointment.state != AppointmentState.CANCELLED)
    soonest = session.scalar(select(func.min(Appointment.starts_at)).where(*wanted))
    if soonest is None:
        return None
    day = clock.local(soonest).date()
    that_day = Appointment.starts_at < instant(day + timedelta(days=1))
    return day, session.scalar(select(func.count()).select_from(Appointment).where(*wanted, that_day)) or 0


def get_kept(session: Session, actor: Actor, appointment_id: UUID, *, journal: Session) -> AppointmentView:
    """One appointment of the agent's departments; the person reads that it was read.

    :raises NotFound: none of theirs.
    """
    view = view_by_id(session, appointment_id)
    if not policy.can_keep(actor, view.department_id):
        raise NotFound("appointment_unknown")
    details = {"appointment": view.reference}
    record(journal, actor, "appointment_read", subject_id=view.person_id, request_id=view.request_id, details=details)
    return view


def history_of(session: Session, actor: Actor, appointment_id: UUID) -> list[EventView]:
    """The history of an appointment, the oldest first, for who may see it.

    :raises NotFound: none of theirs.
    """
    row = session.get(Appointment, appointment_id)
    if row is None or not may_see(session, actor, row):
        raise NotFound("appointment_unknown")
    query = select(AppointmentEvent).where(AppointmentEvent.appointment_id == row.id)
    lines = session.scalars(query.order_by(AppointmentEvent.occurred_at, AppointmentEvent.id))
    return [EventView(one.kind, one.occurred_at, one.actor_kind, one.actor_id, dict(one.payload)) for one in lines]


def figures_of(session: Session, actor: Actor, month: date) -> list[KindFigures]:
    """What a department reads of each of its kinds for a month: held, missed, and text messages ordered.

    :param month: any day of it.
    :raises Forbidden: the agent does not hold the appointments.
    """
    check_keeper(actor)
    first = month.replace(day=1)
    starts, ends = instant(first), instant((first + timedelta(days=32)).replace(day=1))
    query = (
        select(
            Appointment.kind_id,
            func.sum(case((Appointment.state == AppointmentState.ATTENDED, 1), else_=0)),
            func.sum(case((Appointment.state == AppointmentState.MISSED, 1), else_=0)),
        )
        .where(
            of_departments(actor, Appointment.department_id.expression),
            Appointment.starts_at >= starts,
            Appointment.starts_at < ends,
        )
        .group_by(Appointment.kind_id)
    )
    counts = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query)}
    sent = select(AppointmentSms.kind_id, AppointmentSms.messages).where(AppointmentSms.month == f"{first:%Y-%m}")
    texts = {row.kind_id: row.messages for row in session.execute(sent.where(AppointmentSms.kind_id.in_(counts)))}
    return [KindFigures(kind, came, missed, texts.get(kind, 0)) for kind, (came, missed) in counts.items()]


def instant(day: date) -> datetime:
    """The instant at which a day begins on the wall clock of the authority."""
    return datetime.combine(day, time(0), clock.PARIS)


def _wanted(actor: Actor, query: AgendaQuery) -> Sequence[ColumnElement[bool]]:
    if query.reference:
        scope = of_departments(actor, Appointment.department_id.expression)
        return (scope, Appointment.reference == (normalise(query.reference) or ""))
    first = Appointment.starts_at >= instant(query.first)
    return (*_scope(actor, query), first, Appointment.starts_at < instant(query.last + timedelta(days=1)))


def _scope(actor: Actor, query: AgendaQuery) -> list[ColumnElement[bool]]:
    """What is asked, whatever the days."""
    wanted = [of_departments(actor, Appointment.department_id.expression)]
    if query.place_id is not None:
        wanted.append(Appointment.place_id == query.place_id)
    if query.state is not None:
        wanted.append(Appointment.state == query.state)
    else:  # nobody is expected at the instant of who waits
        wanted.append(Appointment.state.not_in(policy.WITHOUT_TIME))
    return wanted


def check_keeper(actor: Actor) -> None:
    """:raises Forbidden: not an agent who holds the appointments, in their own name."""
    if not actor.is_agent or actor.assisted is not None or not actor.can(Permission.APPOINTMENTS_KEEP):
        raise Forbidden("permission")
