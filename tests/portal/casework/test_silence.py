"""Legal clocks, rule by rule; what silence decides; who is warned, and when it takes longer than usual."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Delay
from portal.casework.catalogue.enums import DelayUnit, Regime
from portal.casework.catalogue.service import ProcedureView, import_procedure
from portal.casework.delays.policy import at_share
from portal.casework.delays.service import delays_of
from portal.casework.requests import service as requests
from portal.casework.requests.deadlines import implicit_decision_date, is_due, resumed_deadline, usual_days
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.service import RequestView
from portal.engine.deadlines.jobs import deadline_jobs
from portal.engine.deadlines.measuring import measure_delays, usual_days_of
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Invalid
from portal.ground.permissions import SYSTEM, Role
from portal.people.accounts.models import Department
from portal.records.outbox import service as outbox
from tests.portal.casework.world import LEGAL, World, document, send

MONTHS, DAYS, WORKING = DelayUnit.MONTHS, DelayUnit.DAYS, DelayUnit.WORKING_DAYS
START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
ACCEPTANCE = {
    **LEGAL,
    "regime": "acceptance",
    "attestation": {"fr": "Une attestation vous est donnée sur demande."},
}


def delay(count: int, unit: DelayUnit, place: str = "") -> Delay:
    return Delay.model_validate({"count": count, "unit": unit, "holidays_of": place})


# Received, delay, the day silence decides: the period runs from the day after.
PERIODS = [
    (date(2026, 3, 3), delay(2, MONTHS), date(2026, 5, 4)),
    (date(2026, 12, 30), delay(2, MONTHS), date(2027, 2, 28)),  # 31 December and two months
    (date(2027, 12, 30), delay(2, MONTHS), date(2028, 2, 29)),  # in a leap year
    (date(2028, 2, 28), delay(12, MONTHS), date(2029, 2, 28)),  # from 29 February to a year without one
    (date(2028, 2, 27), delay(1, MONTHS), date(2028, 3, 28)),
    (date(2026, 3, 27), delay(3, DAYS), date(2026, 3, 31)),  # over the night when the clock changes
    (date(2026, 3, 6), delay(1, WORKING), date(2026, 3, 10)),  # Friday: Monday is the only day of it
    (date(2026, 3, 6), delay(10, WORKING), date(2026, 3, 21)),
    (date(2026, 4, 30), delay(3, WORKING), date(2026, 5, 7)),  # 1 May and a week-end
    (date(2026, 5, 6), delay(2, WORKING), date(2026, 5, 12)),  # 8 May, a week-end
    (date(2026, 12, 23), delay(2, WORKING), date(2026, 12, 29)),  # Christmas Day, a week-end
    (date(2026, 12, 23), delay(2, WORKING, "57"), date(2026, 12, 29)),  # 26 December is a Saturday that year
    (date(2025, 12, 23), delay(2, WORKING), date(2025, 12, 27)),
    (date(2025, 12, 23), delay(2, WORKING, "57"), date(2025, 12, 30)),  # and a Friday that one: Moselle rests
]


@pytest.mark.parametrize(("received", "length", "decided"), PERIODS)
def test_when_silence_decides(received: date, length: Delay, decided: date) -> None:
    assert implicit_decision_date(received, length) == decided


# Regime, delay, deadline, stopped, resumed, new deadline: acceptance begins again, rejection goes on where it was.
RESUMED = [
    (Regime.ACCEPTANCE, delay(2, MONTHS), date(2026, 5, 4), date(2026, 3, 10), date(2026, 4, 1), date(2026, 6, 2)),
    (Regime.REJECTION, delay(2, MONTHS), date(2026, 5, 4), date(2026, 3, 10), date(2026, 4, 1), date(2026, 5, 26)),
    (Regime.REJECTION, delay(2, MONTHS), date(2026, 5, 4), date(2026, 4, 1), date(2026, 3, 10), date(2026, 5, 4)),
    (Regime.ACCEPTANCE, delay(5, WORKING), date(2026, 3, 11), date(2026, 3, 5), date(2026, 3, 12), date(2026, 3, 20)),
    # Three working days are left on the evening of the 5th; they are counted from the 12th, a Thursday.
    (Regime.REJECTION, delay(5, WORKING), date(2026, 3, 11), date(2026, 3, 5), date(2026, 3, 12), date(2026, 3, 18)),
    (Regime.NONE, None, None, date(2026, 3, 5), date(2026, 3, 12), None),
]


@pytest.mark.parametrize(("regime", "length", "deadline", "stopped", "resumed", "new"), RESUMED)
def test_when_a_clock_starts_again(
    regime: Regime, length: Delay | None, deadline: date | None, stopped: date, resumed: date, new: date | None
) -> None:
    assert resumed_deadline(regime, length, deadline, stopped=stopped, resumed=resumed) == new


def test_small_rules() -> None:
    day = date(2026, 5, 4)
    assert is_due(day, day, stopped=False)
    assert not is_due(day, day, stopped=True)
    assert not is_due(day, day - timedelta(days=1), stopped=False)
    assert not is_due(None, day, stopped=False)
    assert [usual_days(delay(2, MONTHS)), usual_days(delay(15, DAYS)), usual_days(delay(5, WORKING))] == [62, 15, 9]
    # What was frozen in acknowledgements before places existed keeps its fingerprint.
    assert delay(2, MONTHS).model_dump(mode="json") == {"count": 2, "unit": "months"}
    assert Delay.model_validate(delay(2, WORKING, "57").model_dump()) == delay(2, WORKING, "57")
    assert [at_share(days, 0.9) for days in ([1.2], [1, 2, 3, 4, 10.5], [0.0])] == [2, 11, 1]
    assert at_share([3, 1, 2, 5, 4], 0.5) == 3


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    with clock.frozen(START), database.writing() as opened:
        yield opened


def publish(session: Session, slug: str, **changes: Any) -> ProcedureView:
    return import_procedure(session, document(slug=slug, **changes), publish=True, actor=SYSTEM)


def seen(session: Session, world: World, reference: str) -> RequestView:
    return requests.get_request(session, world.resident(), reference)


def noted(session: Session, at: datetime) -> int:
    with clock.frozen(at):
        return requests.note_implicit_decisions(session)


def test_silence_decides_once_and_the_request_stays_open(session: Session, world: World) -> None:
    granted = send(session, world.resident(), publish(session, "accord", acknowledgement=ACCEPTANCE))
    refused = send(session, world.resident(), world.procedure)
    # 4 May at midnight in Paris is still 3 May in UTC.
    assert noted(session, datetime(2026, 5, 3, 21, 59, tzinfo=UTC)) == 0
    after = datetime(2026, 5, 3, 22, 1, tzinfo=UTC)
    assert [noted(session, after), noted(session, after)] == [2, 0]
    for sent, regime in ((granted, "acceptance"), (refused, "rejection")):
        view = seen(session, world, sent.reference)
        assert (view.implicit_on, view.status) == (date(2026, 5, 4), RequestStatus.SUBMITTED)
        event = next(one for one in view.events if one.type == "implicit_decision")
        assert event.payload == {"regime": regime, "on": "2026-05-04", "told": "email"}
    agent = world.agent()
    with clock.frozen(after):
        with pytest.raises(Invalid) as no:  # what silence granted is not refused afterwards
            requests.decide(session, agent, granted.reference, "rejected", "Non.", idempotency_key="n")
        assert "decision" in no.value.fields
        requests.decide(session, agent, granted.reference, "accepted", "Oui.", idempotency_key="o")
        requests.decide(session, agent, refused.reference, "accepted", "Oui, tout de même.", idempotency_key="o")


def test_silence_says_nothing_where_somebody_answered_or_is_awaited(session: Session, world: World) -> None:
    agent, me = world.agent(), world.resident()
    answered, awaited, gone = (send(session, me, world.procedure) for _one in range(3))
    none = {**LEGAL, "regime": "none", "exemption": {"fr": "Aucune décision."}}
    del none["delay"]
    report = send(session, me, publish(session, "sans", acknowledgement=none))
    requests.decide(session, agent, answered.reference, "rejected", "Non.", idempotency_key="n")
    requests.request_information(session, agent, awaited.reference, "Une pièce.", idempotency_key="q")
    requests.withdraw(session, me, gone.reference)
    assert noted(session, START + timedelta(days=400)) == 0
    back = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)  # thirty days later, in the authority's zone
    with clock.frozen(back):
        requests.post_message(session, me, awaited.reference, "La voici.", idempotency_key="m")
    view = seen(session, world, awaited.reference)
    assert view.deadline == date(2026, 6, 3)
    assert noted(session, datetime(2026, 6, 2, 10, 0, tzinfo=UTC)) == 0
    assert noted(session, datetime(2026, 6, 3, 10, 0, tzinfo=UTC)) == 1
    assert seen(session, world, report.reference).implicit_on is None


def test_the_person_reads_what_silence_means_and_what_to_do(session: Session, world: World) -> None:
    granted = send(session, world.resident(), publish(session, "accord", acknowledgement=ACCEPTANCE))
    refused = send(session, world.resident(), world.procedure)
    with clock.frozen(START + timedelta(days=70)):
        requests.note_implicit_decisions(session)
        letters = outbox.claim(session, worker="t", lane="courriel", limit=20)
        texts = {}
        for one in letters:
            if "notification_id" in one.payload:
                made = requests.render_notification(
                    session, UUID(one.payload["notification_id"]), public_url="https://p.example"
                )
                assert made is not None
                if "ce que vaut notre silence" in made.subject:
                    texts[granted.reference in made.text] = made.text
    assert "acceptée" in texts[True]
    assert "L232-3" in texts[True]
    assert refused.reference in texts[False]
    assert "contester" in texts[False]


def test_a_department_is_warned_once_and_in_time(session: Session, world: World) -> None:
    sent, awaited = (send(session, world.resident(), world.procedure) for _one in range(2))
    requests.request_information(session, world.agent(), awaited.reference, "Une pièce.", idempotency_key="q")

    def warned(day: date) -> list[str]:
        with clock.frozen(datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)):
            requests.warn_of_deadlines(session)
            found = outbox.claim(session, worker="t", lane="courriel", limit=50)
            return [one.payload["request_id"] for one in found if one.payload.get("about") == "deadline_near"]

    assert warned(date(2026, 4, 23)) == []  # eleven days before
    assert warned(date(2026, 4, 24)) == [str(sent.request_id)]
    assert warned(date(2026, 4, 25)) == []
    told = requests.render_department_alert(
        session, sent.request_id, "", about="deadline_near", public_url="https://p.example"
    )
    assert told is not None
    assert "lundi 4 mai 2026" in told.text
    requests.withdraw(session, world.resident(), sent.reference)
    again = requests.render_department_alert(
        session, sent.request_id, "", about="deadline_near", public_url="https://p.example"
    )
    assert again is None


def test_a_request_that_went_elsewhere_is_announced_to_those_who_have_it(session: Session, world: World) -> None:
    sent = send(session, world.resident(), world.procedure)
    roads = world.departments["voirie"]

    def warned(hour: int) -> list[str]:
        with clock.frozen(datetime(2026, 4, 24, hour, 0, tzinfo=UTC)):
            requests.warn_of_deadlines(session)
            found = outbox.claim(session, worker="t", lane="courriel", limit=50)
            return [one.payload["request_id"] for one in found if one.payload.get("about") == "deadline_near"]

    def recipient() -> str:
        told = requests.render_department_alert(
            session, sent.request_id, "", about="deadline_near", public_url="https://p.example"
        )
        return told.recipient if told else ""

    assert warned(8) == [str(sent.request_id)]
    assert recipient() == world.procedure.document.acknowledgement.service.email
    head = replace(world.claire, role=Role.SUPERVISOR)
    requests.transfer(session, world.agent(head), sent.reference, roads, "C’est une voie.", idempotency_key="t")
    assert warned(9) == [str(sent.request_id)], "those who have it now were told nothing yet"
    assert recipient() == "", "nobody is left to write to: neither an address nor a head"
    session.execute(update(Department).where(Department.id == roads).values(email="voirie@mairie.example"))
    assert recipient() == "voirie@mairie.example"
    assert warned(10) == []


def decided(session: Session, world: World, days: float, *, awaited: float = 0) -> None:
    """A request that took this long, the resident being awaited for some of it."""
    start = START - timedelta(days=100)
    with clock.frozen(start):
        sent = send(session, world.resident(), world.procedure)
    if awaited:
        with clock.frozen(start + timedelta(hours=1)):
            requests.request_information(session, world.agent(), sent.reference, "Quoi ?", idempotency_key="q")
        with clock.frozen(start + timedelta(hours=1) + timedelta(days=awaited)):
            requests.post_message(session, world.resident(), sent.reference, "Ceci.", idempotency_key="m")
    with clock.frozen(start + timedelta(days=days + awaited)):
        requests.decide(session, world.agent(), sent.reference, "accepted", "Oui.", idempotency_key="d")


def test_delays_are_measured_without_the_time_of_the_person(session: Session, world: World) -> None:
    ids = [world.procedure.id, world.routed.id]
    for days in (2, 4, 6, 8):
        decided(session, world, days)
    assert measure_delays(session) == 0
    assert delays_of(session, ids) == {}  # four cases say too little
    decided(session, world, 3, awaited=40)
    assert measure_delays(session) == 1
    figure = delays_of(session, ids)[world.procedure.id]
    assert (figure.median_days, figure.p90_days, figure.cases) == (4, 8, 5)
    with clock.frozen(START + timedelta(days=400)):
        assert measure_delays(session) == 0  # all older than a year: no figure rather than an old one
    assert delays_of(session, ids) == {}
    assert delays_of(session, []) == {}


def test_who_waits_for_longer_than_usual_is_told_so(database: Database, world: World) -> None:
    jobs = {job.name: job.run for job in deadline_jobs(database)}
    with clock.frozen(START), database.writing() as session:
        late, awaited = (send(session, world.resident(), world.procedure) for _one in range(2))
        requests.request_information(session, world.agent(), awaited.reference, "Quoi ?", idempotency_key="q")
        assert usual_days_of(session) == {world.procedure.id: (15, "announced")}

    def events(reference: str) -> list[Any]:
        with database.reading() as session:
            view = seen(session, world, reference)
        return [event.payload for event in view.events if event.type == "running_late"]

    for days, expected in ((15, 0), (16, 1), (30, 1)):
        with clock.frozen(START + timedelta(days=days)):
            jobs["measure_delays"]()
        assert len(events(late.reference)) == expected
    assert events(late.reference) == [{"days": 15, "source": "announced"}]
    assert events(awaited.reference) == []
    with clock.frozen(START + timedelta(days=90)):
        for name in ("lapse_states", "note_implicit_decisions", "warn_of_deadlines"):
            jobs[name]()
    with database.reading() as session:
        assert seen(session, world, late.reference).implicit_on == date(2026, 5, 4)
        assert seen(session, world, awaited.reference).implicit_on is None
