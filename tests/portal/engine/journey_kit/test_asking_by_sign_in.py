"""The other way to ask: a second sign-in made for the question, its token naming the person. Against the sandbox."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import text

from portal.app import connections_of, create_app
from portal.ground.db import Database
from portal.ground.settings import ConnectionSettings, Settings
from tests.portal.engine.exchanges.outside import Outside
from tests.support.client import Browser, Page
from tests.support.town import Town
from tests.support.walking import fill_step, step_form

SCHOOL = "/demarches/inscription-scolaire"
FEE = f"{SCHOOL}/tarif"
AGREE = f"{FEE}/accord/caf_family_quotient"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def go(address: str, data: dict[str, str] | None = None) -> str:
    """Where an address of the sandbox sends the browser."""
    body = urlencode(data).encode() if data is not None else None
    try:
        with urllib.request.build_opener(_Stay).open(address, body, timeout=10) as answer:
            raise AssertionError(answer.read().decode()[:500])
    except urllib.error.HTTPError as answer:
        with answer:
            if answer.code != 303:
                raise AssertionError(answer.read().decode()[:500]) from answer
            return urljoin(address, answer.headers["Location"])


def pass_through(leaving: Page, person: str, choice: str = "continuer") -> str:
    """Choose who to be at the provider; the way back, as a path of the portal."""
    parts = urlsplit(go(go(leaving.location), {"personne": person, "choix": choice}))
    return f"{parts.path}?{parts.query}"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    opened = Outside(tmp_path_factory.mktemp("sandbox"), portal_url="http://127.0.0.1:8070")
    yield opened
    opened.stop()


@pytest.fixture
def outside(program: Outside) -> Outside:
    program.post("/incidents/retablir")
    return program


@pytest.fixture
def app(settings: Settings, database: Database, town: Town, outside: Outside) -> Iterator[Flask]:
    """The portal turned towards the sandbox, its connection to the CAF in the second variant."""
    options = {"base_url": f"{outside.url}/caf", "recipient": "21380999900019", "variant": "france_connect"}
    caf = ConnectionSettings(connector="caf", title="CAF et MSA", options=options)
    resident = settings.resident.model_copy(update={"issuer": f"{outside.url}/franceconnect/api/v2"})
    known = settings.model_copy(update={"connections": {"caf": caf}, "resident": resident, "sign_in_limit": 1_000})
    opened = create_app(known, database, propagate=True)
    yield opened
    connections_of(opened).close()


def sign_in(browser: Browser, person: str) -> Browser:
    """Sign in as a person of the sandbox."""
    browser.get(pass_through(browser.post("/connexion/usager", {"suite": SCHOOL}), person), 303)
    return browser


@pytest.fixture
def at_fee(visitor: Browser) -> Browser:
    """Angela, signed in, at the step of the fee."""
    browser = sign_in(visitor, "angela")
    browser.post(f"{SCHOOL}/commencer")
    for step in ("vous", "adresse", "enfant", "ecole"):
        fill_step(browser, f"{SCHOOL}/{step}")
    fill_step(browser, f"{SCHOOL}/restauration", school_meal="oui")
    return browser


def leave(browser: Browser) -> Page:
    """Agree: the browser is sent to the provider."""
    terms = browser.get(AGREE)
    assert "vous passez de nouveau par FranceConnect" in terms.text
    assert "Nom de naissance, Prénoms" not in terms.text
    return browser.post(AGREE, terms.form(AGREE))


def test_a_sign_in_is_made_for_the_question_and_ends_at_the_same_step(
    at_fee: Browser, outside: Outside, database: Database
) -> None:
    leaving = leave(at_fee)
    asked = parse_qs(urlsplit(leaving.location).query)
    assert asked["scope"][0].split()[-1] == "cnaf_quotient_familial"
    assert asked["scope"][0].startswith("openid ")
    before = outside.get("/caf/comptes")["questions"]
    back = pass_through(leaving, "angela")
    page = at_fee.follow(at_fee.get(back, 303))
    assert "850\xa0€" in page.html
    assert "CAF, " in page.text
    assert "r_caf_family_quotient" not in step_form(page)
    assert outside.get("/caf/comptes")["questions"] == before + 1
    with database.reading() as session:
        acts = list(session.scalars(text("SELECT action FROM audit_entry WHERE connection = 'caf' ORDER BY id")))
        kept = session.execute(text("SELECT * FROM login_attempt")).mappings().all()
    assert acts == ["consent_given", "entitlement_asked"]
    assert not [row for row in kept if "token" in str(dict(row)).replace("state_hash", "")]
    assert at_fee.get(back, 303).location == FEE  # the callback reloaded: nothing is asked again
    assert outside.get("/caf/comptes")["questions"] == before + 1


def test_somebody_else_who_comes_back_gives_nothing(at_fee: Browser, outside: Outside, database: Database) -> None:
    before = outside.get("/caf/comptes")["questions"]
    assert at_fee.get(pass_through(leave(at_fee), "maelys"), 303).location == FEE
    assert outside.get("/caf/comptes")["questions"] == before
    with database.reading() as session:
        assert session.execute(text("SELECT outcome FROM consent")).scalar_one() == "not_asked"


def test_turning_back_at_the_provider_asks_nothing(at_fee: Browser, outside: Outside) -> None:
    before = outside.get("/caf/comptes")["questions"]
    page = at_fee.get(pass_through(leave(at_fee), "angela", "annuler"))
    assert "interrompue" in page.text
    assert outside.get("/caf/comptes")["questions"] == before
    assert "Le demander pour moi" in at_fee.get(FEE).links()


@pytest.mark.parametrize("scenario", ["down", "nonsense", "provider_down", "refuse_connection"])
def test_a_partner_that_fails_leaves_the_person_signed_in_at_the_step(
    at_fee: Browser, outside: Outside, scenario: str
) -> None:
    leaving = leave(at_fee)
    outside.choose(scenario, partner="caf")
    page = at_fee.follow(at_fee.get(pass_through(leaving, "angela"), 303))
    assert "pas de réponse" in page.text
    assert "r_caf_family_quotient" in step_form(page)


def test_an_unknown_person_is_an_answer(at_fee: Browser, outside: Outside) -> None:
    leaving = leave(at_fee)
    outside.choose("nobody_known", partner="caf")
    page = at_fee.follow(at_fee.get(pass_through(leaving, "angela"), 303))
    assert "Inconnu ne veut pas dire zéro" in page.text


def test_an_ordinary_sign_in_fetches_nothing(visitor: Browser, outside: Outside, database: Database) -> None:
    before = outside.get("/caf/comptes")["questions"]
    sign_in(visitor, "angela")
    assert outside.get("/caf/comptes")["questions"] == before
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM login_attempt WHERE errand IS NOT NULL")).scalar_one() == 0
