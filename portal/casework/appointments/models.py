"""Tables of the room, private to it.

A seat is one desk for five minutes. An appointment takes as many as it lasts, with the spare minutes after it; the
unique key of ``appointment_seat`` is what makes booking twice impossible, whatever the code believes. What a person
said (name, contact, remark), reasons and notes are sealed under a data key of the appointment.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.appointments.enums import AppointmentState, Audience, EventKind, Means
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id
from portal.ground.permissions import ActorKind


class AppointmentPlace(Base):
    """Where people are met. ``access``: steps, lift, hearing loop; ``directions``: how to come."""

    __tablename__ = "appointment_place"
    __table_args__ = (Index("ix_appointment_place_department_id", "department_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300))
    access: Mapped[str] = mapped_column(String(1000), default="")
    directions: Mapped[str] = mapped_column(String(1000), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class AppointmentKind(Base):
    """What people are met for. ``title`` and ``bring`` are texts by language; ``capacity``: people a session holds."""

    __tablename__ = "appointment_kind"
    __table_args__ = (Index("ix_appointment_kind_department_id", "department_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(JsonData)
    bring: Mapped[dict[str, str]] = mapped_column(JsonData, default=dict)
    minutes: Mapped[int]
    spare_minutes: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int] = mapped_column(default=1)
    notice_hours: Mapped[int]
    horizon_days: Mapped[int]
    cancel_hours: Mapped[int]
    means: Mapped[list[str]] = mapped_column(JsonData)
    audience: Mapped[Audience] = mapped_column(StrEnumType(Audience))
    procedure_slug: Mapped[str] = mapped_column(String(80), default="")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class AppointmentRule(Base):
    """A weekly opening: ``desks`` people may be met at once, for any of its kinds. Desks of one ``desk_group`` of a
    place are the same ones from one rule to another. Hours are those of the wall clock.
    """

    __tablename__ = "appointment_rule"
    __table_args__ = (Index("ix_appointment_rule_place_id", "place_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_place.id"))
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]
    desks: Mapped[int] = mapped_column(default=1)
    desk_group: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class AppointmentRuleKind(Base):
    """One kind that a weekly opening is for."""

    __tablename__ = "appointment_rule_kind"
    __table_args__ = (Index("ix_appointment_rule_kind_kind_id", "kind_id"),)

    rule_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_rule.id"), primary_key=True)
    kind_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_kind.id"), primary_key=True)


class AppointmentClosure(Base):
    """A time when a place receives nobody. Public holidays need none."""

    __tablename__ = "appointment_closure"
    __table_args__ = (Index("ix_appointment_closure_place", "place_id", "ends_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_place.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Appointment(Base):
    """One appointment, the same row however often it is moved: ``sequence`` counts the moves.

    ``holder``: who it counts for (a person, or the fingerprint of a contact). ``live_kind_id`` and ``live_rank`` are
    set while it is to come, and empty after: their unique keys hold the limits. ``booked_by``: the agent, if one did.
    ``code_key``: fingerprint of the code of somebody without an account. ``days_due_at``, ``hours_due_at``: when the
    reminders leave; empty once they have.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("holder", "live_kind_id"),
        UniqueConstraint("holder", "live_rank"),
        Index("ix_appointment_place_id_starts_at", "place_id", "starts_at"),
        Index("ix_appointment_person_id", "person_id", "starts_at"),
        Index("ix_appointment_department_id", "department_id", "starts_at"),
        Index("ix_appointment_request_id", "request_id"),
        Index("ix_appointment_ends_at", "ends_at"),
        Index("ix_appointment_days_due_at", "days_due_at"),
        Index("ix_appointment_hours_due_at", "hours_due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    kind_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_kind.id"))
    place_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_place.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_request.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    means: Mapped[Means] = mapped_column(StrEnumType(Means))
    state: Mapped[AppointmentState] = mapped_column(StrEnumType(AppointmentState))
    marked_at: Mapped[datetime | None]
    booked_by: Mapped[UUID | None]
    assigned_agent_id: Mapped[UUID | None]
    holder: Mapped[str] = mapped_column(String(64))
    live_kind_id: Mapped[UUID | None]
    live_rank: Mapped[int | None]
    reminders: Mapped[list[str]] = mapped_column(JsonData)
    days_due_at: Mapped[datetime | None]
    hours_due_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    code_key: Mapped[str] = mapped_column(String(64), default="")
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AppointmentSeat(Base):
    """One desk of a place for five minutes, from ``tick_at`` on. ``offered``: kept for who waits, until they answer."""

    __tablename__ = "appointment_seat"
    __table_args__ = (
        UniqueConstraint("place_id", "desk_group", "number", "tick_at"),
        Index("ix_appointment_seat_appointment_id", "appointment_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_place.id"))
    desk_group: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    tick_at: Mapped[datetime]
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    offered: Mapped[bool] = mapped_column(default=False)


class AppointmentWait(Base):
    """Somebody who would rather come earlier. ``passed``: the times offered to them in vain, never offered again."""

    __tablename__ = "appointment_wait"
    __table_args__ = (
        UniqueConstraint("appointment_id"),
        Index("ix_appointment_wait_created_at", "created_at", "id"),
        Index("ix_appointment_wait_offered_until", "offered_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    offered_at: Mapped[datetime | None]
    offered_until: Mapped[datetime | None]
    passed: Mapped[list[str]] = mapped_column(JsonData, default=list)


class AppointmentEvent(Base):
    """One line of the history of an appointment: codes, ids and instants, never words."""

    __tablename__ = "appointment_event"
    __table_args__ = (Index("ix_appointment_event_appointment", "appointment_id", "occurred_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    occurred_at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[EventKind] = mapped_column(StrEnumType(EventKind))
    actor_kind: Mapped[ActorKind] = mapped_column(StrEnumType(ActorKind))
    actor_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JsonData, default=dict)


class AppointmentFeed(Base):
    """The address at which a calendar reads the appointments of a place. Of the address, a hash is kept."""

    __tablename__ = "appointment_feed"
    __table_args__ = (Index("ix_appointment_feed_place_id", "place_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_place.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]


class AppointmentSms(Base):
    """How many text messages were ordered in a month (``YYYY-MM``) for a kind: a count, and about nobody."""

    __tablename__ = "appointment_sms"

    kind_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_kind.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    messages: Mapped[int]
