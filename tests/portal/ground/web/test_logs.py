"""What is logged: one line per event whatever people send, and nothing of anybody."""

import json
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask

from portal.app import create_app
from portal.ground.db import Database
from portal.ground.logs import ALLOWED_FIELDS, get_logger
from portal.ground.settings import Settings
from portal.ground.web.access import public
from tests.portal.ground.web.conftest import Caller
from tests.support.client import Browser
from tests.support.town import Town, sent_request

BREAKS = '\r\n{"event": "faux"}\r\n\x00\x1b[31m\u2028\u0085'


def test_line_breaks_stay_on_one_line(logged: Callable[[], list[str]], caller: Caller) -> None:
    caller.get(f"/nulle-part{quote(BREAKS)}?q={quote(BREAKS)}", headers={"User-Agent": "a\tb"})
    caller.post("/rend", {BREAKS: BREAKS})
    caller.get("/echoue?what=panne")
    lines = [json.loads(line) for line in logged() if line]
    assert {line["event"] for line in lines} == {"request", "request_refused", "unforeseen_error"}
    assert all(line.keys() <= ALLOWED_FIELDS for line in lines)


def test_a_value_with_line_breaks_stays_on_one_line(logged: Callable[[], list[str]]) -> None:
    get_logger("web").info("essai", code="a\r\nb\nc", inconnu="perdu")
    lines = logged()
    assert len(lines) == 1
    assert json.loads(lines[0])["code"] == "a\r\nb\nc"
    assert "perdu" not in lines[0]


def test_an_error_is_told_by_its_type_and_place(logged: Callable[[], list[str]], caller: Caller) -> None:
    caller.get("/echoue?what=panne")
    line = next(json.loads(line) for line in logged() if "unforeseen_error" in line)
    assert line["error_type"] == "ZeroDivisionError"
    assert re.fullmatch(r"portal/.+\.py:\d+", line["where"])
    assert line["correlation_id"]


@pytest.fixture
def portal(settings: Settings, database: Database, town: Town) -> Flask:
    """The whole portal, as it is served. Ask for it before ``logged``: it sets the logs up."""
    return create_app(settings, database)


def test_nothing_of_anybody_is_logged(
    portal: Flask, logged: Callable[[], list[str]], settings: Settings, database: Database, town: Town
) -> None:
    app = portal
    reference = sent_request(database, town.angela)
    resident = Browser(app, settings, database).sign_in(town.angela)
    agent = Browser(app, settings, database).sign_in(town.meryem)
    for path in ("/", "/mon-espace", f"/demandes/{reference}", "/demarches?q=Angela+Dubois"):
        resident.http.get(path, base_url=settings.public_url)
    for path in ("/agents/dossiers?q=Dubois", f"/agents/dossiers/{reference}", f"/agents/dossiers/{reference}/accuse"):
        agent.http.get(path, base_url=settings.public_url)
    token = resident._fresh_token()
    typed = "Mon numéro est le 06 39 98 12 34"
    resident.http.post(
        f"/demandes/{reference}/messages", data={"texte": typed, "csrf_token": token}, base_url=settings.public_url
    )
    resident.http.post(f"/demandes/{reference}/messages", data={"texte": typed}, base_url=settings.public_url)
    resident.http.get(f"/connexion/usager/retour?state={'a' * 64}&code=code-secret", base_url=settings.public_url)
    _break(app, typed)
    resident.http.get("/casse", base_url=settings.public_url)
    text = "\n".join(logged())
    assert text.count('"event": "request"') == 11
    seeded = [
        town.angela.family_name,
        *(town.angela.given_names or "").split(),
        "1962-08",  # with its month: an instant or an identifier may hold the year alone
        "août 1962",
        "/1962",
        "angela@usagers.example",
        "lecture@exemple.example",
        "quai des Moulins",
        "06 39 98 12 34",
        "code-secret",
        reference,
        "Meryem",
        "Yıldız",
        str(town.angela.person_id),
        "127.0.0.1",
    ]
    assert [value for value in seeded if value and value.lower() in text.lower()] == []


def _break(app: Flask, text: str) -> None:
    @public
    def breaks() -> str:
        raise KeyError(text)

    app._got_first_request = False  # a route is added after the first request, for this test only
    app.add_url_rule("/casse", "casse", breaks)


@pytest.mark.parametrize("name", ["email", "phone", "name", "reference", "path", "query", "ip", "user_agent", "text"])
def test_personal_fields_are_not_on_the_list(name: str) -> None:
    assert name not in ALLOWED_FIELDS
