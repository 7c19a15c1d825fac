"""« Pilotage » and « Qualité de service » : what is drawn, listed and given out agree, and nothing small is told."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from portal.casework.catalogue.models import Procedure
from portal.ground import clock
from portal.ground.db import Database
from tests.support.client import HTML, Browser, Page
from tests.support.figures import put_backlog, put_cell
from tests.support.town import Town, counted

HERE, PUBLIC = "/agents/pilotage", "/qualite-de-service"
NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
CARD, SCHOOL, STREET = "carte-mediatheque", "inscription-scolaire", "enlevement-encombrants"
NUMBERS = ("received", "decided", "median_days", "p90_days", "refusal_percent", "obtained_percent")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _in_june() -> Any:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def chief(sign_in: Callable[..., Browser], town: Town) -> Browser:
    return sign_in(town.commune.agents["s.amrani"])


def a_year(database: Database) -> None:
    """Two procedures, two channels, helped or not, over months; persons who were helped fare worse."""
    for month in range(1, 7):
        day = date(2026, month, 1)
        put_cell(database, CARD, day, days={1: 6, 4: 14}, rejected=1, obtained=[8, 2, 1], ease=[1, 0, 2, 3, 5])
        put_cell(database, SCHOOL, day, days={9: 8, 20: 4}, rejected=0, late=2, partner_errors=1, given_up=2)
        put_cell(database, CARD, day, days={8: 6, 14: 4}, rejected=3, channel="counter", assisted=True)
    put_backlog(database, CARD, (6, 7, 8, 9, 10), awaited=5, late=12)
    put_backlog(database, SCHOOL, (20, 0, 0, 0, 0), late=0)


def tables_of(page: Page) -> list[list[list[str]]]:
    return [[cells(line) for line in table.iter(f"{HTML}tr")] for table in page.all("table")]


def cells(line: Any) -> list[str]:
    return ["".join(cell.itertext()) for cell in line if cell.tag in {f"{HTML}th", f"{HTML}td"}]


def rows_of(answer: Page) -> list[list[str]]:
    text = answer.response.get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def words_drawn(page: Page) -> str:
    return " ".join("".join(one.itertext()) for one in page.tree.iter(f"{SVG}text"))


def holds(rows: list[list[str]], table: list[list[str]]) -> bool:
    return any(rows[start : start + len(table)] == table for start in range(len(rows)))


def nodes(page: Page) -> int:
    return sum(1 for _one in page.tree.iter())


VIEWS = {
    "volumes": "volumes",
    "delais": "delays",
    "refus": "refusals",
    "satisfaction": "satisfaction",
    "equite": "equity",
    "en-cours": "open",
}


def test_each_view_draws_what_its_table_and_its_file_say(chief: Browser, database: Database) -> None:
    a_year(database)
    for view, state in VIEWS.items():
        query = urlencode({"vue": view, "mois": "12"})
        with counted(database) as statements:
            page = chief.get(f"{HERE}?{query}", state=state)
        assert len(statements) <= 8, view
        assert nodes(page) <= 350, (view, nodes(page))
        rows = rows_of(chief.get(f"{HERE}.csv?{query}"))
        tables = tables_of(page)
        assert len(tables) == (2 if state in {"satisfaction", "equity", "open"} else 1)
        drawn = [" ".join(one.itertext()) for one in page.tree.iter(f"{SVG}desc")]
        for table, described in zip(tables, drawn, strict=True):
            assert holds(rows, table), view
            for line in table[1:]:
                assert line[0] in described
            if state != "volumes":
                words = words_drawn(page)
                assert all(line[1].replace("\xa0", " ") in words.replace("\xa0", " ") for line in table[1:]), view
        titles = ["".join(one.itertext()) for one in page.tree.iter(f"{SVG}title")]
        headings = ["".join(one.itertext()) for one in page.all("h2")]
        assert [one for one in headings if one in titles] == titles, "the conclusion is the heading"
    shown = chief.get(f"{HERE}?vue=delais").text
    assert "La moitié des demandes reçoivent une réponse en" in shown
    assert "Les personnes aidées par un agent reçoivent plus souvent un refus" in shown


def test_filters_narrow_and_what_is_hostile_falls_back(chief: Browser, database: Database, town: Town) -> None:
    a_year(database)
    with database.writing() as session:  # withdrawn, and called otherwise: its figures stay
        session.execute(update(Procedure).where(Procedure.slug == SCHOOL).values(published_version=None))
    assert "(retirée)" in chief.get(f"{HERE}?vue=refus&demarche={SCHOOL}").text
    only = rows_of(chief.get(f"{HERE}.csv?vue=volumes&canal=counter&mois=3"))
    assert only[-3:] == [["avril 2026", "10", "10"], ["mai 2026", "10", "10"], ["juin 2026", "10", "10"]]
    assert len(rows_of(chief.get(f"{HERE}.csv?mois=24"))) == 1 + 3 + 1 + 8  # by quarter
    whole = rows_of(chief.get(f"{HERE}.csv"))
    for hostile in (
        {"mois": "999999999999"},
        {"mois": "-1"},
        {"service": "supprime"},
        {"demarche": "' OR 1=1 --"},
        {"canal": "\x00<script>"},
        {"vue": "x" * 5_000},
    ):
        assert rows_of(chief.get(f"{HERE}.csv?{urlencode(hostile)}")) == whole


def test_each_reads_the_figures_of_their_own_departments(
    sign_in: Callable[..., Browser], database: Database, town: Town
) -> None:
    a_year(database)
    sign_in(town.meryem).get(HERE, 403)
    whole = sign_in(town.commune.agents["i.moreau"]).get(f"{HERE}?vue=refus")
    assert len(tables_of(whole)[0]) == 3  # who writes procedures reads those of all


def test_nothing_yet(chief: Browser, visitor: Browser) -> None:
    assert "Rien n’est encore compté" in chief.get(HERE, state="empty").text
    assert "Aucune demande ici" in chief.get(f"{HERE}?vue=en-cours").text
    assert rows_of(chief.get(f"{HERE}.csv?vue=equite"))
    assert "Pas encore de chiffres" in visitor.get(PUBLIC, state="empty").text
    assert visitor.get(f"{PUBLIC}.json").response.get_json()["procedures"] == []


def test_one_case_only_tells_nothing_of_it(chief: Browser, visitor: Browser, database: Database) -> None:
    put_cell(database, CARD, date(2026, 5, 1), days={2: 1}, rejected=1, obtained=[0, 0, 1], ease=[1, 0, 0, 0, 0])
    for view in VIEWS:
        page = chief.get(f"{HERE}?vue={view}")
        assert not re.search(r"\b1 (décision|réponse|refus)|100\s%|\b3 jours", words_drawn(page)), view
    data = visitor.get(f"{PUBLIC}.json").response.get_json()
    level = data["procedures"][0]
    assert {level[name] for name in NUMBERS} == {None}
    assert level["hidden"] == {"received": "few", "decided": "few"}
    assert "moins de 5" in visitor.get(f"{PUBLIC}.csv").response.get_data(as_text=True)


def test_what_is_too_little_to_be_drawn_is_said_in_words(visitor: Browser, database: Database) -> None:
    put_cell(database, CARD, date(2026, 5, 1), days={2: 3})
    put_cell(database, SCHOOL, date(2026, 5, 1), days={4: 2}, channel="counter", assisted=True)
    page = visitor.get(PUBLIC, state="few")
    assert not page.all("figure"), "no drawing without anything in it"
    assert not page.all("table")
    assert "Aucune démarche n’a encore assez de décisions pour montrer son délai : il en faut 5 au moins" in page.text
    assert "Trop peu de décisions pour comparer" in page.text
    for slug, helped in ((CARD, False), (SCHOOL, True)):
        put_cell(database, slug, date(2026, 4, 1), days={3: 20}, channel="phone", assisted=helped)
    page = visitor.get(PUBLIC, state="full")
    assert "assez de décisions pour montrer son délai" not in page.text
    assert [one.get("aria-labelledby") for one in page.all("figure")] == ["delais-leg", "aide-leg"]


def test_the_dashboard_draws_nothing_where_nothing_may_be_shown(chief: Browser, database: Database) -> None:
    put_cell(database, CARD, date(2026, 5, 1), days={2: 3})
    page = chief.get(f"{HERE}?vue=delais", state="few")
    assert "Trop peu de décisions sur cette période pour parler de délai." in page.text
    assert not page.all("figure"), "the sentence says it all"
    put_cell(database, CARD, date(2026, 4, 1), days={3: 20}, channel="phone")
    assert len(chief.get(f"{HERE}?vue=delais").all("figure")) == 1


def test_everybody_reads_the_service_levels_without_small_numbers(visitor: Browser, database: Database) -> None:
    a_year(database)
    put_cell(database, STREET, date(2026, 5, 1), days={2: 3})
    put_cell(database, STREET, date(2026, 4, 1), days={2: 40}, channel="phone", assisted=True)
    with counted(database) as statements:
        page = visitor.get(PUBLIC, state="full")
    assert len(statements) <= 2
    assert nodes(page) <= 230, nodes(page)
    assert "juin 2025 à mai 2026" in page.text
    data = visitor.get(f"{PUBLIC}.json").response.get_json()
    assert (data["format"], data["version"]) == ("parvis/service-levels", 1)
    assert (data["from"], data["to"]) == ("2025-06", "2026-05")
    assert data["total"]["decided"] == 5 * (20 + 12 + 10) + 43  # June is not over
    by_title = {row[0]: row for row in rows_of(visitor.get(f"{PUBLIC}.csv"))[3:]}
    assert by_title.pop("Toutes les démarches")[2] == str(data["total"]["decided"])
    assert len(by_title) == 3
    for level in data["procedures"]:
        row = by_title[level["title"]]
        assert row[1:3] == [str(level["received"]), str(level["decided"])]
        assert row[3] == str(level["median_days"])
    footer = [one.get("href") for one in visitor.get("/").all("a")]
    assert PUBLIC in footer
    assert PUBLIC in visitor.get("/plan-du-site").links().values()
