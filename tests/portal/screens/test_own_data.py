"""« Mes données » : the pages that take everything away, say what ends soon, and erase."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from portal.casework.documents.policy import UNUSED_KEPT
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.engine.retention import service as retention
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.settings import Settings
from tests.portal.engine.test_own_data import decided, deliver
from tests.support import files
from tests.support.client import Browser
from tests.support.evidence import add_file, reach_evidence
from tests.support.town import Town, counted, sent_request

HERE = "/mon-espace/mes-donnees"
ERASE = "/mon-espace/effacer"


def forget_papers(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("DELETE FROM outbox_message WHERE kind LIKE 'paper_%'"))


def test_a_copy_is_asked_and_taken(
    app: Flask, angela: Browser, sign_in: Callable[..., Browser], database: Database, settings: Settings, town: Town
) -> None:
    assert HERE in angela.get("/mon-espace").links().values()
    assert "Rien de ce qui est à vous" in angela.get("/mon-espace/bientot-efface", state="empty").text
    assert angela.get(HERE, state="plain").form(HERE)
    angela.follow(angela.post(HERE), state="preparing")
    deliver(app, database, settings)
    page = angela.get(HERE, state="ready")
    assert "Prête" in page.text
    address = page.links()["Télécharger la copie"]
    other = sign_in(town.layla)
    other.get(address, 404)
    other.post(address, {}, 404)
    with counted(database) as statements:
        angela.get(address, state="plain")
    assert len(statements) <= 6
    taken = angela.post(address, {}, 200)
    with zipfile.ZipFile(io.BytesIO(taken.response.data)) as copy:
        assert {"lisez-moi.html", "donnees.json"} == set(copy.namelist())
    assert taken.response.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in taken.response.headers["Cache-Control"]
    angela.get(address, 404)
    angela.post(address, {}, 404)
    assert angela.get(HERE).form(HERE), "another one may be asked"


def test_an_old_sign_in_is_asked_again(
    app: Flask, angela: Browser, database: Database, settings: Settings, town: Town
) -> None:
    angela.post(HERE)
    deliver(app, database, settings)
    address = angela.get(HERE).links()["Télécharger la copie"]
    for path in (HERE, address, ERASE):
        angela.sign_in(town.angela)
        with clock.shifted(timedelta(minutes=6)):
            page = angela.get(path, state="stale sign in" if path == HERE else "")
            assert "vous identifier de nouveau" in page.text or path == HERE
            asked = angela.post(path, {"accord": "oui"})
            assert asked.location.startswith("/connexion?")
            assert "suite" in asked.location
            angela.get("/mon-espace", 303)
    angela.sign_in(town.angela)
    assert angela.post(address, {}, 200).response.data.startswith(b"PK"), "nothing was done meanwhile"


def test_too_many_copies_say_when_to_come_back(
    app: Flask, angela: Browser, database: Database, settings: Settings
) -> None:
    for _time in range(3):
        angela.post(HERE)
        deliver(app, database, settings)
        angela.post(angela.get(HERE).links()["Télécharger la copie"], {}, 200)
    assert "Revenez demain" in angela.post(HERE, {}, 429, state="too many").text


def test_everything_is_erased_after_a_confirmation(angela: Browser, visitor: Browser) -> None:
    reach_evidence(angela)
    with counted(angela.database) as statements:
        page = angela.get(ERASE, state="plain")
    assert len(statements) <= 12
    for words in ("1 brouillon", "C’est définitif", "Rien : vous n’avez aucune demande"):
        assert words in page.text
    wrong = angela.post(ERASE, {}, 422, state="error")
    assert "Cochez la case" in wrong.text
    assert wrong.title.startswith("Erreur")
    gone = angela.post(ERASE, {"accord": "oui"})
    assert gone.location == "/deconnexion?efface=oui"
    assert "Vos données sont effacées" in angela.follow(gone, state="erased").text
    angela.get("/mon-espace", 303)
    assert "effacées" not in visitor.get("/deconnexion").text


def test_a_request_on_its_way_comes_first(angela: Browser, database: Database, town: Town) -> None:
    reference = sent_request(database, town.angela)
    page = angela.get(ERASE, state="open requests")
    assert "1 demande attend encore une réponse" in page.text
    assert f"/demandes/{reference}" in page.links().values()
    assert not page.all("form", action=ERASE)
    angela.post(ERASE, {"accord": "oui"}, 409, state="conflict")
    with database.writing() as session:
        agent = town.agent(town.meryem)
        requests.decide(session, agent, reference, RequestStatus.CLOSED, "Fini.", idempotency_key="fin")
    kept = angela.get(ERASE, state="kept").text
    assert "jusqu’au" in kept
    assert reference in kept


def test_what_ends_soon_is_shown_and_kept(
    sign_in: Callable[..., Browser], angela: Browser, database: Database, town: Town
) -> None:
    reach_evidence(angela)
    add_file(angela, files.pdf(), "quittance.pdf")
    reference = decided(database, town, town.angela)
    with database.writing() as session:
        session.execute(text("UPDATE service_request SET retain_until = :day"), {"day": clock.today() + UNUSED_KEPT})
    with clock.shifted(UNUSED_KEPT - timedelta(days=20)):
        with database.writing() as session:
            assert retention.give_notice(session) == 2
        angela.sign_in(town.angela)
        with counted(database) as statements:
            page = angela.get("/mon-espace/bientot-efface", state="full")
        assert len(statements) <= 6
        assert f"Demande {reference}" in page.text
        [form] = [one for one in page.all("form", method="post") if one.get("action", "").endswith("/garder")]
        sign_in(town.layla).post(form.get("action"), {}, 404)
        done = angela.follow(angela.post(form.get("action"), page.fields_of(form)))
        assert "gardé un an de plus" in done.text
        assert "Un document" not in done.text


def test_operators_see_counts(sign_in: Callable[..., Browser], town: Town, database: Database) -> None:
    decided(database, town, town.angela)
    with database.writing() as session:
        session.execute(text("UPDATE service_request SET retain_until = :day"), {"day": clock.today()})
        retention.give_notice(session)
    operator = sign_in(town.commune.agents["o.operateur"])
    operator.get("/agents/connexions")
    with counted(database) as statements:
        page = operator.get("/agents/conservation", state="plain")
    assert len(statements) <= 8
    rows = [" ".join("".join(row.itertext()).split()) for row in page.all("tr")]
    assert "Demandes 1 1" in " ".join(rows).replace("Demandes11", "Demandes 1 1")
    assert "DUBOIS" not in page.text


@pytest.mark.parametrize("path", [HERE, ERASE, "/mon-espace/bientot-efface"])
def test_pages_are_light(angela: Browser, path: str) -> None:
    assert sum(1 for _ in angela.get(path).tree.iter()) <= 230
