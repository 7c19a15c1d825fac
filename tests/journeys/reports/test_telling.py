"""A passer-by tells of a problem, without an account and without a script."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from journeys.daily_services.reports.models import StreetReport
from portal.app import connections_of, create_app
from portal.casework.documents import service as documents
from portal.casework.documents.models import Document
from portal.casework.requests.models import ServiceRequest
from portal.ground.db import Database
from portal.ground.settings import Settings
from tests.connectors.mobility_doubles import BanDouble, feature
from tests.support import files
from tests.support.client import Browser
from tests.support.mobility import connected
from tests.support.reports import LIST, NEW, PLACE, REST, code_on, reach_rest, send_report
from tests.support.town import Town, angela, app, counted, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_report_is_sent_without_an_account(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        page = visitor.get(NEW)
    assert len(statements) <= 3
    assert "Sans compte, en deux minutes" in page.text
    page = visitor.post(NEW, {**page.form(NEW), **PLACE}, 200, state="rest")
    assert page.h1 == "Encore quelques précisions"
    assert "Éclairage en panne" in page.text
    typed = {**page.form(NEW), **REST, "courriel": "passante@usagers.example"}
    page = visitor.follow(visitor.post(NEW, typed), state="just sent")
    reference, code = code_on(page)
    assert len(code.replace("-", "")) == 8
    assert "lampadaire" not in page.text.casefold()
    with database.reading() as session:
        request = session.scalars(select(ServiceRequest)).one()
        assert (request.account_id, request.reference) == (None, reference)
    again = visitor.follow(visitor.post(NEW, typed))
    assert code_on(again) == (reference, code), "the same form again gives the same report and the same code"
    assert count(database, StreetReport) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"genre": ""}, "Choisissez ce qui ne va pas."),
        ({"genre": "<script>"}, "Choisissez ce qui ne va pas."),
        ({"lieu": "  "}, "Indiquez le lieu"),
        ({"lieu": "x" * 201}, "200 caractères au plus"),
    ],
)
def test_the_first_page_says_what_is_wrong_and_keeps_the_rest(
    visitor: Browser, changes: dict[str, str], sentence: str
) -> None:
    page = visitor.get(NEW)
    page = visitor.post(NEW, {**page.form(NEW), **PLACE, **changes}, 422, state="place errors")
    assert sentence in page.text
    if changes.get("lieu") is None:
        assert page.field("lieu")["value"] == PLACE["lieu"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"danger": ""}, "peut-il se blesser"),
        ({"danger": "<b>"}, "blesser"),
        ({"courriel": "pas une adresse"}, "adresse"),
        ({"texte": "é" * 4_500}, "caractères"),
    ],
)
def test_the_last_page_says_what_is_wrong_and_keeps_the_rest(
    visitor: Browser, database: Database, changes: dict[str, str], sentence: str
) -> None:
    page = reach_rest(visitor)
    page = visitor.post(NEW, {**page.form(NEW), **REST, **changes}, 422, state="rest errors")
    assert len(page.all("a", href="#" + next(iter(changes)))) == 1, "the summary leads to the field"
    if "texte" not in changes:
        assert page.form(NEW)["texte"] == REST["texte"]
    assert count(database, ServiceRequest) == 0


def test_hostile_words_are_shown_as_words(visitor: Browser) -> None:
    hostile = '<script>alert(1)</script>"><img src=x>'
    page = reach_rest(visitor, lieu=hostile)
    assert hostile in page.text


def test_a_photo_loses_where_it_was_taken_and_survives_a_mistake(
    visitor: Browser, database: Database, settings: Settings
) -> None:
    page = reach_rest(visitor)
    taken = files.photo((400, 300), where=True)
    assert Image.open(io.BytesIO(taken)).getexif()
    typed = {**page.form(NEW), **REST, "courriel": "non"}
    page = visitor.post(NEW, {**typed, "fichier": (io.BytesIO(taken), "IMG 1.jpg", "image/jpeg")}, 422)
    assert "Photo reçue : IMG 1.jpg" in page.text
    visitor.follow(visitor.post(NEW, {**page.form(NEW), "courriel": ""}))
    with database.reading() as session:
        request = session.scalars(select(ServiceRequest)).one()
        (view,) = documents.linked_documents(session, request.id)
        kept = documents.open_document(session, documents.store_of(settings), view).content
        assert not Image.open(io.BytesIO(kept)).getexif()
        assert view.owner_id == request.person_id
    assert (view.keep_until - view.created_at.date()).days >= 365


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "vide.jpg", "n’est pas vide"),
        (b"MZ\x90\x00" * 50, "photo.jpg", "ne contient pas ce que son nom annonce"),
        (b"<svg onload=alert(1)>", "photo.svg", "ce type de fichier"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 300, "abimee.jpg", "lire ce fichier"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * (10 * 1024 * 1024), "lourde.jpg", "dépasse 10 Mo"),
    ],
    ids=["empty", "program", "svg", "broken", "too large"],
)
def test_a_hostile_photo_is_refused_with_its_reason(
    visitor: Browser, database: Database, content: bytes, name: str, sentence: str
) -> None:
    page = reach_rest(visitor)
    sent = {**page.form(NEW), **REST, "fichier": (io.BytesIO(content), name, "image/jpeg")}
    page = visitor.post(NEW, sent, 422, state="photo refused")
    assert sentence in page.text
    assert page.form(NEW)["texte"] == REST["texte"]
    assert count(database, Document) == 0
    assert count(database, ServiceRequest) == 0


def test_a_photo_of_somebody_else_cannot_be_named(visitor: Browser, database: Database) -> None:
    page = reach_rest(visitor)
    visitor.follow(visitor.post(NEW, {**page.form(NEW), **REST, "photo_recue": "made-up.token"}))
    with database.reading() as session:
        request = session.scalars(select(ServiceRequest)).one()
        assert not documents.linked_documents(session, request.id)


def test_a_robot_that_fills_everything_is_told_what_to_empty(visitor: Browser, database: Database) -> None:
    page = reach_rest(visitor)
    page = visitor.post(NEW, {**page.form(NEW), **REST, "site": "http://spam.example"}, 422, state="trap")
    assert page.field("site")["type"] == "text"
    assert "Laissez ce champ vide" in page.text
    assert count(database, ServiceRequest) == 0
    visitor.follow(visitor.post(NEW, {**page.form(NEW), "site": ""}))
    assert count(database, ServiceRequest) == 1


def test_too_many_reports_from_one_network_wait(visitor: Browser, database: Database) -> None:
    page = reach_rest(visitor)
    form = page.form(NEW)
    for _attempt in range(10):
        visitor.post(NEW, {**form, **REST, "danger": ""}, 422)
    page = visitor.post(NEW, {**form, **REST}, 429, state="too many")
    assert page.response.headers["Retry-After"]
    assert page.form(NEW)["texte"] == REST["texte"]
    assert count(database, ServiceRequest) == 0


@pytest.fixture
def ban() -> Iterator[BanDouble]:
    """An address base on loopback, which knows one street of the commune and one of elsewhere."""
    double = BanDouble()
    here = replace(double.places[0], label="8 Quai des Moulins 38999 Valmont-sur-Iselle", city_code="38999")
    double.features = [
        feature(here),
        feature(replace(here, label="8 Quai des Moulins 38888 Ailleurs", city_code="38888")),
    ]
    yield double
    double.close()


@pytest.fixture
def with_addresses(settings: Settings, database: Database, town: Town, ban: BanDouble) -> Iterator[Browser]:
    """A visitor of a portal with that address base."""
    opened = create_app(connected(settings, adresses=ban), database, propagate=True)
    yield Browser(opened, settings, database)
    connections_of(opened).close()


def test_an_address_found_is_offered_and_one_made_up_is_not_taken(
    with_addresses: Browser, database: Database, ban: BanDouble
) -> None:
    page = with_addresses.get(NEW)
    page = with_addresses.post(NEW, {**page.form(NEW), **PLACE}, 200, state="address")
    assert "8 Quai des Moulins 38999" in page.text
    assert "Ailleurs" not in page.text
    assert "Non, garder ce que j’ai écrit" in page.text
    page = with_addresses.post(NEW, page.form(NEW), 200)
    with_addresses.follow(with_addresses.post(NEW, {**page.form(NEW), **REST}))
    forged = {"etape": "envoi", **PLACE, **REST, "adresse": "n’importe quoi", "lieu": "chez Madame Durand-Exemple"}
    with_addresses.follow(with_addresses.post(NEW, forged))
    with database.reading() as session:
        first, second = session.scalars(select(StreetReport).order_by(StreetReport.reported_at)).all()
        assert first.place == "8 Quai des Moulins 38999 Valmont-sur-Iselle"
        assert first.latitude == round(ban.places[0].latitude, 4)
        assert (second.place, second.latitude) == ("", None)


@pytest.mark.parametrize("trouble", ["forget_everywhere", "500", "stop_listening"])
def test_without_an_answer_what_was_typed_is_enough(with_addresses: Browser, ban: BanDouble, trouble: str) -> None:
    if trouble == "500":
        ban.answer(500)
    else:
        getattr(ban, trouble)()
    assert reach_rest(with_addresses).h1 == "Encore quelques précisions"


def test_a_position_is_confirmed_by_its_street(with_addresses: Browser, ban: BanDouble) -> None:
    page = with_addresses.get(NEW)
    assert "geolocation=(self)" in page.response.headers["Permissions-Policy"]
    typed = {**page.form(NEW), "genre": "road", "lieu": "", "etape": "position", "latitude": "45.2", "longitude": "5.7"}
    page = with_addresses.post(NEW, typed, 200)
    assert page.h1 == "Est-ce ici ?"
    page = with_addresses.post(NEW, page.form(NEW), 200)
    assert "8 Quai des Moulins" in page.text
    ban.forget_everywhere()
    page = with_addresses.post(NEW, {**typed, "latitude": "12"}, 200, state="located")
    assert "nous ne connaissons pas cette rue" in page.text
    with_addresses.post(NEW, {**typed, "latitude": "nord"}, 200)


def test_the_same_problem_nearby_is_offered_first(visitor: Browser, database: Database) -> None:
    send_report(visitor)
    page = visitor.post(NEW, {"etape": "lieu", "genre": "lighting", "lieu": "12 Quai des moulins, Valmont"}, 200)
    assert page.h1 == "C’est le même problème ?"
    with counted(database) as statements:
        page = visitor.post(
            NEW, {"etape": "lieu", "genre": "lighting", "lieu": "Quai des Moulins"}, 200, state="similar"
        )
    assert len([one for one in statements if "rate_bucket" not in one]) <= 3
    assert "clignote" not in page.text, "what the other person wrote is theirs"
    assert [address for address in page.links().values() if address.startswith(f"{LIST}/0")]
    rest = visitor.post(NEW, page.form(NEW), 200)
    assert rest.h1 == "Encore quelques précisions"
    other = visitor.post(NEW, {"etape": "lieu", "genre": "road", "lieu": "Quai des Moulins"}, 200)
    assert other.h1 == "Encore quelques précisions", "another kind is another problem"


def test_with_an_account_the_report_is_in_my_space(angela: Browser, database: Database, town: Town) -> None:
    page = reach_rest(angela)
    answer = angela.post(NEW, {**page.form(NEW), **REST})
    assert answer.location.startswith("/demandes/")
    with database.reading() as session:
        assert session.scalars(select(ServiceRequest)).one().account_id == town.angela.id


def test_a_page_asked_again_out_of_order_starts_over(visitor: Browser) -> None:
    visitor.get(NEW)
    page = visitor.post(NEW, {"etape": "envoi"}, 422)
    assert page.h1 == "Que se passe-t-il, et où ?"


def test_no_photo_is_left_behind_on_disk_when_refused(visitor: Browser, settings: Settings) -> None:
    page = reach_rest(visitor)
    sent = {**page.form(NEW), **REST, "fichier": (io.BytesIO(b"GIF89a"), "x.gif", "image/gif")}
    visitor.post(NEW, sent, 422)
    folder: Path = settings.data_dir / "documents"
    assert not [path for path in folder.rglob("*") if path.is_file()]
