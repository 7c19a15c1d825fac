"""Booking, moving, cancelling: one seat for one person, designed refusals, and the person is told."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState, Audience, EventKind, Means
from portal.casework.appointments.models import AppointmentSeat
from portal.casework.appointments.service import Contact, FreeSlot, PlaceFacts
from portal.engine.retention.service import erase_person
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ANONYMOUS, SYSTEM
from portal.people.accounts.service import ResidentClaims, link_resident
from portal.records.outbox.models import OutboxMessage
from tests.portal.casework.appointments.conftest import THURSDAY, Desk, later, rule_facts
from tests.portal.casework.test_races import together

THREADS = 50


def told(database: Database) -> list[str]:
    """What accounts were told of appointments, in order."""
    query = text("SELECT event FROM notification WHERE event LIKE 'appointment_%' ORDER BY created_at, id")
    with database.reading() as session:
        return list(session.scalars(query))


def mailed(database: Database) -> list[str]:
    """What people without an account were written."""
    with database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind.like("appointment_%")))
        return [row.payload["event"] for row in rows]


def test_a_time_is_booked_and_nobody_is_offered_it_again(desk: Desk) -> None:
    assert desk.free() == [desk.at(9), desk.at(9, 30), desk.at(10), desk.at(10, 30)]
    made = desk.book(desk.at(9, 30), remark="Je viens avec ma fille.")
    assert (made.state, made.starts_at, made.ends_at) == (AppointmentState.BOOKED, desk.at(9, 30), desk.at(10))
    assert (made.contact.name, made.contact.email) == ("Noé LEFÈVRE", "noe-compte@exemple.example")
    assert made.remark == "Je viens avec ma fille."
    assert made.reference.startswith("VSIR-")
    assert made.code == ""
    assert desk.free() == [desk.at(9), desk.at(10), desk.at(10, 30)]
    assert told(desk.database) == ["appointment_booked"]


def test_what_a_person_says_is_sealed(desk: Desk) -> None:
    desk.guest(desk.at(9), remark="Secret-à-part")
    with desk.database.reading() as session:
        row = session.execute(text("SELECT * FROM appointment")).one()
    for value in row:
        assert "Passant" not in str(value)
        assert "Secret" not in str(value)
        assert "passant@" not in str(value)


def test_the_same_form_twice_is_one_appointment(desk: Desk) -> None:
    key = str(uuid4())
    with desk.database.writing() as session:
        first = appointments.book(session, desk.resident, desk.booking(desk.at(9)), idempotency_key=key)
    with desk.database.writing() as session:
        again = appointments.book(session, desk.resident, desk.booking(desk.at(9)), idempotency_key=key)
    assert (again.id, again.is_replay, first.is_replay) == (first.id, True, False)
    assert told(desk.database) == ["appointment_booked"]


def test_fifty_at_once_on_the_last_seat_are_one_appointment(desk: Desk) -> None:
    def book(number: int) -> Callable[[Session], UUID]:
        contact = Contact(f"Passant {number}", f"passant{number}@exemple.example")
        booking = desk.booking(desk.at(9), contact=contact)
        return lambda session: appointments.book(session, ANONYMOUS, booking, idempotency_key=str(uuid4())).id

    found = together(desk.database, [book(number) for number in range(THREADS)])
    assert found.count("slot_taken") == THREADS - 1
    with desk.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM appointment")) == 1
        assert session.scalar(text("SELECT count(*) FROM appointment_seat")) == 6


def test_the_database_itself_refuses_a_seat_twice(desk: Desk) -> None:
    first, second = desk.guest(desk.at(9)), desk.guest(desk.at(10), "autre@exemple.example")
    with desk.database.writing() as session:
        seat = session.scalars(select(AppointmentSeat).where(AppointmentSeat.appointment_id == first.id)).first()
        assert seat is not None
        copy = AppointmentSeat(
            place_id=seat.place_id,
            desk_group=seat.desk_group,
            number=seat.number,
            tick_at=seat.tick_at,
            appointment_id=second.id,
        )
        session.add(copy)
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_the_same_form_fifty_times_at_once_is_one_appointment_with_one_code(desk: Desk) -> None:
    key, booking = str(uuid4()), desk.booking(desk.at(9), contact=Contact("Lou", "lou@exemple.example"))
    act: Any = lambda session: appointments.book(session, ANONYMOUS, booking, idempotency_key=key)  # noqa: E731
    found = together(desk.database, [act] * 12)
    assert len({one.id for one in found}) == 1
    assert len({one.code for one in found}) == 1


def test_the_loser_gets_other_times(desk: Desk) -> None:
    desk.book(desk.at(9))
    with pytest.raises(Conflict) as refused:
        desk.guest(desk.at(9))
    assert refused.value.code == "slot_taken"
    others = refused.value.theirs
    assert isinstance(others, list)
    assert all(isinstance(one, FreeSlot) for one in others)
    assert [one.starts_at for one in others][:3] == [desk.at(9, 30), desk.at(10), desk.at(10, 30)]


@pytest.mark.parametrize("minutes", [-1, 1, 15, 24 * 60, 120])
def test_a_time_that_was_never_offered_is_refused(desk: Desk, minutes: int) -> None:
    with pytest.raises(Conflict):
        desk.book(desk.at(9) + timedelta(minutes=minutes))
    assert told(desk.database) == []


def test_notice_and_horizon_hold_for_people_and_agents_book_at_once(desk: Desk) -> None:
    with clock.frozen(desk.at(8, 30)):
        with pytest.raises(Conflict):
            desk.book(desk.at(10))
        contact = Contact("Lou Passant-Essai", phone="04 65 71 20 10")
        made = desk.book(desk.at(10), desk.keeper, contact=contact)
        assert made.booked_by == desk.keeper.id
        far = date(2027, 2, 4)
        with pytest.raises(Conflict):
            desk.book(desk.at(9, day=far), desk.keeper, contact=contact)


def test_holidays_and_closures_are_not_offered(desk: Desk) -> None:
    with clock.frozen(desk.at(8, day=date(2027, 5, 3))):  # 6 May 2027 is Ascension Day
        assert desk.free(days=4) == []
        assert len(desk.free(days=14)) == 4


def test_three_to_come_at_most_and_one_of_each_kind(desk: Desk) -> None:
    kinds = [desk.add_kind(f"atelier-{number}") for number in range(3)]
    mine = desk.book(desk.at(9))
    with pytest.raises(Conflict) as refused:
        desk.book(desk.at(10))
    assert refused.value.code == "one_per_kind"
    assert getattr(refused.value.theirs, "id", None) == mine.id
    weeks = [THURSDAY + timedelta(days=7 * number) for number in (1, 2, 3)]
    for kind, day in zip(kinds[:2], weeks, strict=False):
        desk.book(desk.at(9, day=day), kind_id=kind.id)
    with pytest.raises(Conflict) as refused:
        desk.book(desk.at(9, day=weeks[2]), kind_id=kinds[2].id)
    assert refused.value.code == "too_many"
    with clock.frozen(desk.at(12)):  # the first is over: it counts no more, marked or not
        desk.book(desk.at(9, day=weeks[2]), kind_id=kinds[2].id)


def test_one_who_books_everywhere_at_once_gets_three(desk: Desk) -> None:
    kinds = [desk.add_kind(f"atelier-{number}") for number in range(6)]
    days = [THURSDAY + timedelta(days=7 * (number % 3)) for number in range(6)]

    def book(number: int) -> Callable[[Session], Any]:
        hour = 9 if number < 3 else 10
        booking = desk.booking(desk.at(hour, day=days[number]), kind_id=kinds[number].id)
        return lambda session: appointments.book(session, desk.resident, booking, idempotency_key=str(uuid4())).id

    found = together(desk.database, [book(number) for number in range(6)])
    assert len([one for one in found if isinstance(one, UUID)]) == 3
    assert len([one for one in found if one in {"too_many", "slot_taken"}]) == 3


def test_somebody_without_an_account_follows_it_with_a_code(desk: Desk) -> None:
    made = desk.guest(desk.at(9))
    assert made.code
    assert mailed(desk.database) == ["appointment_booked"]
    with desk.database.reading() as session:
        assert appointments.open_with_code(session, made.reference, "BBBB-BBBB") is None
        assert appointments.open_with_code(session, "n'importe quoi", made.code) is None
        opened = appointments.open_with_code(session, made.reference.lower(), made.code.replace("-", " "))
        assert opened is not None
        appointment_id, holder = opened
        assert appointments.get_own(session, holder, appointment_id).reference == made.reference
        assert [one.id for one in appointments.list_own(session, holder)] == [made.id]
        with pytest.raises(NotFound):
            appointments.get_own(session, desk.resident, appointment_id)


def test_without_an_account_a_name_and_a_way_are_needed(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.book(desk.at(9), ANONYMOUS)
    assert set(refused.value.fields) == {"name", "email"}
    with pytest.raises(Invalid) as refused:
        desk.book(desk.at(9), ANONYMOUS, contact=Contact("Lou", "pas-une-adresse"))
    assert set(refused.value.fields) == {"email"}
    with pytest.raises(Invalid) as refused:
        desk.book(desk.at(9), means=Means.VIDEO)
    assert set(refused.value.fields) == {"means"}


def test_what_was_withdrawn_meanwhile_is_not_booked(desk: Desk) -> None:
    facts = desk.place.facts
    with desk.database.writing() as session:
        gone = PlaceFacts(facts.department_id, facts.name, facts.address, facts.access, active=False)
        appointments.save_place(session, desk.head, gone, place_id=desk.place.id, version=1)
    assert desk.free() == []
    with pytest.raises(NotFound):
        desk.book(desk.at(9))
    with pytest.raises(NotFound):
        desk.book(desk.at(9), kind_id=uuid4())


def test_a_kind_for_who_is_invited_is_booked_by_an_agent_or_with_a_request(desk: Desk) -> None:
    kind = desk.add_kind("entretien", audience=Audience.INVITED)
    with pytest.raises(Forbidden) as refused:
        desk.book(desk.at(9), kind_id=kind.id)
    assert refused.value.code == "invitation_needed"
    contact = Contact("Lou", "lou@exemple.example")
    assert desk.book(desk.at(9), desk.keeper, kind_id=kind.id, contact=contact).code
    with desk.database.reading() as session:
        assert [one.kind.facts.slug for one in appointments.list_offers(session)] == ["aide-numerique"]
        assert appointments.find_offer(session, "entretien").places == (desk.place,)


def test_it_is_moved_the_old_seat_is_free_and_the_sequence_grows(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    with desk.database.writing() as session:
        moved = appointments.reschedule(
            session,
            desk.resident,
            made.id,
            place_id=desk.place.id,
            starts_at=desk.at(10),
            version=made.version,
        )
    assert (moved.id, moved.sequence, moved.starts_at) == (made.id, 1, desk.at(10))
    assert desk.free() == [desk.at(9), desk.at(9, 30), desk.at(10, 30)]
    assert told(desk.database) == ["appointment_booked", "appointment_moved"]
    with desk.database.writing() as session, pytest.raises(Conflict) as refused:
        appointments.reschedule(
            session,
            desk.resident,
            made.id,
            place_id=desk.place.id,
            starts_at=desk.at(9),
            version=made.version,
        )
    assert refused.value.code == "appointment_changed"


def test_a_move_to_a_taken_time_leaves_everything_as_it_was(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    desk.guest(desk.at(10))
    with desk.database.writing() as session, pytest.raises(Conflict) as refused:
        appointments.reschedule(
            session, desk.resident, made.id, place_id=desk.place.id, starts_at=desk.at(10), version=made.version
        )
    assert refused.value.code == "slot_taken"
    assert desk.free() == [desk.at(9, 30), desk.at(10, 30)]


def test_moves_at_once_to_one_time_leave_no_seat_twice_nor_lost(desk: Desk) -> None:
    mine = desk.book(desk.at(9))
    hers = desk.book(desk.at(9, 30), desk.other)

    def move(who: Any, made: Any) -> Callable[[Session], Any]:
        return lambda session: (
            appointments.reschedule(
                session, who, made.id, place_id=desk.place.id, starts_at=desk.at(10), version=made.version
            ).id
        )

    found = together(desk.database, [move(desk.resident, mine), move(desk.other, hers)])
    assert sorted(map(str, found)).count("slot_taken") == 1
    assert len(desk.free()) == 2
    with desk.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM appointment_seat")) == 12


def test_it_is_cancelled_online_and_the_time_is_free(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    with desk.database.writing() as session:
        gone = appointments.cancel(session, desk.resident, made.id, version=made.version)
    with desk.database.writing() as session:
        again = appointments.cancel(session, desk.resident, made.id, version=made.version)
    assert (gone.state, again.version) == (AppointmentState.CANCELLED, gone.version)
    assert desk.at(9) in desk.free()
    assert told(desk.database) == ["appointment_booked", "appointment_cancelled"]
    assert desk.book(desk.at(9)).id != made.id


def test_three_hours_before_it_is_too_late_for_the_person_and_not_for_the_department(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    with clock.frozen(desk.at(7)):
        with desk.database.writing() as session, pytest.raises(Forbidden) as refused:
            appointments.cancel(session, desk.resident, made.id, version=made.version)
        assert refused.value.code == "too_late"
        with desk.database.writing() as session, pytest.raises(Invalid) as empty:
            appointments.cancel(session, desk.keeper, made.id, version=made.version)
        assert set(empty.value.fields) == {"reason"}
        with desk.database.writing() as session:
            gone = appointments.cancel(
                session, desk.keeper, made.id, reason="Le médiateur est malade.", version=made.version
            )
    assert gone.reason == "Le médiateur est malade."


def test_somebody_else_s_appointment_looks_like_none(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    stranger = desk.world.agent()  # of another department
    with desk.database.writing() as session:
        for who in (desk.other, stranger):
            with pytest.raises(NotFound):
                appointments.cancel(session, who, made.id, reason="Non", version=made.version)
        with pytest.raises(NotFound):
            appointments.get_kept(session, stranger, made.id, journal=session)
        with pytest.raises(NotFound):
            appointments.cancel(session, desk.resident, uuid4(), version=1)
        seen = appointments.get_kept(session, desk.keeper, made.id, journal=session)
    assert seen.id == made.id
    with desk.database.reading() as session:
        lines = session.scalars(text("SELECT action FROM audit_entry WHERE action = 'appointment_read'")).all()
    assert len(lines) == 1


def test_whoever_holds_the_code_brings_it_into_their_account(desk: Desk) -> None:
    made = desk.guest(desk.at(9))
    with desk.database.writing() as session:
        appointments.adopt_appointments(session, desk.resident, made.person_id)
        assert appointments.open_with_code(session, made.reference, made.code) is None
        mine = appointments.list_own(session, desk.resident)
        history = appointments.history_of(session, desk.resident, made.id)
    assert [one.id for one in mine] == [made.id]
    assert [one.kind for one in history] == [EventKind.BOOKED, EventKind.ATTACHED]


def test_erasing_a_person_erases_their_appointments_and_frees_their_seats(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    with desk.database.writing() as session:
        appointments.wait_for_earlier(session, desk.resident, made.id, version=made.version)
    assert desk.world.noe.id
    with desk.database.writing() as session:
        erase_person(session, desk.world.noe.id, actor=SYSTEM, reason="asked")
        for table in ("appointment", "appointment_seat", "appointment_wait", "appointment_event"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    assert desk.at(9) in desk.free()


def test_what_is_half_a_year_old_is_erased(desk: Desk) -> None:
    desk.book(desk.at(9))
    with later(timedelta(days=181)), desk.database.writing() as session:
        assert appointments.purge_appointments(session) == 0
    with later(timedelta(days=183)), desk.database.writing() as session:
        assert appointments.purge_appointments(session) == 1
        assert session.scalar(text("SELECT count(*) FROM appointment_seat")) == 0


def test_a_sign_in_joined_later_keeps_the_limits_apart(desk: Desk, database: Database) -> None:
    """Two people with one address are two: neither counts for the other."""
    with database.writing() as session:
        twin = link_resident(
            session,
            issuer="https://fc.exemple.example",
            sub="jumelle",
            claims=ResidentClaims(family_name="LEFÈVRE", given_names=("Noé",), email="noe-compte@exemple.example"),
        )
    mine = desk.book(desk.at(9))
    theirs = desk.book(desk.at(9, 30), desk.world.resident(twin))
    assert mine.kind.id == theirs.kind.id, "one of each kind is asked of one person, not of one address"
    assert mine.person_id != theirs.person_id


def test_two_kinds_at_one_desk_never_overlap(desk: Desk) -> None:
    long = desk.add_kind("dossier", minutes=60)
    desk.book(desk.at(9, 30))
    with desk.database.reading() as session:
        found = appointments.free_slots(session, long.id, None, THURSDAY, 1)
    assert [one.starts_at for one in found] == [desk.at(10)]


def test_a_second_desk_is_a_second_seat(desk: Desk) -> None:
    with desk.database.writing() as session:
        (rule,) = appointments.list_rules(session, desk.head)
        wider = rule_facts(desk.place.id, desk.kind.id, desks=2)
        appointments.save_rule(session, desk.head, wider, rule_id=rule.id, version=rule.version)
    desk.book(desk.at(9))
    desk.guest(desk.at(9))
    with pytest.raises(Conflict):
        desk.guest(desk.at(9), "troisieme@exemple.example")


def test_bounded_ranges(desk: Desk) -> None:
    with desk.database.reading() as session:
        found = appointments.free_slots(session, desk.kind.id, None, date(1990, 1, 1), 10**6)
        assert found == []
        month = appointments.free_slots(session, desk.kind.id, None, clock.today(), 10**6)
        assert max(one.starts_at for one in month) < desk.at(0) + timedelta(days=31)
        with pytest.raises(NotFound):
            appointments.free_slots(session, uuid4(), None, clock.today(), 3)
        assert appointments.free_slots(session, desk.kind.id, uuid4(), clock.today(), 3) == []


def test_an_erased_address_does_not_stop_a_booking(desk: Desk) -> None:
    """Somebody who can be reached by nothing books all the same: it is in their space."""
    made = desk.book(desk.at(9), desk.other)
    assert made.contact.email == ""
    assert told(desk.database) == ["appointment_booked"]
    assert made.account_id == desk.world.ines.id


def test_what_is_past_is_neither_cancelled_nor_moved(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    with clock.frozen(desk.at(9) + timedelta(days=1)), desk.database.writing() as session:
        with pytest.raises(Forbidden, match="appointment_over"):
            appointments.cancel(session, desk.keeper, made.id, reason="Trop tard.", version=made.version)
        with pytest.raises(Forbidden, match="appointment_over"):
            appointments.reschedule(
                session,
                desk.keeper,
                made.id,
                place_id=desk.place.id,
                starts_at=desk.at(9, day=made.starts_at.date() + timedelta(days=7)),
                version=made.version,
            )
    assert told(desk.database) == ["appointment_booked"]
