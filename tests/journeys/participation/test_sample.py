"""The polls of the sample commune."""

import random
import time

from journeys.participation import sample
from journeys.participation.enums import Phase
from journeys.participation.service import list_all
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.seed.plant import Ground
from tests.support.town import Town


def test_three_polls_one_counted_one_open_one_without_account(
    settings: Settings, database: Database, town: Town
) -> None:
    ground = Ground(settings, database, town.commune, (), random.Random(1), 1)
    start = time.perf_counter()
    sample.plant(ground)
    assert time.perf_counter() - start < 10
    with database.reading() as session:
        lines = {line.view.terms.title: line for line in list_all(session, 10)}
    assert [line.view.phase for line in lines.values()].count(Phase.OPEN) == 2
    assert all(line.turnout.is_sound and line.turnout.buffered == 0 for line in lines.values())
    counted = lines["La rue des Tanneurs le dimanche"].view
    assert counted.results is not None
    assert counted.results.ballots == sample.BALLOTS == 318
    assert counted.results.cross is not None
    assert [line.view.is_open_to_all for line in lines.values()].count(True) == 1


def test_an_empty_commune_has_no_poll(settings: Settings, database: Database, town: Town) -> None:
    sample.plant(Ground(settings, database, town.commune, (), random.Random(1), 0))
    with database.reading() as session:
        assert list_all(session, 10) == []
