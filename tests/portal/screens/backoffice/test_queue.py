"""The queue: everything to do, found, sorted, paged; the address says it all."""

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.ground import clock
from portal.ground.db import Database
from portal.screens.backoffice import queries, worklist
from portal.screens.backoffice.filters import Cursor, Order, View, decode_cursor, read_filters
from tests.portal.screens.backoffice.conftest import MORNING, crowd
from tests.support.client import Browser, Page
from tests.support.town import Town, counted, fail_delivery, sent_request
from tests.support.walking import send, walk

PATH = "/agents/dossiers"


def listed(page: Page) -> list[str]:
    """The references on a page of the queue, in order."""
    return re.findall(r'<th scope="row"><a href="/agents/dossiers/([^"]+)"', page.html)


def tallies(page: Page) -> dict[str, int]:
    """What each tab counts."""
    found = {}
    for words in page.links():
        match = re.fullmatch(r"(.+) \((\d+)\)", words)
        if match:
            found[match[1]] = int(match[2])
    return found


def all_pages(browser: Browser, address: str) -> list[list[str]]:
    """Every page from this address on, following the link to the next."""
    pages = []
    while address:
        page = browser.get(address)
        pages.append(listed(page))
        address = page.links().get("Voir la suite de la liste", "")
        assert len(pages) < 30
    return pages


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("count", [15, 16, 60])
def test_pages_hold_each_request_once(
    meryem: Browser, database: Database, town: Town, order: Order, count: int
) -> None:
    references = crowd(database, town, count)
    with database.writing() as session:
        first = update(ServiceRequest).where(ServiceRequest.reference.not_in(references))
        session.execute(first.values(status=RequestStatus.WITHDRAWN))
    pages = all_pages(meryem, f"{PATH}?tri={order.value}")
    found = [reference for page in pages for reference in page]
    assert [len(page) for page in pages] == [15] * (count // 15) + ([count % 15] if count % 15 else [])
    assert sorted(found) == sorted(references)
    with database.reading() as session:
        rows = {row.reference: row for row in session.scalars(select(ServiceRequest))}
        session.expunge_all()
    keys = {
        Order.DEADLINE: lambda row: (row.deadline is None, row.deadline or MORNING.date()),
        Order.SUBMITTED: lambda row: row.submitted_at,
        Order.APPLICANT: lambda row: row.applicant_key,
    }
    sorted_by = [keys[order](rows[reference]) for reference in found]
    assert sorted_by == sorted(sorted_by)


def test_a_request_decided_meanwhile_neither_hides_nor_repeats_another(
    meryem: Browser, database: Database, town: Town
) -> None:
    crowd(database, town, 40)
    page = meryem.get(f"{PATH}?tri=depot")
    first, following = listed(page), page.links()["Voir la suite de la liste"]
    before = [row for each in all_pages(meryem, following) for row in each]
    with database.writing() as session:
        gone = update(ServiceRequest).where(ServiceRequest.reference.in_([first[0], first[-1], before[3]]))
        session.execute(gone.values(status=RequestStatus.ACCEPTED))
    after = [row for each in all_pages(meryem, following) for row in each]
    assert after == [row for row in before if row != before[3]]


def test_the_start_of_the_list_is_one_link_away(meryem: Browser, database: Database, town: Town) -> None:
    crowd(database, town, 40)
    page = meryem.get(meryem.get(f"{PATH}?tri=personne&q=d").links()["Voir la suite de la liste"])
    assert page.links()["Revenir au début de la liste"] == f"{PATH}?q=d&tri=personne"


@pytest.mark.parametrize(
    "address", [PATH, f"{PATH}?vue=sans-agent&tri=personne", f"{PATH}?q=dubois&demarche=carte-mediatheque"]
)
def test_a_page_costs_the_same_whatever_the_crowd(
    meryem: Browser, database: Database, town: Town, address: str
) -> None:
    crowd(database, town, 10)
    meryem.get(address)
    with counted(database) as few:
        meryem.get(address)
    with database.writing() as session:
        session.execute(
            update(ServiceRequest).values(
                reference="A" + ServiceRequest.reference, form_key="a" + ServiceRequest.form_key
            )
        )
    crowd(database, town, 200)
    with counted(database) as many:
        page = meryem.get(address)
    searching = 3 if "q=" in address else 0  # whether somebody is so called; the search in the journal, all it showed
    assert len(many) == len(few) <= 8 + searching
    assert len(listed(page)) == 15


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dubois", True),
        ("DUBOIS", True),
        ("  Angéla   Dûbois ", True),
        ("dub", True),
        ("angela dub", True),
        ("dupont", False),
        ("%", False),
        ("_", False),
        ("---", False),
        ("'; DROP TABLE service_request; --", False),
        ("\x00dub\x1b\u200b\ud7ff", True),
        ("é" * 500, False),
    ],
)
def test_a_name_is_found_without_its_accents(meryem: Browser, reference: str, typed: str, found: bool) -> None:
    page = meryem.get(f"{PATH}?q={quote(typed)}")
    assert (listed(page) == [reference]) is found


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Zoë O’Tèstù-d’Òrœuf", "o testu d oroeuf"),
        ("Zoë O’Tèstù-d’Òrœuf", "O'TESTU"),
        ("Łucja Żółć", "lucja zolc"),
        ("Meryem Yıldız", "yildiz"),
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("ليلى حسن", "حسن"),
        ("Ô Y", "o y"),
    ],
)
def test_hard_names_are_found(meryem: Browser, database: Database, town: Town, name: str, typed: str) -> None:
    references = crowd(database, town, 2, names=(name, "Quelqu’un d’autre"))
    page = meryem.get(f"{PATH}?q={quote(typed)}")
    assert listed(page) == references[:1]
    assert name in page.text


