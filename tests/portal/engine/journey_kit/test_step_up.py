"""A procedure that asks for a safer sign-in than the usual one."""

from urllib.parse import parse_qs, urlsplit

import pytest

from portal.casework.catalogue.service import get_published, import_procedure
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.people.identity.service import release_stashes
from portal.people.identity.service.secrets import token_hash
from tests.support.client import Browser, Page
from tests.support.town import CONNECTIONS, Town
from tests.support.walking import answers_for, send, step_form, walk

SLUG = "carte-mediatheque"
CARD = f"/demarches/{SLUG}"


@pytest.fixture(autouse=True)
def asking(town: Town, database: Database) -> None:
    """The library card now asks for the level « substantial »."""
    with database.writing() as session:
        document = get_published(session, SLUG).document.model_dump(mode="json") | {"assurance": "eidas2"}
        import_procedure(session, document, actor=SYSTEM, connections=CONNECTIONS, publish=True)


def asked(page: Page) -> dict[str, str]:
    parts = urlsplit(page.location)
    assert parts.path == "/connexion"
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_a_procedure_may_ask_for_a_safer_sign_in(angela: Browser, town: Town) -> None:
    assert "identification plus sûre" in angela.get(CARD).text, "said before beginning"
    away = angela.post(f"{CARD}/commencer")
    assert asked(away)["niveau"] == "eidas2"
    door = angela.follow(away, state="stepping up")
    assert door.h1 == "Une identification plus sûre"
    for path in ("commencer", "vous", "verifier"):
        assert asked(angela.get(f"{CARD}/{path}", 303)) == {"suite": f"{CARD}/{path}", "niveau": "eidas2"}
    angela.sign_in(town.angela, acr="eidas2")
    checked = walk(angela, SLUG)
    assert send(angela, checked, SLUG)


def test_a_visitor_is_sent_to_the_right_level_at_once(visitor: Browser) -> None:
    begin = visitor.get(CARD).links()["Commencer"]
    assert begin == "/connexion?suite=%2Fdemarches%2Fcarte-mediatheque%2Fcommencer&niveau=eidas2"
    assert visitor.get(begin).form("/connexion/usager")["niveau"] == "eidas2"


def test_the_procedure_is_read_and_given_up_at_any_level(angela: Browser, town: Town) -> None:
    strong = angela.sign_in(town.angela, acr="eidas2")
    strong.post(f"{CARD}/commencer")
    weak = angela.sign_in(town.angela)
    weak.get(CARD)
    weak.get(f"{CARD}/abandonner")
    weak.post(f"{CARD}/abandonner")


def test_what_was_typed_comes_back_after_a_safer_sign_in(angela: Browser, town: Town, database: Database) -> None:
    angela.sign_in(town.angela, acr="eidas2")
    page = angela.get(f"{CARD}/vous")
    typed = {**step_form(page), **answers_for(page), "r_contact_email": "tapee@exemple.example"}
    angela.sign_in(town.angela)
    away = angela.post(f"{CARD}/vous", typed)
    assert "Ce que vous aviez saisi" in angela.follow(away, state="stepping up with a form").text
    cookie = angela.http.get_cookie("parvis-essai-connexion", domain="127.0.0.1")
    assert cookie is not None
    with database.writing() as session:
        release_stashes(session, browser_hash=token_hash(cookie.value), owner_id=town.angela.id)
    angela.sign_in(town.angela, acr="eidas3")
    back = angela.get(asked(away)["suite"])
    assert step_form(back)["r_contact_email"] == "tapee@exemple.example"
