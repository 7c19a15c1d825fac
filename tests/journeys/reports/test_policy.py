"""Comparing places: streets as people write them, distances, the plan. Pure."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from journeys.daily_services.reports.enums import ReportState
from journeys.daily_services.reports.plan import HEIGHT, WIDTH, draw_plan
from journeys.daily_services.reports.policy import STATES, metres_between, street_key
from journeys.daily_services.reports.queries import Cursor
from journeys.daily_services.reports.shapes import Point, ReportLine
from portal.casework.requests.enums import RequestStatus


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("12 bis, rue des Tanneurs", "rue des tanneurs"),
        ("Rue des tanneurs, 38999 Valmont", "rue des tanneurs"),
        ("RUE  DES  TANNEURS devant la boulangerie", "rue des tanneurs"),
        ("à l’angle du quai de l’Iselle (côté pont)", "quai de l iselle"),
        ("8 allée des Érables 38999 Valmont", "allee des erables"),
        ("près du gros arbre", ""),
        ("", ""),
        ("rue", ""),
        ("😀" * 50, ""),
    ],
)
def test_two_ways_of_writing_a_street_agree(place: str, key: str) -> None:
    assert street_key(place) == key


def test_distances_of_a_town() -> None:
    assert metres_between(45.2, 5.7, 45.2, 5.7) == 0
    assert metres_between(45.2, 5.7, 45.2009, 5.7) == pytest.approx(100, abs=2)
    assert metres_between(45.2, 5.7, 45.2, 5.70128) == pytest.approx(100, abs=2)


def test_every_status_but_a_withdrawal_is_a_state() -> None:
    assert set(RequestStatus) - set(STATES) == {RequestStatus.WITHDRAWN}
    assert set(STATES.values()) == set(ReportState)


def line(latitude: float, longitude: float, place: str = "ici") -> ReportLine:
    at = datetime(2026, 3, 3, tzinfo=UTC)
    return ReportLine(uuid4(), "road", place, ReportState.RECEIVED, at, None, None, 0, Point(latitude, longitude))


def test_the_plan_stays_within_its_frame_and_draws_only_what_the_list_says() -> None:
    lines = [line(45.2, 5.7), line(45.21, 5.75), line(45.19, 5.69), line(45.3, 5.7, place="")]
    plan = draw_plan(lines)
    assert plan is not None
    assert [dot.number for dot in plan.dots] == [1, 2, 3]
    assert all(0 < dot.x < WIDTH and 0 < dot.y < HEIGHT for dot in plan.dots)
    assert 0 < plan.scale_width < WIDTH / 2
    assert draw_plan(lines[:1]) is None
    assert draw_plan([line(45.2, 5.7), line(45.2, 5.7)]) is not None, "two at the same place"


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor(datetime(2026, 3, 3, 9, 5, 1, 42, tzinfo=UTC), uuid4())
    assert Cursor.read(str(cursor)) == cursor
