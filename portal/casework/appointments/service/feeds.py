"""The calendar of a place, for the agents' own diaries: behind an address nobody guesses, and without any name."""

import secrets
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState
from portal.casework.appointments.ics import agenda_event
from portal.casework.appointments.models import Appointment, AppointmentFeed, AppointmentKind, AppointmentPlace
from portal.casework.appointments.service.rows import kind_view
from portal.casework.appointments.shapes import FeedView
from portal.ground import clock
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor
from portal.ground.web.calendars import calendar_file

TOKEN_BYTES = 24
LONGEST_TOKEN = 60
MOST_EVENTS = 2_000


def open_feed(session: Session, actor: Actor, place_id: UUID) -> FeedView:
    """Make the address of the calendar of a place: its ``token`` is known now, and never again.

    The former address of this agent for this place stops.

    :raises Forbidden: the agent does not hold the appointments. :raises NotFound: no such place.
    """
    place = session.get(AppointmentPlace, place_id)
    if place is None or place.department_id not in actor.department_ids:
        raise NotFound("place_unknown")
    if actor.id is None or not policy.can_keep(actor, place.department_id):
        raise Forbidden("permission")
    for former in session.scalars(select(AppointmentFeed).where(*_mine(actor, place_id))):
        former.revoked_at = clock.now()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = AppointmentFeed(place_id=place_id, token_hash=_hash(token), created_by=actor.id, created_at=clock.now())
    session.add(row)
    session.flush()
    return FeedView(row.id, place_id, row.created_at, row.created_by, token)


def list_feeds(session: Session, actor: Actor) -> list[FeedView]:
    """The calendars that this agent opened and did not revoke."""
    rows = session.scalars(
        select(AppointmentFeed).where(AppointmentFeed.created_by == actor.id, AppointmentFeed.revoked_at.is_(None))
    )
    return [FeedView(row.id, row.place_id, row.created_at, row.created_by) for row in rows]


def revoke_feed(session: Session, actor: Actor, feed_id: UUID) -> None:
    """Stop an address of this agent, at once. Again changes nothing. :raises NotFound: none of theirs."""
    row = session.get(AppointmentFeed, feed_id)
    if row is None or row.created_by != actor.id:
        raise NotFound("feed_unknown")
    row.revoked_at = row.revoked_at or clock.now()
    session.flush()


def read_feed(session: Session, token: str, *, host: str, is_working: Callable[[UUID], bool]) -> tuple[str, bytes]:
    """The name of a place, and its calendar: kinds and times, no name and no reference.

    :param host: makes the UIDs unique in the world. :param is_working: whether the agent who opened it still may.
    :raises NotFound: no such address, or it was revoked, or its agent left.
    """
    found = session.execute(
        select(AppointmentFeed, AppointmentPlace)
        .join(AppointmentPlace, AppointmentPlace.id == AppointmentFeed.place_id)
        .where(AppointmentFeed.token_hash == _hash(token[:LONGEST_TOKEN]), AppointmentFeed.revoked_at.is_(None))
    ).one_or_none()
    if found is None or not is_working(found[0].created_by):
        raise NotFound("feed_unknown")
    place = found[1]
    now = clock.now()
    rows = session.execute(
        select(Appointment, AppointmentKind)
        .join(AppointmentKind, AppointmentKind.id == Appointment.kind_id)
        .where(
            Appointment.place_id == place.id,
            Appointment.state.not_in({AppointmentState.DISPLACED, *policy.WITHOUT_TIME}),
            Appointment.starts_at >= now - policy.FEED_PAST,
            Appointment.starts_at < now + policy.FEED_AHEAD,
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(MOST_EVENTS)
    ).all()
    events = [
        agenda_event(
            uid=f"{row.id}-agenda@{host}",
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=kind_view(kind).say_title(),
            updated_at=row.updated_at,
            sequence=row.sequence,
            cancelled=row.state is AppointmentState.CANCELLED,
        )
        for row, kind in rows
    ]
    return place.name, calendar_file(place.name, events)


def _mine(actor: Actor, place_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        AppointmentFeed.place_id == place_id,
        AppointmentFeed.created_by == actor.id,
        AppointmentFeed.revoked_at.is_(None),
    )


def _hash(token: str) -> str:
    """The token is random, so that a plain hash cannot be searched."""
    return sha256(token.encode()).hexdigest()
