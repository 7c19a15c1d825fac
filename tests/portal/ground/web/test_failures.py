"""Each failure has its page: what happened, what to do, an incident number; nothing of what went wrong inside."""

import json
import re
import socket
import threading
from collections.abc import Callable

import pytest
from flask import Flask

from accessibility.checks import check_page
from portal.app import create_app
from portal.ground.db import Database
from portal.ground.settings import Settings
from tests.portal.ground.web.conftest import SECRET, Caller, build
from tests.support.client import Browser
from tests.support.town import Town

INCIDENT = re.compile(r'<span class="num">([0-9a-f]{8})</span>')


@pytest.mark.parametrize(
    ("what", "status", "title"),
    [
        ("interdit", 403, "Cette page ne vous est pas ouverte"),
        ("absent", 404, "Cette page n’existe pas"),
        ("conflit", 409, "Quelqu’un a changé ces informations avant vous"),
        ("refuse", 422, "Une information n’a pas pu être acceptée"),
        ("occupe", 429, "Trop d’essais en peu de temps"),
        ("panne", 500, "Le service a rencontré une difficulté"),
        ("verrou", 503, "Le service est momentanément indisponible"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_failure_has_its_page(
    logged: Callable[[], list[str]], caller: Caller, method: str, what: str, status: int, title: str
) -> None:
    answer = getattr(caller, method)(f"/echoue?what={what}")
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert check_page(answer.text) == []
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    found = INCIDENT.search(answer.text)
    assert found is not None
    lines = logged()
    assert found[1] in [json.loads(line).get("incident") for line in lines], "the number said is in the logs"
    assert SECRET not in str(lines)


def test_a_limit_says_when_to_come_back(caller: Caller) -> None:
    assert caller.get("/echoue?what=occupe").headers["Retry-After"] == "17"
    assert caller.get("/echoue?what=verrou").headers["Retry-After"] == "10"


def test_an_unknown_address(visitor: Browser) -> None:
    page = visitor.get("/nulle-part", 404)
    assert "Valmont-sur-Iselle" in page.title


def test_a_method_that_an_address_does_not_know(visitor: Browser, settings: Settings) -> None:
    answer = visitor.http.post("/demarches", base_url=settings.public_url)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "PUT", "DELETE", "PATCH"])
def test_methods_of_nobody(visitor: Browser, settings: Settings, method: str) -> None:
    assert visitor.http.open("/", method=method, base_url=settings.public_url).status_code == 405


@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("count", [201, 10_000])
def test_a_form_with_too_many_fields_is_refused(caller: Caller, count: int, encoding: str) -> None:
    fields = {f"champ-{number}": "x" for number in range(count)}
    answer = caller.send("/rend", fields, encoding)
    assert answer.status_code == 413
    assert "trop volumineux" in answer.text


def test_a_field_given_ten_thousand_times_is_refused(caller: Caller) -> None:
    assert caller.post("/rend", {"champ": ["x"] * 10_000}).status_code == 413


def test_a_form_of_the_allowed_size_passes(caller: Caller) -> None:
    fields = {f"champ-{number}": "x" for number in range(199)}
    assert caller.post("/rend", fields).status_code == 200


@pytest.mark.parametrize("size", [1_100_000, 2_200_000])
@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_too_large_is_refused(caller: Caller, size: int, encoding: str) -> None:
    answer = caller.send("/rend", {"texte": "x" * size}, encoding)
    assert answer.status_code == 413
    assert check_page(answer.text) == []


@pytest.mark.parametrize(
    "body",
    [
        b"csrf_token=%ff%fe&a=%00",
        b"\xff\xfe\x00",
        b"&&&===;;;",
        b'--limite\r\nContent-Disposition: form-data; name="a',
    ],
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=limite", "x/y", ""]
)
def test_a_body_of_nonsense_is_refused_calmly(caller: Caller, body: bytes, kind: str) -> None:
    answer = caller.http.post("/rend", data=body, content_type=kind, base_url=caller.base)
    assert answer.status_code in {400, 413}


def closed_port() -> int:
    """A port of this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=["server down", "file missing"])
def lost(request: pytest.FixtureRequest, settings: Settings) -> Flask:
    """The whole portal, with a database that cannot be reached."""
    url = {
        "server down": f"postgresql+psycopg://parvis@127.0.0.1:{closed_port()}/parvis",
        "file missing": "sqlite:////nulle-part/du-tout/parvis.sqlite3",
    }[request.param]
    return create_app(settings, Database(url))


@pytest.mark.parametrize("path", ["/", "/demarches", "/mon-espace", "/agents/dossiers", "/demandes/VSI-2222-22"])
def test_without_a_database_the_page_says_so(lost: Flask, settings: Settings, path: str) -> None:
    client = lost.test_client()
    client.set_cookie("parvis-essai-usager", "a" * 64, domain="127.0.0.1")
    client.set_cookie("parvis-essai-agent", "a" * 64, domain="127.0.0.1")
    answer = client.get(path, base_url=settings.public_url)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "momentanément indisponible" in answer.text
    assert "psycopg" not in answer.text
    assert "sqlite" not in answer.text
    assert check_page(answer.text) == []


def test_without_a_database_a_form_is_told_so(lost: Flask, settings: Settings) -> None:
    browser = Browser(lost, settings, Database("sqlite://"))
    answer = browser.http.post(
        "/connexion/usager", data={"csrf_token": browser._fresh_token()}, base_url=settings.public_url
    )
    assert answer.status_code == 503


def test_without_a_database_the_probes_tell_apart(lost: Flask, settings: Settings) -> None:
    client = lost.test_client()
    assert client.get("/healthz", base_url=settings.public_url).status_code == 200
    assert client.get("/readyz", base_url=settings.public_url).status_code == 503


def test_a_portal_without_a_commune_still_has_error_pages(settings: Settings, database: Database) -> None:
    client = create_app(settings, database).test_client()
    answer = client.get("/nulle-part", base_url=settings.public_url)
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.text


def test_no_connection_left_in_the_pool(settings: Settings, database: Database, engine_name: str) -> None:
    small = Database(database.url, pool_size=1)
    small.engine.pool._max_overflow = 0  # type: ignore[attr-defined]  # how a pool of exactly one is made afterwards
    if engine_name == "postgresql":
        small.engine.pool._timeout = 0.2  # type: ignore[attr-defined]
    else:
        return
    caller = Caller(build(settings, small), settings)
    token = caller.token()
    with small.engine.connect():
        answer = caller.http.post("/rend", data={"csrf_token": token}, base_url=caller.base)
    assert answer.status_code == 503
    assert caller.post("/rend").status_code == 200
    small.dispose()


def test_a_lock_held_by_somebody_else_gives_a_page_that_says_to_come_back(
    settings: Settings, database: Database, town: Town, engine_name: str, sign_in: Callable[..., Browser]
) -> None:
    if engine_name != "sqlite":
        return
    quick = Database(database.url)
    with quick.engine.connect() as first:
        first.exec_driver_sql("PRAGMA busy_timeout=10")
    portal = create_app(settings, quick)
    browser = Browser(portal, settings, database).sign_in(town.angela)
    token = browser._fresh_token()
    answers = []

    def send() -> None:
        path, data = "/demarches/carte-mediatheque/commencer", {"csrf_token": token}
        answers.append(browser.http.post(path, data=data, base_url=settings.public_url))

    with database.writing():
        thread = threading.Thread(target=send)
        thread.start()
        thread.join(timeout=60)
    assert answers[0].status_code == 503
    assert "momentanément indisponible" in answers[0].text
