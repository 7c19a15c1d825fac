"""Every mandatory mention, on the right day, frozen."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from portal.casework.catalogue.document import Delay
from portal.casework.catalogue.enums import DelayUnit, Regime
from portal.casework.catalogue.service import get_published, import_procedure
from portal.casework.requests import service as requests
from portal.casework.requests.acknowledgements import content_hash
from portal.casework.requests.deadlines import add_months, implicit_decision_date, resumed_deadline
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.ground.permissions import SYSTEM
from tests.portal.casework.world import LEGAL, World, document, send

TWO_MONTHS = Delay(count=2, unit=DelayUnit.MONTHS)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 15), 12, date(2027, 3, 15)),
    ],
)
def test_months_run_from_date_to_date(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@pytest.mark.parametrize(
    ("received", "decided"),
    [
        (date(2026, 12, 30), date(2027, 2, 28)),
        (date(2027, 12, 30), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 3, 1)),
        (date(2026, 3, 2), date(2026, 5, 3)),
        (date(2028, 2, 28), date(2028, 4, 29)),
    ],
)
def test_the_period_starts_the_day_after(received: date, decided: date) -> None:
    assert implicit_decision_date(received, TWO_MONTHS) == decided


def test_days_are_counted_one_by_one() -> None:
    assert implicit_decision_date(date(2026, 3, 27), Delay(count=15, unit=DelayUnit.DAYS)) == date(2026, 4, 12)


def test_a_clock_that_never_ran_is_not_started() -> None:
    day = date(2026, 3, 2)
    assert resumed_deadline(Regime.NONE, None, None, stopped=day, resumed=day) is None
    assert resumed_deadline(Regime.REJECTION, TWO_MONTHS, day, stopped=day, resumed=date(2026, 3, 1)) == day


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), date(2026, 5, 3)),  # already the 2nd in Paris
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 5, 30)),  # the night the hour is lost
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), date(2026, 5, 31)),  # the 30th, in summer time
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 12, 26)),  # the night the hour is gained
        (datetime(2026, 12, 30, 22, 59, tzinfo=UTC), date(2027, 2, 28)),
        (datetime(2026, 12, 30, 23, 0, tzinfo=UTC), date(2027, 3, 1)),  # the 31st in Paris
    ],
)
def test_the_day_is_the_one_in_paris(database: Database, world: World, instant: datetime, day: date) -> None:
    with database.writing() as session:
        with clock.frozen(instant):
            sent = send(session, world.resident(), world.procedure)
        data = requests.get_acknowledgement(session, world.resident(), sent.reference).data
        view = requests.get_request(session, world.resident(), sent.reference)
    assert data.implicit_decision_date == view.deadline == day
    assert data.received_at == instant
    assert data.received_at.utcoffset() == clock.local(instant).utcoffset()


def test_every_mandatory_mention_is_there(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.procedure)
    with database.reading() as session:
        found = requests.get_acknowledgement(session, world.resident(), sent.reference)
        with pytest.raises(NotFound):
            requests.get_acknowledgement(session, world.resident(world.ines), sent.reference)
    data = found.data
    assert (found.number, data.number, data.kind) == (sent.reference, sent.reference, "ARE")
    assert data.service.model_dump() == LEGAL["service"]
    assert (data.applicant, data.subject, data.sent_to) == ("Noé LEFÈVRE", "Démarche d’essai", "noe@exemple.example")
    assert (data.is_request, data.regime, data.delay) == (True, Regime.REJECTION, TWO_MONTHS)
    assert data.recourse is not None
    assert data.recourse.court == "Tribunal"
    assert (data.evidence_deadline_days, data.evidence_effect) == (30, "Le délai est suspendu.")
    assert found.content_hash == content_hash(data)


def test_a_later_version_changes_nothing_of_what_was_said(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.procedure)
        before = requests.get_acknowledgement(session, world.resident(), sent.reference)
        changed = document(title={"fr": "Autre titre"}, acknowledgement=LEGAL | {"delay": {"count": 1}})
        import_procedure(session, changed, publish=True, actor=SYSTEM)
        assert get_published(session, "essai").version == 2
        assert requests.get_acknowledgement(session, world.resident(), sent.reference) == before
        assert requests.get_request(session, world.resident(), sent.reference).procedure_title == "Démarche d’essai"


def test_no_request_without_its_acknowledgement(database: Database, world: World) -> None:
    with database.writing() as session:
        for _number in range(3):
            send(session, world.resident(), world.procedure)
        orphans = session.execute(
            text(
                "SELECT count(*) FROM service_request r"
                " LEFT JOIN acknowledgement a ON a.request_id = r.id WHERE a.id IS NULL"
            )
        ).scalar_one()
    assert orphans == 0
