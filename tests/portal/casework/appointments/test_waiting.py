"""Waiting for an earlier time: one at a time, in order, with an end; and what the worker does after a restart."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from portal.casework.appointments import policy
from portal.casework.appointments import service as appointments
from portal.casework.appointments.service import AppointmentView, Span
from portal.engine.deadlines.jobs import offer_earlier
from portal.ground import clock
from portal.ground.errors import Conflict, Forbidden
from portal.ground.permissions import Actor
from tests.portal.casework.appointments.conftest import THURSDAY, Desk, later
from tests.portal.casework.appointments.test_booking import told
from tests.portal.casework.test_races import together

NEXT_WEEK = THURSDAY + timedelta(days=7)


def wait(desk: Desk, actor: Actor, made: AppointmentView) -> AppointmentView:
    with desk.database.writing() as session:
        return appointments.wait_for_earlier(session, actor, made.id, version=made.version)


def full(desk: Desk) -> list[AppointmentView]:
    """Every time of this Thursday is taken."""
    hours = [(9, 0), (9, 30), (10, 0), (10, 30)]
    return [desk.guest(desk.at(*hour), f"plein{number}@exemple.example") for number, hour in enumerate(hours)]


def cancel(desk: Desk, made: AppointmentView) -> None:
    with desk.database.writing() as session:
        appointments.cancel(session, desk.keeper, made.id, reason="Annulé au téléphone.", version=made.version)


def seen(desk: Desk, actor: Actor, made: AppointmentView) -> AppointmentView:
    with desk.database.reading() as session:
        return appointments.get_own(session, actor, made.id)


@pytest.fixture
def waiting(desk: Desk) -> tuple[list[AppointmentView], AppointmentView, AppointmentView]:
    """A full Thursday; Noé then Inès have next week and wait for earlier."""
    taken = full(desk)
    mine = desk.book(desk.at(9, day=NEXT_WEEK))
    hers = desk.book(desk.at(9, 30, day=NEXT_WEEK), desk.other)
    wait(desk, desk.resident, mine)
    with later(timedelta(minutes=1)):
        wait(desk, desk.other, hers)
    return taken, mine, hers


def test_a_freed_time_is_kept_for_the_first_who_waits(desk: Desk, waiting: Any) -> None:
    taken, mine, hers = waiting
    offer_earlier(desk.database)
    # Next week offers nothing earlier to who has its first hour, but Inès could have come at 9.
    assert seen(desk, desk.resident, mine).wait is not None
    cancel(desk, taken[1])
    offer_earlier(desk.database)
    offered = seen(desk, desk.resident, mine).wait
    assert offered is not None
    assert (offered.offer, offered.offered_until) == (desk.at(9, 30), clock.now() + policy.OFFER_LIFE)
    other = seen(desk, desk.other, hers).wait
    assert other is not None
    assert other.offer is None
    assert desk.at(9, 30) not in desk.free()
    assert told(desk.database)[-1] == "appointment_offered"
    with pytest.raises(Conflict):
        desk.guest(desk.at(9, 30), "presse@exemple.example")


def test_taken_it_moves_the_appointment_and_frees_the_former_time(desk: Desk, waiting: Any) -> None:
    taken, mine, _hers = waiting
    cancel(desk, taken[1])
    offer_earlier(desk.database)
    with desk.database.writing() as session:
        moved = appointments.accept_offer(session, desk.resident, mine.id)
    assert (moved.starts_at, moved.ends_at, moved.wait) == (desk.at(9, 30), desk.at(10), None)
    assert moved.sequence == 1
    assert desk.at(9, day=NEXT_WEEK) in desk.free(days=10)
    with desk.database.writing() as session, pytest.raises(Conflict) as over:
        appointments.accept_offer(session, desk.resident, mine.id)
    assert over.value.code == "offer_over"


def test_unanswered_or_declined_it_goes_to_the_next(desk: Desk, waiting: Any) -> None:
    taken, mine, hers = waiting
    cancel(desk, taken[1])
    offer_earlier(desk.database)
    with later(policy.OFFER_LIFE + timedelta(minutes=1)):
        offer_earlier(desk.database)
        mine_now, hers_now = seen(desk, desk.resident, mine).wait, seen(desk, desk.other, hers).wait
        assert mine_now is not None
        assert hers_now is not None
        assert (mine_now.offer, hers_now.offer) == (None, desk.at(9, 30))
        with desk.database.writing() as session:
            appointments.decline_offer(session, desk.other, hers.id)
        offer_earlier(desk.database)
        assert desk.at(9, 30) in desk.free()
        for who, made in ((desk.resident, mine), (desk.other, hers)):
            left = seen(desk, who, made).wait
            assert left is not None
            assert left.offer is None


def test_an_offer_made_twice_by_a_restarted_worker_is_one(desk: Desk, waiting: Any) -> None:
    taken, _mine, _hers = waiting
    cancel(desk, taken[1])
    offer_earlier(desk.database)
    offer_earlier(desk.database)
    assert told(desk.database).count("appointment_offered") == 1


def test_accepting_while_it_lapses_ends_one_way(desk: Desk, waiting: Any) -> None:
    taken, mine, _hers = waiting
    cancel(desk, taken[1])
    offer_earlier(desk.database)
    with later(policy.OFFER_LIFE - timedelta(seconds=1)):
        found = together(
            desk.database,
            [
                lambda session: appointments.accept_offer(session, desk.resident, mine.id).starts_at,
                lambda session: appointments.stop_waiting(session, desk.resident, mine.id).starts_at,
            ],
        )
    with desk.database.reading() as session:
        seats = session.execute(
            text("SELECT count(*), sum(CASE WHEN offered THEN 1 ELSE 0 END) FROM appointment_seat")
        ).one()
    # Five appointments of six pieces each are left, and nothing is kept for nobody.
    assert tuple(seats) == (30, 0)
    assert found[0] in {desk.at(9, 30), "offer_over"}


def test_who_stops_waiting_leaves_the_time_to_others(desk: Desk, waiting: Any) -> None:
    taken, mine, hers = waiting
    cancel(desk, taken[1])
    offer_earlier(desk.database)
    with desk.database.writing() as session:
        assert appointments.stop_waiting(session, desk.resident, mine.id).wait is None
    offer_earlier(desk.database)
    now = seen(desk, desk.other, hers).wait
    assert now is not None
    assert now.offer == desk.at(9, 30)


def test_one_does_not_wait_for_what_is_over(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    with clock.frozen(desk.at(9, 10)), desk.database.writing() as session, pytest.raises(Forbidden):
        appointments.wait_for_earlier(session, desk.resident, made.id, version=made.version)


def test_a_time_closed_since_it_was_offered_is_not_taken(desk: Desk, waiting: Any) -> None:
    taken, mine, _hers = waiting
    cancel(desk, taken[1])
    offer_earlier(desk.database)
    span = Span(desk.at(9, 30), desk.at(10))
    with desk.database.writing() as session:
        appointments.close_period(session, desk.head, desk.place.id, span, "Travaux", concerned={})
    with desk.database.writing() as session, pytest.raises(Conflict, match="offer_over"):
        appointments.accept_offer(session, desk.resident, mine.id)
    assert seen(desk, desk.resident, mine).starts_at == mine.starts_at
