"""Rows of the room, for the room's own use: found for an actor, shown, sealed, noted."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState, EventKind, Means, Refusal, Reminder
from portal.casework.appointments.models import (
    Appointment,
    AppointmentEvent,
    AppointmentKind,
    AppointmentPlace,
    AppointmentSeat,
    AppointmentWait,
)
from portal.casework.appointments.shapes import (
    AppointmentView,
    Contact,
    KindFacts,
    KindView,
    PlaceFacts,
    PlaceView,
    WaitView,
)
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import seal_json, unseal_json, with_data_keys
from portal.people.accounts.service import find_account_of, person_ids_of

Found = Sequence[Any]


def whole() -> Select[*tuple[Any, ...]]:
    """Appointments with all that a view needs: kind, place, wish for an earlier time, data key. One statement."""
    query = (
        select(Appointment, AppointmentKind, AppointmentPlace, AppointmentWait)
        .join(AppointmentKind, AppointmentKind.id == Appointment.kind_id)
        .join(AppointmentPlace, AppointmentPlace.id == Appointment.place_id)
        .outerjoin(AppointmentWait, AppointmentWait.appointment_id == Appointment.id)
    )
    return with_data_keys(query, Appointment.data_key_id.expression)


def lock_appointment(session: Session, appointment_id: UUID) -> Appointment:
    """One appointment, held until the end of the unit, so that two acts on it follow each other.

    :raises NotFound: there is none with this id.
    """
    query = select(Appointment).where(Appointment.id == appointment_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("appointment_unknown")
    return row


def lock_place(session: Session, place_id: UUID) -> AppointmentPlace:
    """One place, held until the end of the unit: who books there waits for who books there first.

    :raises NotFound: there is none with this id.
    """
    query = select(AppointmentPlace).where(AppointmentPlace.id == place_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("place_unknown")
    return row


def people_of(session: Session, actor: Actor) -> frozenset[UUID]:
    """The person ids of a resident: of a signed-in one, all that they have had; else the one whose code was shown.

    :raises Forbidden: not a resident acting for themselves.
    """
    if not actor.is_resident or actor.subject is None or actor.mandate_id is not None:
        raise Forbidden("resident_needed")
    return frozenset(person_ids_of(session, actor.id)) if actor.id is not None else frozenset({actor.subject})


def may_see(session: Session, actor: Actor, row: Appointment) -> bool:
    """The person it is for, or an agent of the department who holds the appointments.

    Once it is in an account, the code that was given before opens it no more. An agent who helps sees, under the
    mandate, what the account of the person holds.
    """
    if policy.helps(actor):
        account = find_account_of(session, actor.subject) if actor.subject is not None else None
        held = row.account_id is not None and account is not None
        return held and account is not None and row.person_id in person_ids_of(session, account.id)
    if actor.is_agent:
        return policy.can_keep(actor, row.department_id)
    if not actor.is_resident or (actor.id is None) != (row.account_id is None):
        return False
    return row.person_id in people_of(session, actor)


def held_row(session: Session, actor: Actor, appointment_id: UUID) -> Appointment:
    """An appointment of this resident, or of this agent’s department, held until the end of the unit.

    :raises NotFound: none, or somebody else's: the two look alike.
    """
    row = lock_appointment(session, appointment_id)
    if not may_see(session, actor, row):
        raise NotFound("appointment_unknown")
    return row


def check_version(session: Session, row: Appointment, version: int) -> None:
    """:raises Conflict: ``appointment_changed``: somebody changed it since; ``theirs`` is how it now stands."""
    if row.version != version:
        raise Conflict(Refusal.MOVED_ON, theirs=view_by_id(session, row.id))


def touch(session: Session, row: Appointment) -> None:
    """A change of an appointment: the next one must be made from it."""
    row.version += 1
    row.updated_at = clock.now()
    session.flush()


def free_seats(session: Session, appointment_id: UUID, *, offered: bool | None = None) -> None:
    """Give up the desks of an appointment: all, or only those it has (False), or those offered to it (True)."""
    gone = delete(AppointmentSeat).where(AppointmentSeat.appointment_id == appointment_id)
    if offered is not None:
        gone = gone.where(AppointmentSeat.offered.is_(offered))
    session.execute(gone)


def end_wait(session: Session, appointment_id: UUID) -> None:
    """Nobody waits for an earlier time any more; what was kept for them is free again."""
    free_seats(session, appointment_id, offered=True)
    session.execute(delete(AppointmentWait).where(AppointmentWait.appointment_id == appointment_id))


def leave_line(session: Session, row: Appointment, actor: Actor, why: EventKind) -> None:
    """Somebody who has no time waits no more: it counts among what they have to come no longer."""
    row.state, row.live_kind_id, row.live_rank = AppointmentState.LEFT, None, None
    row.sequence += 1
    end_wait(session, row.id)
    touch(session, row)
    note(session, row, actor, why)


def note(
    session: Session, row: Appointment, actor: Actor, kind: EventKind, payload: Mapping[str, str] | None = None
) -> AppointmentEvent:
    """Add a line to the history, and one to the journal, which the person reads when an agent did it.

    The history says under which mandate, when it was under one.
    """
    under = {"mandate": str(actor.mandate_id)} if policy.helps(actor) else {}
    line = AppointmentEvent(
        appointment_id=row.id,
        occurred_at=clock.now(),
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        payload={**(payload or {}), **under},
    )
    session.add(line)
    session.flush()
    record(
        session,
        actor,
        f"appointment_{kind.value}",
        subject_id=row.person_id,
        request_id=row.request_id,
        details={"appointment": row.reference},
    )
    return line


def seal_content(session: Session, appointment_id: UUID, key_id: UUID, content: Mapping[str, str]) -> bytes:
    """What is kept sealed: ``name``, ``email``, ``phone``, ``remark``, ``reason``, ``note``."""
    return seal_json(session, key_id, dict(content), context=f"appointment:{appointment_id}")


def content_of(session: Session, row: Appointment) -> dict[str, str]:
    """What :func:`seal_content` sealed."""
    return dict(unseal_json(session, row.data_key_id, row.sealed, context=f"appointment:{row.id}"))


def reseal(session: Session, row: Appointment, **changes: str) -> None:
    """Change some of what is sealed."""
    row.sealed = seal_content(session, row.id, row.data_key_id, content_of(session, row) | changes)
    session.flush()


def view_by_id(session: Session, appointment_id: UUID, *, code: str = "", is_replay: bool = False) -> AppointmentView:
    """One appointment, as the room gives it.

    :raises NotFound: there is none with this id.
    """
    query = whole().where(Appointment.id == appointment_id).execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound("appointment_unknown")
    return view_of(session, found, code=code, is_replay=is_replay)


def views_of(session: Session, rows: Sequence[Found]) -> list[AppointmentView]:
    """Several appointments, read by :func:`whole`."""
    return [view_of(session, row) for row in rows]


def view_of(session: Session, found: Found, *, code: str = "", is_replay: bool = False) -> AppointmentView:
    """One appointment, read by :func:`whole`."""
    row, kind, place, wait = found[0], kind_view(found[1]), place_view(found[2]), found[3]
    content = content_of(session, row)
    return AppointmentView(
        id=row.id,
        reference=row.reference,
        department_id=row.department_id,
        kind=kind,
        place=place,
        person_id=row.person_id,
        account_id=row.account_id,
        request_id=row.request_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        means=row.means,
        state=row.state,
        marked_at=row.marked_at,
        booked_by=row.booked_by,
        assigned_agent_id=row.assigned_agent_id,
        reminders=tuple(Reminder(one) for one in row.reminders),
        sequence=row.sequence,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        contact=Contact(content["name"], content["email"], content["phone"]),
        remark=content["remark"],
        reason=content["reason"],
        note=content["note"],
        may_change=policy.may_change(row, kind.facts.cancel_hours, clock.now()),
        wait=WaitView(wait.created_at, wait.offered_at, wait.offered_until) if wait is not None else None,
        code=code,
        is_replay=is_replay,
    )


def place_view(row: AppointmentPlace) -> PlaceView:
    """A place as the room gives it."""
    facts = PlaceFacts(
        department_id=row.department_id,
        name=row.name,
        address=row.address,
        access=row.access,
        directions=row.directions,
        phone=row.phone,
        active=row.active,
    )
    return PlaceView(row.id, facts, row.version)


def kind_view(row: AppointmentKind) -> KindView:
    """A kind as the room gives it."""
    facts = KindFacts(
        department_id=row.department_id,
        slug=row.slug,
        title=dict(row.title),
        minutes=row.minutes,
        means=tuple(Means(one) for one in row.means),
        audience=row.audience,
        bring=dict(row.bring),
        spare_minutes=row.spare_minutes,
        capacity=row.capacity,
        notice_hours=row.notice_hours,
        horizon_days=row.horizon_days,
        cancel_hours=row.cancel_hours,
        procedure_slug=row.procedure_slug,
        active=row.active,
    )
    return KindView(row.id, facts, row.version)


def of_departments(
    actor: Actor, column: ColumnElement[UUID], departments: Collection[UUID] = ()
) -> ColumnElement[bool]:
    """The rows of the departments of an agent.

    :raises Forbidden: no agent in their own name.
    """
    if not actor.is_agent or actor.assisted is not None:
        raise Forbidden("permission")
    wanted = actor.department_ids & set(departments) if departments else actor.department_ids
    return column.in_(wanted)