def loosely(reference: str) -> list[str]:
    """How a reference is typed by somebody who hears it."""
    return [
        reference,
        reference.lower(),
        reference.replace("-", ""),
        reference.replace("-", " "),
        f"  {reference} ",
        reference.replace("-", "–"),
        reference[4:],
        reference[4:8].lower(),
    ]


@pytest.mark.parametrize("way", range(8))
def test_a_reference_is_found_however_it_is_typed(meryem: Browser, reference: str, way: int) -> None:
    page = meryem.get(f"{PATH}?q={quote(loosely(reference)[way])}")
    assert listed(page) == [reference]
    assert page.field("q")["value"] == " ".join(loosely(reference)[way].split())


def test_two_characters_are_not_a_reference(meryem: Browser, reference: str) -> None:
    assert listed(meryem.get(f"{PATH}?q={reference[4:6]}")) == []


def test_tabs_count_what_they_hold(
    meryem: Browser, samira: Browser, angela: Browser, database: Database, town: Town
) -> None:
    agent, resident = town.agent(town.meryem), town.resident(town.angela)
    new, mine, asked, accepted, withdrawn = (sent_request(database, town.angela) for _number in range(5))
    with database.writing() as session:
        requests.assign(session, agent, mine, town.meryem.id)
        requests.request_information(session, agent, asked, "Quelle adresse ?", idempotency_key="q")
        requests.decide(session, agent, accepted, "accepted", "Venez.", idempotency_key="d")
        requests.withdraw(session, resident, withdrawn)
        session.execute(
            update(ServiceRequest)
            .where(ServiceRequest.reference == new)
            .values(deadline=clock.today() - timedelta(days=1))
        )
    expected = {
        View.TODO: {new, mine, asked},
        View.LATE: {new},
        View.MINE: {mine},
        View.UNASSIGNED: {new, asked},
        View.WAITING: {asked},
        View.FAILED: set(),
        View.ENDED: {accepted, withdrawn},
    }
    page = meryem.get(PATH)
    assert tallies(page) == {
        "À traiter": 3,
        "En retard": 1,
        "Les miennes": 1,
        "Sans agent": 2,
        "Attendent l’usager": 1,
        "Envois en échec": 0,
        "Terminées": 2,
    }
    for view, references in expected.items():
        tab = meryem.get(f"{PATH}?vue={view.value}")
        assert set(listed(tab)) == references, view
        assert tallies(tab) == tallies(page)
    late = meryem.get(f"{PATH}?vue=retard")
    assert "Retard :" in late.text
    school = send(angela, walk(angela, "inscription-scolaire"), "inscription-scolaire")
    fail_delivery(database, school, dead=True)
    failed = samira.get(f"{PATH}?vue=echecs")
    assert listed(failed) == [school]
    assert "Envoi en échec" in failed.text


def test_filters_stand_in_the_address_and_in_the_form(meryem: Browser, reference: str) -> None:
    address = f"{PATH}?vue=sans-agent&demarche=carte-mediatheque&etat=submitted&q=dub&tri=personne"
    page = meryem.get(address)
    assert listed(page) == [reference]
    form = page.all("form", method="get")[0]
    assert page.fields_of(form) == {
        "vue": "sans-agent",
        "q": "dub",
        "demarche": "carte-mediatheque",
        "etat": "submitted",
        "tri": "personne",
    }
    assert page.links()["Effacer les filtres"] == f"{PATH}?vue=sans-agent&tri=personne"
    assert page.links()["Télécharger cette liste (CSV)"] == address.replace(PATH, f"{PATH}.csv")
    tab = next(href for words, href in page.links().items() if words.startswith("Terminées"))
    assert dict(parse_qsl(urlsplit(tab).query))["q"] == "dub", "a tab keeps the search"
    for other in ("demarche=signaler-un-probleme", "demarche=inconnue", "etat=accepted"):
        assert listed(meryem.get(f"{PATH}?{other}")) == []


