"""A place that closes: who is concerned is shown before, displaced, told, and free to choose another time."""

from typing import Any

import pytest
from sqlalchemy import text

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState
from portal.casework.appointments.service import AppointmentView, Span, closing
from portal.ground import clock
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from tests.portal.casework.appointments.conftest import Desk
from tests.portal.casework.appointments.test_booking import mailed, told
from tests.portal.casework.test_races import together


def close(desk: Desk, span: Span, concerned: list[AppointmentView], reason: str = "Formation des agents") -> Any:
    known = {one.id: one.version for one in concerned}
    with desk.database.writing() as session:
        return appointments.close_period(session, desk.head, desk.place.id, span, reason, concerned=known)


def test_nobody_is_lost(desk: Desk) -> None:
    mine, passer = desk.book(desk.at(9)), desk.guest(desk.at(9, 30))
    kept = desk.guest(desk.at(10, 30), "reste@exemple.example")
    morning = Span(desk.at(8), desk.at(10))
    with desk.database.writing() as session:
        listed = appointments.list_concerned(session, desk.head, desk.place.id, morning, journal=session)
        assert [one.name for one in listed] == ["Noé LEFÈVRE", "Lou Passant-Essai"]
        assert session.scalar(text("SELECT count(*) FROM audit_entry WHERE action = 'appointment_listed'")) == 2
    close(desk, morning, [mine, passer])
    assert desk.free() == [desk.at(10)]
    assert told(desk.database) == ["appointment_booked", "appointment_displaced"]
    assert mailed(desk.database)[-1] == "appointment_displaced"
    with desk.database.reading() as session:
        states = {one.id: one for one in appointments.list_own(session, desk.resident)}
        assert states[mine.id].state is AppointmentState.DISPLACED
        assert states[mine.id].reason == "Formation des agents"
        assert states[mine.id].may_change
        assert appointments.get_kept(session, desk.keeper, kept.id, journal=session).state is AppointmentState.BOOKED


def test_who_was_displaced_chooses_another_time_on_the_same_appointment(desk: Desk) -> None:
    mine = desk.book(desk.at(9))
    close(desk, Span(desk.at(8), desk.at(10)), [mine])
    with clock.frozen(desk.at(7, 30)), desk.database.writing() as session:
        displaced = appointments.get_own(session, desk.resident, mine.id)
        moved = appointments.reschedule(
            session,
            desk.resident,
            mine.id,
            place_id=desk.place.id,
            starts_at=desk.at(10),
            version=displaced.version,
        )
    assert (moved.state, moved.reason, moved.sequence) == (AppointmentState.BOOKED, "", 2)


def test_somebody_who_books_meanwhile_is_shown_first(desk: Desk) -> None:
    mine = desk.book(desk.at(9))
    desk.guest(desk.at(9, 30))
    with pytest.raises(Conflict) as refused:
        close(desk, Span(desk.at(8), desk.at(10)), [mine])
    assert refused.value.code == "concerned_changed"
    assert isinstance(refused.value.theirs, list)
    assert len(refused.value.theirs) == 2
    with desk.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM appointment_closure")) == 0


def test_booking_and_closing_at_once_leave_nobody_booked_in_a_closed_time(desk: Desk) -> None:
    span = Span(desk.at(8), desk.at(12))

    def closing(session: Any) -> Any:
        return appointments.close_period(session, desk.head, desk.place.id, span, "Fermeture", concerned={}).id

    def booking(session: Any) -> Any:
        return appointments.book(session, desk.resident, desk.booking(desk.at(9)), idempotency_key="une").id

    together(desk.database, [closing, booking])
    with desk.database.reading() as session:
        closed = session.scalar(text("SELECT count(*) FROM appointment_closure"))
        booked = session.scalar(text("SELECT count(*) FROM appointment WHERE state = 'booked'"))
    assert (closed, booked) in {(1, 0), (0, 1)}


def test_only_a_head_of_department_closes(desk: Desk) -> None:
    span = Span(desk.at(8), desk.at(10))
    with desk.database.writing() as session:
        with pytest.raises(Forbidden):
            appointments.close_period(session, desk.keeper, desk.place.id, span, "Non", concerned={})
        with pytest.raises(NotFound):
            appointments.close_period(session, desk.world.agent(), desk.place.id, span, "Non", concerned={})
        with pytest.raises(Invalid) as refused:
            appointments.close_period(
                session, desk.head, desk.place.id, Span(span.ends_at, span.starts_at), " ", concerned={}
            )
    assert set(refused.value.fields) == {"reason", "until"}


def test_reopened_its_times_are_offered_again(desk: Desk) -> None:
    closed = close(desk, Span(desk.at(8), desk.at(12)), [])
    assert desk.free() == []
    with desk.database.writing() as session:
        assert [one.id for one in appointments.list_closures(session, desk.keeper)] == [closed.id]
        appointments.reopen(session, desk.head, closed.id)
    assert len(desk.free()) == 4


def test_more_than_can_be_displaced_at_once_close_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "MOST_CONCERNED", 2)
    booked = [desk.book(desk.at(9)), desk.guest(desk.at(9, 30))]
    with pytest.raises(Invalid):
        close(desk, Span(desk.at(8), desk.at(12)), booked)
    with desk.database.reading() as session:
        assert appointments.list_closures(session, desk.head) == []
    close(desk, Span(desk.at(8), desk.at(9, 30)), booked[:1])
