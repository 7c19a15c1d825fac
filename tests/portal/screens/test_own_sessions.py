"""« Ma connexion », as residents and agents see it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.audit.service import record
from portal.ground.db import Database
from portal.people.accounts.service import AccountView
from portal.people.identity.models import LoginSession
from portal.people.identity.service import Evidence, open_session
from tests.support.client import Browser
from tests.support.town import Town, counted

HERS = "/mon-espace/connexion"
THEIRS = "/agents/ma-connexion"
Sign = Callable[..., Browser]


def open_elsewhere(database: Database, who: AccountView, browser: str = "Firefox", system: str = "windows") -> None:
    """A session on another device."""
    evidence = Evidence(attempt_id=uuid4(), id_token="autre", browser_family=browser, system_family=system)
    with database.writing() as session:
        open_session(session, who=who, evidence=evidence)


def sessions_of(database: Database, who: AccountView) -> int:
    with database.reading() as session:
        found = session.scalar(select(func.count()).select_from(LoginSession).where(LoginSession.account_id == who.id))
    return found or 0


def test_a_session_alone(angela: Browser) -> None:
    page = angela.get(HERS, state="alone")
    assert page.h1 == "Ma connexion"
    assert "Navigateur inconnu" in page.text
    assert page.text.count("Cet appareil") == 1
    assert "Aucune identification n’est notée" in page.text
    assert page.links()["Se déconnecter de cet appareil"] == "/deconnexion"


def test_a_resident_sees_their_sessions_and_sign_ins(angela: Browser, town: Town, database: Database) -> None:
    with clock.shifted(-timedelta(minutes=20)):
        open_elsewhere(database, town.angela)
        with database.writing() as session:
            record(session, town.resident(town.angela), "signed_in", details={"browser": "Safari", "system": "iphone"})
    open_elsewhere(database, town.layla, "Opera", "mac")
    with counted(database) as statements:
        page = angela.get(HERS, state="plain")
    one = len(statements)
    assert "Firefox sur un ordinateur Windows" in page.text
    assert "FranceConnect, Safari sur un iPhone" in page.text
    assert "Opera" not in page.text
    assert "127.0.0.1" not in page.text
    assert len(list(page.tree.iter())) <= 230
    for number in range(12):
        open_elsewhere(database, town.angela, "Chrome", "android")
        with database.writing() as session:
            record(session, town.resident(town.angela), "signed_in", details={"browser": str(number)})
    with counted(database) as statements:
        page = angela.get(HERS)
    assert len(statements) == one, "a constant number of statements"
    assert len(page.all("ul", class_="reg when")[0].findall("*")) == 10, "the last ten"
    assert "6 autres sessions, moins récentes, sont ouvertes." in page.text


def test_the_page_is_reached_from_my_space(angela: Browser) -> None:
    assert HERS in angela.get("/mon-espace").links().values()


def test_closing_one_session_shows_the_door_there_at_the_next_click(
    angela: Browser, sign_in: Sign, town: Town, database: Database
) -> None:
    phone = sign_in(town.angela)
    phone.get("/mon-espace")
    page = angela.get(HERS)
    others = [form for form in page.all("form", action=HERS) if page.fields_of(form)["session"] != "toutes"]
    assert len(others) == 1, "this one has no such button"
    answer = angela.post(HERS, page.fields_of(others[0]))
    page = angela.follow(answer, state="closed")
    assert "La session est fermée" in page.text
    assert phone.get("/mon-espace", 303).location.startswith("/connexion")
    assert angela.get("/mon-espace").status == 200
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "session_closed")).one()
        assert (entry.actor_id, entry.subject_id) == (town.angela.id, town.angela.person_id)


@pytest.mark.parametrize("wanted", ["theirs", "closed", "nonsense", ""])
def test_somebody_elses_session_is_none_of_mine(angela: Browser, town: Town, database: Database, wanted: str) -> None:
    open_elsewhere(database, town.layla)
    with database.reading() as session:
        theirs = session.scalars(select(LoginSession.id).where(LoginSession.account_id == town.layla.id)).one()
    angela.get(HERS)
    chosen = {"theirs": str(theirs), "closed": str(uuid4())}.get(wanted, wanted)
    page = angela.post(HERS, {"session": chosen}, 404, state="gone")
    assert "Cette session est déjà fermée." in page.text
    assert sessions_of(database, town.layla) == 1
    assert sessions_of(database, town.angela) == 1


def test_an_agent_has_the_same_page(sign_in: Sign, town: Town, database: Database) -> None:
    claire, elsewhere = sign_in(town.claire), sign_in(town.claire)
    page = claire.get(THEIRS, state="plain")
    assert page.text.count("Fermer : Navigateur inconnu") == 1
    assert "Fermer Fermer" not in page.text
    assert "brouillons" not in page.text
    claire.post(THEIRS, {"session": str(uuid4())}, 404, state="gone")
    other = next(form for form in page.all("form", action=THEIRS) if page.fields_of(form)["session"] != "toutes")
    claire.post(THEIRS, page.fields_of(other))
    assert elsewhere.get("/agents/", 303).location.startswith("/agents/connexion")
    assert THEIRS in {link.get("href") for link in claire.get("/agents/dossiers").all("a")}


def test_a_session_of_an_agent_is_not_closed_from_a_residents_page(
    angela: Browser, sign_in: Sign, town: Town, database: Database
) -> None:
    claire = sign_in(town.claire)
    with database.reading() as session:
        hers = session.scalars(select(LoginSession.id).where(LoginSession.agent_id == town.claire.id)).one()
    angela.get(HERS)
    angela.post(HERS, {"session": str(hers)}, 404)
    claire.get("/agents/dossiers")
