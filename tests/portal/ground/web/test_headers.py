"""What every answer carries, whatever it is."""

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.ground.db import Database
from portal.ground.settings import Settings
from tests.portal.ground.web.conftest import Caller
from tests.support.client import Browser
from tests.support.town import Town

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGES = [
    "/",
    "/demarches",
    "/mon-espace",
    "/agents/dossiers",
    "/agents",
    "/nulle-part",
    "/healthz",
    "/readyz",
    "/static/x.css",
]


def fetch(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """A static file, read to its end and closed, as a server does."""
    answer = client.get(path, headers=headers)
    assert answer.data is not None
    answer.close()
    return answer


def directives(policy: str) -> dict[str, str]:
    """Name → sources of a content security policy."""
    return {name: value for name, _sep, value in (part.strip().partition(" ") for part in policy.split(";"))}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_every_answer_is_guarded(visitor: Browser, settings: Settings, method: str, path: str) -> None:
    answer = visitor.http.open(path, method=method, base_url=settings.public_url)
    assert ALWAYS.items() <= dict(answer.headers).items()
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["object-src"] == "'none'"
    assert re.fullmatch(r"'nonce-[\w-]{22}'", policy["script-src"])
    assert policy["style-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in answer.headers
    assert "Server" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    if answer.mimetype.startswith("text/"):
        assert "charset=utf-8" in answer.headers["Content-Type"]


@pytest.mark.parametrize("what", ["interdit", "absent", "conflit", "refuse", "occupe", "panne", "verrou"])
def test_failures_are_guarded_too(caller: Caller, what: str) -> None:
    answer = caller.get(f"/echoue?what={what}")
    assert ALWAYS.items() <= dict(answer.headers).items()
    assert "nonce-" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_nonce_is_the_one_of_the_page_and_never_the_same(visitor: Browser) -> None:
    seen = set()
    for _visit in range(3):
        page = visitor.get("/")
        nonces = {one.get("nonce") for one in page.all("script")}
        assert len(nonces) == 1
        assert page.response.headers["Content-Security-Policy"].count(f"'nonce-{nonces.copy().pop()}'") == 1
        seen |= nonces
    assert len(seen) == 3


def test_forms_may_lead_to_us_and_to_the_identity_providers_only(visitor: Browser) -> None:
    policy = directives(visitor.get("/").response.headers["Content-Security-Policy"])
    assert policy["form-action"] == "'self' http://127.0.0.1:8071"


def test_pages_of_somebody_are_not_kept_by_the_browser(angela: Browser, settings: Settings) -> None:
    answer = angela.http.get("/mon-espace", base_url=settings.public_url)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/jeton", "/echoue?what=panne", "/nulle-part"])
def test_behind_tls_transport_is_strict(secure: Caller, path: str) -> None:
    answer = secure.get(path)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers.get("Set-Cookie", "")
    if path == "/jeton":
        assert cookie.startswith("__Host-parvis-essai-formulaire=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain=" not in cookie


def test_behind_tls_a_form_needs_no_referrer(secure: Caller) -> None:
    assert secure.post("/rend").status_code == 200
    assert secure.post("/rend", headers={"Origin": "https://services.valmont.example"}).status_code == 200
    assert secure.post("/rend", headers={"Origin": "http://services.valmont.example"}).status_code == 403


def test_without_tls_the_cookie_is_plain(caller: Caller) -> None:
    cookie = caller.get("/jeton").headers["Set-Cookie"]
    assert cookie.startswith("parvis-essai-formulaire=")
    assert "Secure" not in cookie
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_a_visitor_who_reads_is_given_no_cookie(visitor: Browser, settings: Settings) -> None:
    for path in ("/", "/demarches", "/accessibilite"):
        assert "Set-Cookie" not in visitor.http.get(path, base_url=settings.public_url).headers


@pytest.fixture(params=["parvis.css", "parvis.js"])
def static_path(request: pytest.FixtureRequest, app: Flask) -> str:
    """The address of a static file."""
    return f"/static/{app.config['PARVIS_ASSETS'][request.param]}"


def test_a_static_file_has_its_hash_in_its_name_and_is_kept_for_ever(app: Flask, static_path: str) -> None:
    answer = fetch(app.test_client(), static_path)
    assert re.search(r"\.[0-9a-f]{12}\.(css|js)$", static_path)
    assert answer.status_code == 200
    assert {"immutable", "public"} <= set(answer.headers["Cache-Control"].split(", "))
    assert ALWAYS.items() <= dict(answer.headers).items()
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "Set-Cookie" not in answer.headers
    assert "Content-Encoding" not in answer.headers


def test_a_static_file_travels_compressed(app: Flask, static_path: str) -> None:
    client = app.test_client()
    plain = fetch(client, static_path)
    small = fetch(client, static_path, **{"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.data) < len(plain.data)
    assert gzip.decompress(small.data) == plain.data


def test_pages_name_static_files_that_are_there(visitor: Browser) -> None:
    page = visitor.get("/")
    named = [one.get("href") for one in page.all("link", rel="stylesheet")]
    named += [one.get("src") for one in page.all("script")]
    assert len(named) == 2
    for address in named:
        assert fetch(visitor.http, address).status_code == 200


@pytest.mark.parametrize(
    "path", ["../parvis.toml", "..%2f..%2fparvis.toml", "%2e%2e/keys/master.key", "/etc/passwd", "parvis.css"]
)
def test_nothing_else_is_served(visitor: Browser, settings: Settings, path: str) -> None:
    answer = visitor.http.get(f"/static/{path}", base_url=settings.public_url)
    assert answer.status_code == 404


def test_two_portals_starting_together_make_the_same_files(settings: Settings, database: Database, town: Town) -> None:
    first = create_app(settings, database).config["PARVIS_ASSETS"]
    assert create_app(settings, database).config["PARVIS_ASSETS"] == first
    folder = settings.data_dir / "assets"
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert files == {*first.values(), *(f"{name}.gz" for name in first.values())}


def test_static_files_behind_tls_are_strict_too(secure: Caller, bare: Flask) -> None:
    answer = fetch(secure.http, f"/static/{bare.config['PARVIS_ASSETS']['parvis.css']}")
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_an_answer_has_the_number_of_its_log_lines(logged: Callable[[], list[str]], caller: Caller) -> None:
    answer = caller.get("/jeton")
    assert answer.headers["X-Request-Id"] in logged()[-1]