def test_a_long_list_of_procedures_stands_with_the_other_filters(
    meryem: Browser, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "PROCEDURES_AT_HAND", 1)
    page = meryem.get(f"{PATH}?q=dub")
    assert page.all("select", name="demarche") == []
    there = meryem.get(page.links()["Choisir une démarche"].partition("#")[0])
    fields = there.fields_of(there.all("form", method="get")[0])
    assert (fields["demarche"], fields["q"]) == ("", "dub")
    chosen = meryem.get(f"{PATH}?{urlencode(fields | {'demarche': 'carte-mediatheque'})}")
    assert listed(chosen) == [reference]
    assert any(words.startswith("Démarche : ") and "autre" in words for words in chosen.links())
    kept = chosen.fields_of(chosen.all("form", method="get")[0])
    assert kept["demarche"] == "carte-mediatheque", "the short form keeps what the long one chose"


def test_an_empty_queue_says_what_it_means(meryem: Browser) -> None:
    assert "tout est à jour" in meryem.get(PATH).text
    assert "Changez de vue ou effacez les filtres" in meryem.get(f"{PATH}?vue=retard").text
    page = meryem.get(f"{PATH}?q=personne")
    assert "Changez de vue ou effacez les filtres" in page.text
    assert "0 demande" in page.text
    assert "0 demandes" not in page.text


ALTERED = [
    "x",
    "%",
    "a" * 3_000,
    "é",
    base64.urlsafe_b64encode(b"[" * 1_200).decode(),
    base64.urlsafe_b64encode(b'["a"]').decode(),
    base64.urlsafe_b64encode(b"[1, 2, 3]").decode(),
    base64.urlsafe_b64encode(b"null").decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    *(
        base64.urlsafe_b64encode(json.dumps([value, str(uuid4())]).encode()).decode()
        for value in (
            "",
            "\x00",
            "\ud800",
            "9999-99-99",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "demain",
            {"a": 1},
            [],
            None,
            1e308,
            "é" * 300,
        )
    ),
]


@pytest.mark.parametrize("order", list(Order))
def test_an_altered_cursor_is_tolerated(meryem: Browser, reference: str, order: Order) -> None:
    for token in ALTERED:
        page = meryem.get(f"{PATH}?tri={order.value}&apres={quote(token)}")
        assert "Demandes" in page.h1, token


def test_unknown_filters_fall_back(meryem: Browser, reference: str) -> None:
    page = meryem.get(f"{PATH}?vue=inconnue&tri=hasard&etat=perdu&q=&demarche=&autre=1&vue=retard")
    assert listed(page) == [reference]


@given(value=st.text(max_size=80), number=st.uuids())
def test_a_cursor_comes_back_as_it_was(value: str, number: object) -> None:
    cursor = Cursor(value, number)  # type: ignore[arg-type]  # a UUID
    found = decode_cursor(cursor.encode())
    assert found == (cursor if value.isprintable() else None)


@given(token=st.text(max_size=200))
def test_no_token_is_a_fault(token: str) -> None:
    found = decode_cursor(token)
    assert found is None or found.value.isprintable()


@given(
    view=st.sampled_from(View),
    order=st.sampled_from(Order),
    status=st.none() | st.sampled_from(RequestStatus),
    query=st.text(max_size=60),
    procedure=st.text(st.characters(codec="ascii", categories=("Ll",)), max_size=20),
)
def test_an_address_says_the_filters_back(
    view: View, order: Order, status: RequestStatus | None, query: str, procedure: str
) -> None:
    filters = read_filters({"vue": view, "tri": order, "etat": status or "", "q": query, "demarche": procedure})
    assert (filters.view, filters.order, filters.status, filters.procedure) == (view, order, status, procedure)
    arguments = dict(parse_qsl(urlsplit(filters.address()).query, encoding="utf-8", errors="surrogatepass"))
    assert read_filters(arguments) == filters


def test_my_requests_are_marked(meryem: Browser, samira: Browser, database: Database, town: Town) -> None:
    crowd(database, town, 1, agent_id=town.meryem.id)
    assert "Moi" in [" ".join(cell.itertext()) for cell in meryem.get(PATH).all("td")]
    assert "Meryem Yıldız" in samira.get(PATH).text


def test_each_agent_sees_the_departments_they_are_in(
    sign_in: Callable[..., Browser], town: Town, reference: str
) -> None:
    seen = {
        login: listed(sign_in(town.commune.agents[login]).get(PATH))
        for login in ("m.yildiz", "s.amrani", "j.ferrand", "k.haddad", "c.legoff")
    }
    assert seen == {"m.yildiz": [reference], "s.amrani": [reference], "j.ferrand": [], "k.haddad": [], "c.legoff": []}


def test_ended_requests_are_counted_as_far_as_it_is_said(
    meryem: Browser, database: Database, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive only grows: counting it whole at each page would cost more every year."""
    crowd(database, town, 12)
    with database.writing() as session:
        session.execute(update(ServiceRequest).values(status=RequestStatus.ACCEPTED))
    assert tallies(meryem.get(PATH))["Terminées"] == 13
    monkeypatch.setattr(queries, "COUNT_LIMIT", 12)
    page = meryem.get(f"{PATH}?vue=terminees")
    assert "Terminées (plus de 12)" in page.links()
    assert "Plus de 12 demandes" in page.title
    assert "Télécharger cette liste (CSV, 5000 lignes au plus)" in page.links()
