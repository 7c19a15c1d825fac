"""The whole way through each door, as it should go."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from portal.ground.db import Database
from portal.people.accounts.models import Account, Agent, Person, PivotIdentity
from portal.people.accounts.service import AgentView
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginAttempt, LoginSession
from portal.people.identity.service import list_sessions
from tests.portal.people.conftest import ANGELA, Browser
from tests.portal.people.provider_double import Double, new_key, query_of


def test_a_resident_signs_in_and_is_known_by_name(browser: Browser, database: Database) -> None:
    answer = browser.sign_in(Realm.RESIDENT, "/mon-espace")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mon-espace")
    assert browser.who("/mon-espace").endswith("|Angela DUBOIS")
    with database.reading() as session:
        account = session.scalars(select(Account)).one()
        assert account.sub == ANGELA["sub"]
        assert f"resident|{account.id}|" in browser.who("/mon-espace")
        assert [view.id for view in list_sessions(session, account_id=account.id)]


def test_an_agent_signs_in_with_the_record_that_was_provisioned(browser: Browser, claire: AgentView) -> None:
    answer = browser.sign_in(Realm.AGENT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/agents/")
    assert browser.who("/agents/") == f"agent|{claire.id}|Claire Le Goff"


def test_signing_in_again_finds_the_same_account(browser: Browser, database: Database) -> None:
    browser.sign_in(Realm.RESIDENT)
    browser.sign_in(Realm.RESIDENT)
    with database.reading() as session:
        for table, count in ((Person, 1), (Account, 1), (PivotIdentity, 1), (LoginSession, 1)):
            assert session.scalar(select(func.count()).select_from(table)) == count


@pytest.mark.parametrize("realm", list(Realm))
def test_the_secret_travels_in_the_body_and_not_in_a_header(
    browser: Browser, doubles: dict[Realm, Double], claire: AgentView, realm: Realm
) -> None:
    assert browser.sign_in(realm).status_code == 303
    call = doubles[realm].calls("/token")[0]
    assert call.form["client_secret"] == doubles[realm].client_secret
    assert call.form["client_id"] == doubles[realm].client_id
    assert "authorization" not in call.headers


def test_franceconnect_is_asked_what_it_requires_and_nothing_else(browser: Browser) -> None:
    asked = query_of(browser.leave(Realm.RESIDENT))
    assert asked.keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "acr_values", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert asked["redirect_uri"] == "http://127.0.0.1:8070/connexion/usager/retour"
    assert (len(asked["state"]), len(asked["nonce"])) == (64, 64)
    assert (asked["acr_values"], asked["code_challenge_method"]) == ("eidas1", "S256")
    assert "openid" in asked["scope"].split()


def test_proconnect_is_asked_for_two_factors_through_claims(browser: Browser) -> None:
    asked = query_of(browser.leave(Realm.AGENT))
    assert asked.keys() == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims"}
    assert '"values":["eidas1-mfa","eidas2","eidas3"]' in asked["claims"]
    assert '"essential":true' in asked["claims"]


def test_the_proof_key_is_sent_where_it_is_announced_only(
    browser: Browser, doubles: dict[Realm, Double], claire: AgentView
) -> None:
    browser.sign_in(Realm.RESIDENT)
    browser.sign_in(Realm.AGENT)
    assert len(doubles[Realm.RESIDENT].calls("/token")[0].form["code_verifier"]) >= 43
    assert "code_verifier" not in doubles[Realm.AGENT].calls("/token")[0].form


def test_the_database_holds_no_cookie_nor_state_in_clear(browser: Browser, database: Database) -> None:
    state = query_of(browser.leave(Realm.RESIDENT))["state"]
    waiting = browser.cookie("connexion")
    browser.sign_in(Realm.RESIDENT)
    cookie = browser.cookie("usager")
    assert waiting
    assert cookie
    with database.reading() as session:
        kept = [
            *session.execute(select(LoginSession.__table__)).all(),
            *session.execute(select(LoginAttempt.__table__)).all(),
        ]
    text = repr(kept)
    assert not [secret for secret in (state, waiting, cookie) if secret in text]
    assert "Angela" not in text


def test_no_session_is_made_for_somebody_who_only_looks(browser: Browser, database: Database) -> None:
    for path in ("/qui", "/connexion", "/agents/connexion", "/deconnexion"):
        browser.get(path)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 0
    assert browser.cookie("usager") is None


def test_renewed_keys_are_fetched_once_and_accepted(browser: Browser, doubles: dict[Realm, Double]) -> None:
    double = doubles[Realm.RESIDENT]
    assert browser.sign_in(Realm.RESIDENT).status_code == 303
    assert len(double.calls("/jwks")) == 1
    double.key = new_key("ES256", "pkcs11:renewed:hsm")
    double.published = [double.key]
    assert browser.sign_in(Realm.RESIDENT).status_code == 303
    assert len(double.calls("/jwks")) == 2
    assert len(double.calls("/.well-known/openid-configuration")) == 1


def test_two_tabs_may_leave_and_both_come_back(browser: Browser) -> None:
    first, second = browser.callback(Realm.RESIDENT), browser.callback(Realm.RESIDENT)
    assert browser.get(first).status_code == 303
    assert browser.get(second).status_code == 303
    assert browser.cookie("connexion") is None, "nobody waits for this browser any more"


def test_the_way_back_is_kept_with_its_query(browser: Browser) -> None:
    answer = browser.sign_in(Realm.RESIDENT, "/demarches/essai/etape?n=1&m=é")
    assert urlsplit(answer.headers["Location"]).path == "/demarches/essai/etape"
    assert answer.headers["Location"].startswith("/demarches/essai/etape?n=1&m=")


@pytest.mark.parametrize("suite", ["/connexion", "/agents/connexion", "/deconnexion", "/connexion/usager/retour?x=1"])
def test_the_way_back_never_goes_round(browser: Browser, suite: str) -> None:
    assert browser.sign_in(Realm.RESIDENT, suite).headers["Location"] == "/mon-espace"


def test_a_page_for_residents_sends_to_their_door_and_back(browser: Browser) -> None:
    answer = browser.get("/mon-espace?onglet=2")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/connexion?suite=%2Fmon-espace%3Fonglet%3D2"
    browser.sign_in(Realm.RESIDENT)
    assert browser.get("/connexion?suite=/mon-espace").headers["Location"] == "/mon-espace"


def test_one_door_does_not_open_the_other(browser: Browser, claire: AgentView) -> None:
    browser.sign_in(Realm.RESIDENT)
    assert browser.get("/agents/").headers["Location"].startswith("/agents/connexion?")
    browser.plant("agent", browser.cookie("usager") or "")
    assert browser.get("/agents/").headers["Location"].startswith("/agents/connexion?")
    browser.sign_in(Realm.AGENT)
    assert browser.who("/agents/").startswith("agent|")
    assert browser.who("/qui").startswith("resident|"), "an agent's cookie is not looked at on a resident's page"


def test_an_agent_without_the_permission_is_refused(browser: Browser, claire: AgentView) -> None:
    browser.sign_in(Realm.AGENT)
    assert browser.get("/agents/connexions").status_code == 403


def test_two_people_with_one_address_are_two_accounts(
    open_browser: Callable[[], Browser], doubles: dict[Realm, Double], database: Database
) -> None:
    open_browser().sign_in(Realm.RESIDENT)
    doubles[Realm.RESIDENT].person["sub"] = "b" * 64 + "v1"
    second = open_browser()
    second.sign_in(Realm.RESIDENT)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 2
        assert session.scalar(select(func.count()).select_from(Person)) == 2


def test_an_agent_of_another_establishment_is_refused(
    browser: Browser, doubles: dict[Realm, Double], claire: AgentView, database: Database
) -> None:
    doubles[Realm.AGENT].person["siret"] = "99999999900012"
    answer = browser.sign_in(Realm.AGENT)
    assert answer.status_code == 403
    assert "Votre organisation" in answer.text
    assert browser.cookie("agent") is None
    with database.reading() as session:
        assert session.scalars(select(Agent.sub)).one() is None


def test_an_agent_nobody_announced_is_refused(browser: Browser, doubles: dict[Realm, Double]) -> None:
    answer = browser.sign_in(Realm.AGENT)
    assert answer.status_code == 403
    assert "pas encore ouvert" in answer.text
    assert browser.get("/agents/").status_code == 303
