"""The list for a spreadsheet: complete, readable, and never a formula."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select, update

from portal.casework.requests.enums import Channel, RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.ground.web.spreadsheets import guard_cell
from portal.screens.backoffice.export import HEADER, write_csv
from portal.screens.backoffice.queries import QueueRow
from tests.portal.screens.backoffice.conftest import crowd
from tests.support.client import Browser
from tests.support.town import Town

# What a spreadsheet takes for the start of a formula, once it has dropped the blanks before it.
FORMULA = re.compile(r"^\s*[=+\-@＝＋－＠]|^\s*[\t\r\n]")


def cells_of(text: str) -> list[list[str]]:
    """The rows of a file, as a spreadsheet reads them."""
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=";"))


def fetch(browser: Browser, settings: Settings, query: str = "") -> list[list[str]]:
    """The file of this list."""
    answer = browser.http.get(f"/agents/dossiers.csv{query}", base_url=settings.public_url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="demandes-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"
    return cells_of(answer.get_data(as_text=True))


def test_the_whole_list_is_in_the_file(
    meryem: Browser, settings: Settings, database: Database, town: Town, reference: str
) -> None:
    references = crowd(database, town, 40, names=("Élodie Ångström", "ليلى حسن"))
    rows = fetch(meryem, settings)
    assert rows[0] == ["Référence", "Démarche", "Personne", "Canal", "État", "Déposée le", "Échéance", "Agent"]
    assert {row[0] for row in rows[1:]} == {reference, *references}
    assert len(rows) == 42
    first = next(row for row in rows if row[0] == references[1])
    assert first[1:] == [
        "Obtenir une carte de la médiathèque",
        "ليلى حسن",
        "Web",
        "Nouvelle",
        "03/03/2026",
        "02/05/2026",
        "",
    ]


def test_the_file_holds_what_the_screen_filters(
    meryem: Browser, settings: Settings, database: Database, town: Town, reference: str
) -> None:
    crowd(database, town, 20, names=("Ndèye Diop",))
    assert [row[0] for row in fetch(meryem, settings, "?q=dubois")[1:]] == [reference]
    assert fetch(meryem, settings, "?vue=terminees")[1:] == []


def test_only_ones_own_departments(jonas: Browser, samira: Browser, settings: Settings, reference: str) -> None:
    assert fetch(jonas, settings)[1:] == []
    assert [row[0] for row in fetch(samira, settings)[1:]] == [reference]


def test_taking_the_list_away_leaves_a_line(
    meryem: Browser, settings: Settings, database: Database, town: Town, reference: str
) -> None:
    fetch(meryem, settings)
    with database.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "list_exported")).one()
        assert line.actor_id == town.meryem.id
        assert line.details == {"rows": "1"}


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("https://ailleurs.example";"Angela")',
        "+33 6 39 98 12 34",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "  =1+1",
        "\u00a0=1+1",
        'Li;Na\r\n"x"',
    ],
)
def test_a_hostile_name_is_a_text_in_the_file(
    meryem: Browser, settings: Settings, database: Database, reference: str, name: str
) -> None:
    with database.writing() as session:
        session.execute(update(ServiceRequest).values(applicant_name=name))
    rows = fetch(meryem, settings)
    assert len(rows) == 2
    assert rows[1][2] in {name, f"'{name}"}
    assert not FORMULA.search(rows[1][2])


@given(st.text())
@example("-2")
@example("'=1")
@example("\u2003\t@a")
def test_no_cell_is_a_formula_and_nothing_is_lost(value: str) -> None:
    guarded = guard_cell(value)
    assert not FORMULA.search(guarded)
    assert guarded in {value, f"'{value}"}
    assert (guarded != value) == bool(FORMULA.search(value))


EARLIEST, LATEST = (datetime.fromisoformat(f"{year}-01-01") for year in (2000, 2100))  # hypothesis adds the zone
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@pytest.fixture(scope="module")
def told() -> Callable[[list[QueueRow]], str]:
    """Writes rows, with the words of the screens."""
    from flask_babel import Babel

    app = Flask(__name__)
    Babel(app, default_locale="fr")

    def write(rows: list[QueueRow]) -> str:
        with app.test_request_context():
            return write_csv(rows)

    return write


@given(
    rows=st.lists(
        st.builds(
            QueueRow,
            id=st.just(UUID(int=0)),
            reference=st.from_regex(r"VSI-[2-9B-Y]{4}-[2-9B-Y]{2}", fullmatch=True),
            title=TEXT,
            applicant_name=TEXT,
            channel=st.sampled_from(Channel),
            status=st.sampled_from(RequestStatus),
            submitted_at=st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
            deadline=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
            agent_name=st.none() | TEXT,
            mine=st.booleans(),
            late=st.booleans(),
            failed=st.booleans(),
        ),
        max_size=5,
    )
)
def test_a_file_reads_back_as_it_was(told: Callable[[list[QueueRow]], str], rows: list[QueueRow]) -> None:
    found = cells_of(told(rows))
    assert len(found) == len(rows) + 1
    for row, cells in zip(rows, found[1:], strict=True):
        assert len(cells) == len(HEADER)
        assert cells[0] == row.reference
        for cell, value in ((cells[1], row.title), (cells[2], row.applicant_name), (cells[7], row.agent_name or "")):
            assert cell == guard_cell(value)
        assert not any(FORMULA.search(cell) for cell in cells)
