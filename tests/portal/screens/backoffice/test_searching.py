"""Finding requests by a name or a reference: what is found, what is not, and that no request is looked at in vain."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import RequestWord, ServiceRequest
from portal.casework.requests.search_words import LONGEST, MARK, asked_words, kept_words
from portal.casework.requests.service.findable import keep_spellings
from portal.ground.db import Database
from portal.people.accounts.service import name_key
from portal.records.outbox.service import bury, claim, enqueue
from portal.screens.backoffice.filters import Filters, View
from portal.screens.backoffice.queries import read_export, read_queue, searching
from tests.portal.screens.backoffice.conftest import crowd
from tests.portal.screens.backoffice.test_queue import PATH, all_pages, listed, tallies
from tests.support.client import Browser
from tests.support.town import Town

NEAR = "voici les noms proches"


def end_all(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(ServiceRequest).values(status=RequestStatus.ACCEPTED))


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("Jean-Loup d’Œuvre", "jean-loup", True),
        ("Jean-Loup d’Œuvre", "loup", True),
        ("Jean-Loup d’Œuvre", "oeuvre jean", True),
        ("Jean-Loup d’Œuvre", "D'OEUV", True),
        ("Maria de la Cruz", "de la cruz", True),
        ("Maria de la Cruz", "cruz m", True),
        ("Marie Marine Martin", "mar", True),
        ("Marie Marine Martin", "mar mari", True),
        ("Jean-Loup d’Œuvre", "oup", False),
        ("Maria de la Cruz", "ruz", False),
        ("Maria de la Cruz", "cruz paul", False),
    ],
)
def test_beginnings_of_words_are_found_open_or_ended(
    meryem: Browser, database: Database, town: Town, name: str, typed: str, found: bool, ended: bool
) -> None:
    references = crowd(database, town, 2, names=(name, "Quelqu’un d’autre"))
    if ended:
        end_all(database)
    page = meryem.get(f"{PATH}?vue={'terminees' if ended else 'a-traiter'}&q={quote(typed)}")
    assert listed(page) == (references[:1] if found else [])
    assert tallies(page)["Terminées" if ended else "À traiter"] == int(found)
    assert NEAR not in page.text


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("part", [slice(None), slice(4, None), slice(4, 8), slice(0, 8)])
def test_a_reference_is_found_by_its_beginning(
    meryem: Browser, database: Database, town: Town, part: slice, ended: bool
) -> None:
    references = crowd(database, town, 3)
    if ended:
        end_all(database)
    with database.reading() as session:
        alike = [one for one in session.scalars(select(ServiceRequest.reference)) if one[part] == references[1][part]]
    page = meryem.get(f"{PATH}?vue={'terminees' if ended else 'a-traiter'}&q={references[1][part].lower()}")
    assert sorted(listed(page)) == sorted(alike)


@pytest.mark.parametrize("typed", ["duboid", "dubios", "angéla duboi", "angella", "dubbois ang"])
@pytest.mark.parametrize("ended", [False, True])
def test_a_typing_error_gives_the_names_spelt_nearly_so(
    meryem: Browser, database: Database, town: Town, reference: str, typed: str, ended: bool
) -> None:
    if ended:
        end_all(database)
    page = meryem.get(f"{PATH}?vue={'terminees' if ended else 'a-traiter'}&q={quote(typed)}")
    assert listed(page) == [reference]
    assert tallies(page)["Terminées" if ended else "À traiter"] == 1
    assert (NEAR in page.text) is (typed != "angéla duboi")


def test_a_person_without_an_account_is_found_in_spite_of_an_error(
    meryem: Browser, database: Database, town: Town
) -> None:
    (reference,) = crowd(database, town, 1, names=("Wilhelmine Oberkampf",))
    address = f"{PATH}?q=wilhelmne"
    assert listed(meryem.get(address)) == []
    with database.writing() as session:
        keep_spellings(session, session.scalars(select(ServiceRequest).filter_by(reference=reference)).one())
    page = meryem.get(address)
    assert listed(page) == [reference]
    assert NEAR in page.text


def test_a_near_name_of_another_department_is_not_told(jonas: Browser, reference: str) -> None:
    page = jonas.get(f"{PATH}?q=duboid")
    assert listed(page) == []
    assert NEAR not in page.text


def test_a_transferred_request_is_found_by_its_new_department_alone(
    meryem: Browser, jonas: Browser, database: Database, town: Town, reference: str
) -> None:
    with database.writing() as session:
        who, roads = town.agent(town.meryem), town.commune.departments["voirie"].id
        requests.transfer(session, who, reference, roads, "Erreur.", idempotency_key="k")
    with database.reading() as session:
        kept = set(session.scalars(select(RequestWord.department_id)))
    assert kept == {roads}
    end_all(database)
    assert listed(meryem.get(f"{PATH}?vue=terminees&q=dubois")) == []
    assert listed(jonas.get(f"{PATH}?vue=terminees&q=dubois")) == [reference]


def test_an_ended_search_stops_and_says_so(
    meryem: Browser, database: Database, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(database, town, 40, names=("Marie Marine Martin", "Maria de la Cruz"))
    end_all(database)
    for module in ("portal.screens.backoffice.queries.searching", "portal.screens.backoffice.queries"):
        monkeypatch.setattr(f"{module}.FOUND_LIMIT", 18)
    address = f"{PATH}?vue=terminees&q=mar"
    page = meryem.get(address)
    assert "Terminées (plus de 18)" in page.links()
    assert "La recherche s’arrête là" in page.text
    pages = all_pages(meryem, address)
    found = [one for each in pages for one in each]
    assert len(found) == len(set(found)) <= 18
    assert pages == all_pages(meryem, address)
    agent = town.agent(town.meryem)
    with database.reading() as session:
        rows = read_export(session, agent, Filters(View.ENDED, query="mar"))
    assert [row.reference for row in rows] == found
    narrowed = meryem.get(f"{PATH}?vue=terminees&q=mar+mari+mart")
    assert "La recherche s’arrête là" not in meryem.get(f"{PATH}?vue=terminees&q=cruz&canal=phone").text
    assert "Terminées (plus de 18)" in narrowed.links()


def test_no_request_is_looked_at_but_those_found(database: Database, town: Town) -> None:
    """The plan of each statement of a search: indexes only, whatever stands in the archive."""
    crowd(database, town, 30)
    end_all(database)
    agent = town.agent(town.meryem)
    with database.writing() as session:
        failed = session.scalars(select(ServiceRequest.id).limit(1)).one()
        enqueue(session, lane="essai", kind="essai", payload={}, idempotency_key="essai", group=str(failed))
        bury(session, claim(session, worker="essai", lane="essai", limit=1)[0], code="refused")
    for filters in (Filters(View.ENDED, query="dub"), Filters(query="angela dub"), Filters(query="duboid")):
        for plan in plans(database, agent, filters):
            assert not [line for line in plan if line.startswith(("SCAN service_request", "SCAN request_word"))], plan


def plans(database: Database, agent: Any, filters: Filters) -> list[list[str]]:
    """How SQLite goes about the statements of a search that read the words."""
    if database.dialect != "sqlite":
        pytest.skip("SQLite says its plans whatever the size; PostgreSQL chooses by the size")
    seen: list[tuple[str, Any]] = []

    def before(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", before)
    with database.reading() as session:
        read_queue(session, agent, filters)
    event.remove(database.engine, "before_cursor_execute", before)
    with database.engine.connect() as connection:
        return [
            [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in seen
            if "request_word" in statement
        ]


@given(name=st.text(max_size=80), data=st.data())
def test_every_beginning_of_every_word_asks_for_a_kept_word(name: str, data: st.DataObject) -> None:
    key = name_key(name)
    kept = kept_words(key, "VSI-7F3K-2M")
    for word in key.split()[:10]:
        beginning = word[: data.draw(st.integers(1, len(word)))]
        for one in asked_words(beginning).names:
            assert any(other.startswith(one) for other in kept if not other.startswith(MARK))
    assert all(len(word) <= LONGEST for word in kept)


@given(typed=st.text(max_size=200))
def test_whatever_is_typed_is_asked_in_order(typed: str) -> None:
    asked = asked_words(typed)
    assert list(asked.names) == sorted(asked.names, key=len, reverse=True)
    assert not asked.reference or asked.reference.startswith(MARK)
    assert searching._ways(asked) == [one for one in (asked.names, (asked.reference,)) if one and all(one)]
