"""Waiting without an appointment: joined, offered what frees, left, ended in vain; never past the limits."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from portal.casework.appointments import policy
from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState, Audience
from portal.casework.appointments.service import AgendaQuery, AppointmentView, Contact
from portal.engine.deadlines.jobs import offer_earlier
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ANONYMOUS, Actor
from tests.portal.casework.appointments.conftest import THURSDAY, Desk, later
from tests.portal.casework.appointments.test_booking import told
from tests.portal.casework.appointments.test_waiting import cancel, full, seen

UNTIL = THURSDAY + timedelta(days=1)
GUEST = Contact("Lou Passant-Essai", "lou@exemple.example")


def join(desk: Desk, actor: Actor | None = None, key: str = "", **changes: Any) -> AppointmentView:
    """Wait for any time until the Friday."""
    booking = desk.booking(changes.pop("until", appointments.end_of(UNTIL)), **changes)
    with desk.database.writing() as session:
        return appointments.wait_for_any(session, actor or desk.resident, booking, idempotency_key=key or str(uuid4()))


def test_what_frees_is_offered_and_taken(desk: Desk) -> None:
    taken = full(desk)
    mine = join(desk)
    assert (mine.state, mine.has_time, mine.may_change) == (AppointmentState.AWAITED, False, True)
    assert told(desk.database)[-1] == "appointment_awaited"
    offer_earlier(desk.database)
    assert seen(desk, desk.resident, mine).wait == mine.wait
    cancel(desk, taken[2])
    offer_earlier(desk.database)
    offered = seen(desk, desk.resident, mine).wait
    assert offered is not None
    assert offered.offer == desk.at(10)
    assert told(desk.database)[-1] == "appointment_freed"
    assert desk.at(10) not in desk.free()
    with desk.database.writing() as session:
        booked = appointments.accept_offer(session, desk.resident, mine.id)
    assert (booked.state, booked.starts_at, booked.ends_at) == (AppointmentState.BOOKED, desk.at(10), desk.at(10, 30))
    assert (booked.reference, booked.wait) == (mine.reference, None)
    assert told(desk.database)[-1] == "appointment_booked"
    with pytest.raises(Conflict) as refused:
        desk.guest(desk.at(10), "presse@exemple.example")
    assert refused.value.code == "slot_taken"


def test_an_offer_left_unanswered_keeps_the_place_in_the_line(desk: Desk) -> None:
    taken = full(desk)
    mine = join(desk)
    cancel(desk, taken[0])
    offer_earlier(desk.database)
    with later(policy.OFFER_LIFE + timedelta(minutes=1)):
        offer_earlier(desk.database)
        now = seen(desk, desk.resident, mine)
        assert now.state is AppointmentState.AWAITED
        assert now.wait is not None
        assert now.wait.offer is None
        assert desk.at(9) in desk.free()


def test_what_was_free_is_not_offered_but_what_frees_later_is(desk: Desk) -> None:
    taken = desk.guest(desk.at(9))
    mine = join(desk)
    offer_earlier(desk.database)
    assert seen(desk, desk.resident, mine).wait == mine.wait
    cancel(desk, taken)
    offer_earlier(desk.database)
    now = seen(desk, desk.resident, mine).wait
    assert now is not None
    assert now.offer == desk.at(9)


def test_nothing_later_than_wanted_is_offered(desk: Desk) -> None:
    taken = full(desk)
    mine = join(desk, until=desk.at(9, 45))
    cancel(desk, taken[3])
    offer_earlier(desk.database)
    assert seen(desk, desk.resident, mine).wait == mine.wait


def test_who_has_no_account_waits_by_code(desk: Desk) -> None:
    full(desk)
    key = str(uuid4())
    made = join(desk, ANONYMOUS, key, contact=GUEST)
    assert join(desk, ANONYMOUS, key, contact=GUEST).id == made.id
    with desk.database.reading() as session:
        opened = appointments.open_with_code(session, made.reference, made.code)
    assert opened is not None
    with desk.database.writing() as session:
        left = appointments.stop_waiting(session, opened[1], opened[0])
    assert (left.state, left.wait) == (AppointmentState.LEFT, None)


def test_who_waits_counts_among_the_three_and_one_of_each(desk: Desk) -> None:
    full(desk)
    mine = join(desk)
    with pytest.raises(Conflict) as same:
        join(desk)
    assert same.value.code == "one_per_kind"
    for _number in range(policy.MOST_COMING):
        join(desk, ANONYMOUS, contact=GUEST)
    with pytest.raises(Conflict) as many:
        join(desk, ANONYMOUS, contact=GUEST)
    assert many.value.code == "too_many"
    with desk.database.writing() as session:
        appointments.stop_waiting(session, desk.resident, mine.id)
    assert join(desk).id != mine.id


def test_a_time_chosen_meanwhile_ends_the_waiting(desk: Desk) -> None:
    taken = full(desk)
    mine = join(desk)
    cancel(desk, taken[1])
    with desk.database.writing() as session:
        booked = appointments.reschedule(
            session, desk.resident, mine.id, place_id=desk.place.id, starts_at=desk.at(9, 30), version=mine.version
        )
    assert (booked.state, booked.wait) == (AppointmentState.BOOKED, None)
    assert told(desk.database)[-1] == "appointment_booked"
    with desk.database.reading() as session:
        history = [one.kind.value for one in appointments.history_of(session, desk.resident, mine.id)]
    assert history == ["awaited", "booked"]


def test_nothing_freed_in_time_is_told_once(desk: Desk) -> None:
    full(desk)
    mine = join(desk)
    with later(timedelta(days=5)):
        offer_earlier(desk.database)
        offer_earlier(desk.database)
        assert seen(desk, desk.resident, mine).state is AppointmentState.LEFT
    assert told(desk.database).count("appointment_waited_in_vain") == 1


def test_agents_see_how_many_wait_and_expect_nobody(desk: Desk) -> None:
    full(desk)
    join(desk)
    later_one = desk.book(desk.at(9, day=THURSDAY + timedelta(days=7)), desk.other)
    with desk.database.writing() as session:
        appointments.wait_for_earlier(session, desk.other, later_one.id, version=later_one.version)
    with desk.database.reading() as session:
        lines = appointments.list_waiting(session, desk.keeper)
        expected, count = appointments.list_agenda(session, desk.keeper, AgendaQuery(THURSDAY, UNTIL))
        asked = AgendaQuery(THURSDAY, UNTIL, state=AppointmentState.AWAITED)
        waiting, _count = appointments.list_agenda(session, desk.keeper, asked)
        with pytest.raises(Forbidden):
            appointments.list_waiting(session, desk.resident)
    assert [(one.place_name, one.without_time, one.earlier) for one in lines] == [(desk.place.name, 1, 1)]
    assert (len(expected), count) == (4, 4)
    assert len(waiting) == 1


def test_cancelling_is_for_what_has_a_time(desk: Desk) -> None:
    full(desk)
    mine = join(desk)
    with desk.database.writing() as session, pytest.raises(Forbidden):
        appointments.cancel(session, desk.keeper, mine.id, reason="Fermé.", version=mine.version)


@pytest.mark.parametrize("days", [-5, 41])
def test_one_waits_for_what_may_be_booked(desk: Desk, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        join(desk, until=appointments.end_of(THURSDAY + timedelta(days=days)))
    assert set(refused.value.fields) == {"until"}


def test_one_waits_only_where_a_kind_is_held_and_for_anybody(desk: Desk) -> None:
    with pytest.raises(NotFound):
        join(desk, place_id=uuid4())
    invited = desk.add_kind("sur-invitation", audience=Audience.INVITED)
    with pytest.raises(Forbidden):
        join(desk, kind_id=invited.id)


def test_with_many_free_times_one_is_chosen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "MOST_PASSED", 3)
    with pytest.raises(Conflict) as refused:
        join(desk)
    assert refused.value.code == "many_free"
