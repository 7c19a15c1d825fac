"""The day itself: reminders once each, who came, calendars, figures, settings that change under what is booked."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState, Means, Reminder
from portal.casework.appointments.models import Appointment
from portal.casework.appointments.service import (
    AgendaQuery,
    AppointmentView,
    Contact,
    KindFacts,
    PlaceFacts,
    calendar_of,
)
from portal.casework.notifications.service import NotificationEvent
from portal.engine.deadlines.jobs import remind
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.records.outbox.models import OutboxMessage
from tests.portal.casework.appointments.conftest import THURSDAY, Desk, rule_facts
from tests.portal.casework.appointments.test_booking import mailed, told

NEXT_WEEK = THURSDAY + timedelta(days=7)
HOST = "demarches.valmont-sur-iselle.example"


def reminders(database: Database) -> int:
    return told(database).count("appointment_reminder") + mailed(database).count("appointment_reminder")


def test_each_reminder_leaves_once_whoever_restarts(desk: Desk) -> None:
    desk.book(desk.at(9, day=NEXT_WEEK))
    desk.guest(desk.at(9, 30, day=NEXT_WEEK))
    remind(desk.database)
    assert reminders(desk.database) == 0
    with clock.frozen(desk.at(9, 30, day=NEXT_WEEK) - timedelta(days=2)):
        remind(desk.database)
        remind(desk.database)
    assert reminders(desk.database) == 2
    with clock.frozen(desk.at(18, day=NEXT_WEEK - timedelta(days=1))):  # it is at nine: the evening before
        remind(desk.database)
        remind(desk.database)
    assert reminders(desk.database) == 4
    with clock.frozen(desk.at(12, day=NEXT_WEEK)):
        remind(desk.database)
    assert reminders(desk.database) == 4


def test_a_worker_killed_in_the_middle_reminds_once_when_it_is_back(desk: Desk) -> None:
    desk.book(desk.at(9, day=NEXT_WEEK))

    class Killed(Exception):
        """The process dies before its unit is committed."""

    def remind_and_die() -> None:
        with desk.database.writing() as session:
            appointments.remind_due(session)
            raise Killed

    with clock.frozen(desk.at(9, day=NEXT_WEEK) - timedelta(days=2)):
        with pytest.raises(Killed):
            remind_and_die()
        assert reminders(desk.database) == 0
        remind(desk.database)
    assert reminders(desk.database) == 1


def test_what_was_cancelled_or_displaced_is_not_reminded(desk: Desk) -> None:
    made = desk.book(desk.at(9, day=NEXT_WEEK))
    with desk.database.writing() as session:
        appointments.cancel(session, desk.resident, made.id, version=made.version)
    with clock.frozen(desk.at(9, day=NEXT_WEEK) - timedelta(hours=1)):
        remind(desk.database)
    assert reminders(desk.database) == 0


def test_a_long_stop_of_the_worker_gives_one_reminder_and_none_after_the_hour(desk: Desk) -> None:
    desk.book(desk.at(9, day=NEXT_WEEK))
    desk.book(desk.at(10, day=NEXT_WEEK), desk.other)
    with clock.frozen(desk.at(9, 30, day=NEXT_WEEK)):
        remind(desk.database)
    assert told(desk.database).count("appointment_reminder") == 1
    with desk.database.reading() as session:
        due = (
            session.scalars(select(Appointment.days_due_at)).all()
            + session.scalars(select(Appointment.hours_due_at)).all()
        )
    assert set(due) == {None}


def test_a_person_chooses_which_reminders(desk: Desk) -> None:
    desk.book(desk.at(9, day=NEXT_WEEK), reminders=(Reminder.HOURS,))
    with clock.frozen(desk.at(9, day=NEXT_WEEK) - timedelta(days=2)):
        remind(desk.database)
    assert reminders(desk.database) == 0


def test_a_reminder_on_its_way_is_held_back_once_the_appointment_is_cancelled(desk: Desk) -> None:
    made = desk.guest(desk.at(9, day=NEXT_WEEK))
    with clock.frozen(desk.at(9, day=NEXT_WEEK) - timedelta(days=2)):
        remind(desk.database)
        with desk.database.reading() as session:
            query = select(OutboxMessage).where(OutboxMessage.kind == "appointment_letter")
            payload = [row.payload for row in session.scalars(query) if row.payload["event"] == "appointment_reminder"]
            cause = payload[0]["cause"]
            assert appointments.is_notice_due(session, NotificationEvent.APPOINTMENT_REMINDER, cause)
            letter = appointments.render_appointment_letter(
                session, made.id, "appointment_reminder", cause, public_url=f"https://{HOST}/"
            )
            assert letter is not None
            assert letter.recipient == "passant@exemple.example"
            assert "jeudi 10 décembre 2026" in letter.subject
            assert made.reference in letter.text
            assert "numérique" not in letter.text + letter.html
        with desk.database.writing() as session:
            appointments.cancel(session, desk.keeper, made.id, reason="Malade.", version=made.version)
        with desk.database.reading() as session:
            assert not appointments.is_notice_due(session, NotificationEvent.APPOINTMENT_REMINDER, cause)


def test_somebody_with_a_mobile_alone_is_written_a_text_and_it_is_counted(desk: Desk) -> None:
    contact = Contact("Lou Passant-Essai", phone="06 39 98 12 34")
    made = desk.guest(desk.at(9), contact=contact)
    with desk.database.reading() as session:
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "appointment_text")).one()
        text_message = appointments.render_appointment_text(
            session, made.id, row.payload["event"], row.payload["cause"], public_url=f"https://{HOST}"
        )
        assert text_message is not None
        assert "03/12 à 9h00" in text_message.text
        (line,) = appointments.figures_of(session, desk.keeper, THURSDAY)
    assert (line.kind_id, line.texts) == (desk.kind.id, 1)


def held(desk: Desk, made: AppointmentView, *, attended: bool) -> AppointmentView:
    with desk.database.writing() as session:
        return appointments.mark(session, desk.keeper, made.id, attended=attended, version=made.version)


def test_who_came_is_noted_and_taken_back_the_same_day(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    with pytest.raises(Forbidden):
        held(desk, made, attended=True)
    with clock.frozen(desk.at(9, 40)):
        missed = held(desk, made, attended=False)
        assert missed.state is AppointmentState.MISSED
        with desk.database.writing() as session:
            back = appointments.unmark(session, desk.keeper, made.id, version=missed.version)
        assert (back.state, back.marked_at) == (AppointmentState.BOOKED, None)
        with pytest.raises(Conflict):
            held(desk, missed, attended=True)
        came = held(desk, back, attended=True)
    with clock.frozen(desk.at(9, day=THURSDAY + timedelta(days=1))), desk.database.writing() as session:
        with pytest.raises(Forbidden):
            appointments.unmark(session, desk.keeper, made.id, version=came.version)
        (line,) = appointments.figures_of(session, desk.keeper, THURSDAY)
        assert (line.attended, line.missed) == (1, 0)
        with pytest.raises(Forbidden):
            appointments.mark(session, desk.resident, made.id, attended=True, version=came.version)


def unfolded(content: bytes) -> list[str]:
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_the_calendar_file_keeps_its_uid_grows_and_says_when_it_is_cancelled(desk: Desk) -> None:
    hostile = "Maison ; des, services\\ « à l’Iselle »\r\nBEGIN:VEVENT " + "é" * 80
    facts = desk.place.facts
    with desk.database.writing() as session:
        place = PlaceFacts(facts.department_id, hostile[:110], facts.address, facts.access)
        appointments.save_place(session, desk.head, place, place_id=desk.place.id, version=1)
    made = desk.book(desk.at(9))
    first = unfolded(calendar_of(made, link="https://exemple.example/r", host=HOST))
    assert f"UID:{made.id}@{HOST}" in first
    assert "DTSTART:20261203T080000Z" in first
    assert "DTEND:20261203T083000Z" in first
    assert {"METHOD:PUBLISH", "SEQUENCE:0", "STATUS:CONFIRMED"} <= set(first)
    assert first.count("BEGIN:VEVENT") == 1
    (where,) = [line for line in first if line.startswith("LOCATION:")]
    assert "Maison \\; des\\, services\\\\" in where
    with desk.database.writing() as session:
        gone = appointments.cancel(session, desk.resident, made.id, version=made.version)
    then = unfolded(calendar_of(gone, link="https://exemple.example/r", host=HOST))
    assert f"UID:{made.id}@{HOST}" in then
    assert {"SEQUENCE:1", "STATUS:CANCELLED"} <= set(then)


def test_the_calendar_of_a_place_names_nobody_and_can_be_stopped(desk: Desk) -> None:
    desk.guest(desk.at(9), remark="Secret")
    with desk.database.writing() as session:
        feed = appointments.open_feed(session, desk.keeper, desk.place.id)
        with pytest.raises(NotFound):
            appointments.open_feed(session, desk.world.agent(), desk.place.id)

    def read(session: Session, token: str, *, works: bool = True) -> list[str]:
        return unfolded(appointments.read_feed(session, token, host=HOST, is_working=lambda _id: works)[1])

    with desk.database.reading() as session:
        lines = read(session, feed.token)
        assert "SUMMARY:Rendez-vous · Aide au numérique" in lines
        whole = "\n".join(lines)
        assert not any(one in whole for one in ("Passant", "Lou", "VSIR", "Secret", "passant@"))
        for token in ("", "x" * 5_000, feed.token[:-1]):
            with pytest.raises(NotFound):
                read(session, token)
        with pytest.raises(NotFound):
            read(session, feed.token, works=False)
    with desk.database.writing() as session:
        with pytest.raises(NotFound):
            appointments.revoke_feed(session, desk.head, feed.id)
        appointments.revoke_feed(session, desk.keeper, feed.id)
        with pytest.raises(NotFound):
            read(session, feed.token)


def test_an_agent_lists_their_departments_and_finds_by_reference(desk: Desk) -> None:
    first, second = desk.guest(desk.at(9, 30)), desk.book(desk.at(9))
    days = AgendaQuery(THURSDAY, THURSDAY)
    with desk.database.reading() as session:
        shown, total = appointments.list_agenda(session, desk.keeper, days)
        assert [one.id for one in shown] == [second.id, first.id]
        assert total == 2
        found, _total = appointments.list_agenda(
            session, desk.keeper, AgendaQuery(NEXT_WEEK, NEXT_WEEK, reference=first.reference.lower())
        )
        assert [one.id for one in found] == [first.id]
        assert appointments.list_agenda(session, desk.world.agent(), days) == ([], 0)
        nothing = AgendaQuery(THURSDAY, THURSDAY, place_id=uuid4())
        assert appointments.list_agenda(session, desk.keeper, nothing) == ([], 0)
        with pytest.raises(Forbidden):
            appointments.list_agenda(session, desk.resident, days)


def test_settings_that_change_leave_what_is_booked(desk: Desk) -> None:
    made = desk.book(desk.at(9))
    with desk.database.writing() as session:
        (rule,) = appointments.list_rules(session, desk.head)
        appointments.end_rule(session, desk.head, rule.id, version=rule.version)
        with pytest.raises(Conflict):
            appointments.end_rule(session, desk.head, rule.id, version=rule.version)
    assert desk.free() == []
    with desk.database.reading() as session:
        assert appointments.get_own(session, desk.resident, made.id).state is AppointmentState.BOOKED


def test_settings_are_checked_and_belong_to_their_department(desk: Desk) -> None:
    department = desk.place.facts.department_id
    with desk.database.writing() as session:
        with pytest.raises(Invalid) as refused:
            appointments.save_place(session, desk.head, PlaceFacts(department, "", "", phone="0" * 31))
        assert set(refused.value.fields) == {"name", "address", "access", "phone"}
        wrong: Any = KindFacts(department, "Pas Court", {}, 7, (), capacity=0, horizon_days=0)
        with pytest.raises(Invalid) as refused:
            appointments.save_kind(session, desk.head, wrong)
        assert set(refused.value.fields) == {"slug", "title", "minutes", "means", "capacity", "horizon_days"}
        twin = KindFacts(department, "aide-numerique", {"fr": "Autre"}, 30, (Means.ON_SITE,))
        with pytest.raises(Invalid) as refused:
            appointments.save_kind(session, desk.head, twin)
        assert set(refused.value.fields) == {"slug"}
        with pytest.raises(Forbidden):
            appointments.save_kind(session, desk.keeper, twin)
        with pytest.raises(NotFound):
            appointments.save_rule(session, desk.head, rule_facts(desk.place.id, uuid4()))
        with pytest.raises(NotFound):
            appointments.save_rule(session, desk.world.agent(), rule_facts(desk.place.id, desk.kind.id))


def test_a_seat_is_one_even_where_a_rule_was_widened_and_narrowed(desk: Desk, database: Database) -> None:
    """A closed desk is offered no more; whoever had it keeps it."""
    with database.writing() as session:
        (rule,) = appointments.list_rules(session, desk.head)
        two = rule_facts(desk.place.id, desk.kind.id, desks=2)
        wider = appointments.save_rule(session, desk.head, two, rule_id=rule.id, version=rule.version)
    desk.book(desk.at(9))
    second = desk.guest(desk.at(9))
    with database.writing() as session:
        one = rule_facts(desk.place.id, desk.kind.id)
        appointments.save_rule(session, desk.head, one, rule_id=rule.id, version=wider.version)
        kept: UUID = session.scalars(select(Appointment.id).where(Appointment.id == second.id)).one()
        assert kept
        assert session.scalar(text("SELECT max(number) FROM appointment_seat")) == 2
        session.execute(update(Appointment).values(updated_at=clock.now()))
    assert desk.at(9) not in desk.free()
