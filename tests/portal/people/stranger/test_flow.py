"""The whole sign-in against a provider written by others: what the portal believes of the standard, checked outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc.jwk import ECKey, RSAKey
from pydantic import SecretStr
from sqlalchemy import func, select

from portal.ground.db import Database
from portal.ground.permissions import Role
from portal.ground.settings import ProviderSettings, Settings
from portal.people.accounts.models import Account, Agent
from portal.people.accounts.service import AgentView, AuthorityView
from portal.people.identity.enums import Realm
from tests.portal.people.conftest import ANGELA, CLAIRE, COOKIES, EXITS, Browser, build
from tests.portal.people.stranger.program import Visitor, stranger

pytestmark = pytest.mark.slow

REALMS = pytest.mark.parametrize("realm", list(Realm))
ALGORITHMS = pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
PATHS = {Realm.RESIDENT: "/mon-espace", Realm.AGENT: "/agents/"}
SHOWN = {Realm.RESIDENT: "|Angela DUBOIS", Realm.AGENT: "|Claire Le Goff"}
LEVEL = {Realm.RESIDENT: "eidas1", Realm.AGENT: "eidas1-mfa"}


def people(realm: Realm) -> dict[str, Any]:
    """Somebody who reaches the level, and the same with weaker means."""
    known = ANGELA if realm is Realm.RESIDENT else CLAIRE
    claims = {name: value for name, value in known.items() if name != "sub"}
    return {
        "strong": {"claims": claims, "acr": LEVEL[realm], "amr": ["pwd", "mfa"]},
        "weak": {"claims": claims, "acr": "eidas0", "amr": ["pwd"]},
        "silent": {"claims": claims},
    }


def portal_key(algorithm: str) -> ECKey | RSAKey:
    parameters = {"kid": "parvis-1", "use": "sig", "alg": algorithm}
    return ECKey.generate_key("P-256", parameters) if algorithm == "ES256" else RSAKey.generate_key(2048, parameters)


class Scene:
    """A portal in front of the stranger, and a person's browser, which visits both."""

    def __init__(self, portal: Flask, realm: Realm) -> None:
        self.portal = portal
        self.realm = realm
        self.browser = Browser(portal.test_client())
        self.visitor = Visitor()

    def sign_in(self, login: str = "strong", suite: str = "") -> Any:
        return self.browser.get(self.visitor.sign_in(self.browser.leave(self.realm, suite), login))

    def is_in(self) -> bool:
        return self.browser.cookie(COOKIES[self.realm]) is not None


@contextmanager
def scene(
    settings: Settings, database: Database, realm: Realm, key: ECKey | RSAKey | None = None, **changes: Any
) -> Iterator[Scene]:
    """Portal and provider registered with each other."""
    mine: ProviderSettings = getattr(settings, realm.value).model_copy(update={"acr": LEVEL[realm], **changes})
    with stranger(realm, mine, people(realm), key) as issuer:
        known = settings.model_copy(update={realm.value: mine.model_copy(update={"issuer": issuer})})
        yield Scene(build(known, database), realm)


@REALMS
@ALGORITHMS
def test_the_whole_way_with_a_secret(
    settings: Settings, database: Database, authority: AuthorityView, claire: AgentView, realm: Realm, algorithm: str
) -> None:
    with scene(settings, database, realm, signing_alg=algorithm, userinfo_alg=algorithm) as played:
        answer = played.sign_in(suite=f"{PATHS[realm]}?page=2")
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"] == f"{PATHS[realm]}?page=2"
        assert played.browser.who(PATHS[realm]).endswith(SHOWN[realm])
        leaving = played.browser.post(EXITS[realm]).headers["Location"]
        asked = parse_qs(urlsplit(leaving).query)
        assert {"id_token_hint", "state", "post_logout_redirect_uri"} == asked.keys()
        page = played.browser.get(played.visitor.sign_out(leaving))
        assert (page.status_code, played.is_in()) == (200, False)
        assert "fermée ici et chez" in page.text
        again, _page = played.visitor.arrive(played.browser.leave(realm))
        assert "/interaction/" in again, "the provider's own session is over: it asks again who is there"


@REALMS
@ALGORITHMS
def test_the_whole_way_with_a_private_key(
    settings: Settings, database: Database, authority: AuthorityView, claire: AgentView, realm: Realm, algorithm: str
) -> None:
    key = portal_key(algorithm)
    change = {
        "token_auth_method": "private_key_jwt",
        "private_key": SecretStr(key.as_pem(private=True).decode()),
        "client_secret": SecretStr(""),
    }
    with scene(settings, database, realm, key, signing_alg=algorithm, userinfo_alg=algorithm, **change) as played:
        answer = played.sign_in()
        assert answer.status_code == 303, answer.text
        assert played.browser.who(PATHS[realm]).endswith(SHOWN[realm])


@REALMS
def test_another_private_key_is_refused_there_and_told_here(
    settings: Settings, database: Database, authority: AuthorityView, claire: AgentView, realm: Realm
) -> None:
    mine, registered = portal_key("ES256"), portal_key("ES256")
    change = {
        "token_auth_method": "private_key_jwt",
        "private_key": SecretStr(mine.as_pem(private=True).decode()),
        "signing_alg": "ES256",
        "userinfo_alg": "ES256",
    }
    with scene(settings, database, realm, registered, **change) as played:
        answer = played.sign_in()
        assert (answer.status_code, played.is_in()) == (400, False)
        assert "pas pu vérifier votre identité" in answer.text


def test_userinfo_in_plain_json_where_it_was_registered_so(
    settings: Settings, database: Database, authority: AuthorityView
) -> None:
    with scene(settings, database, Realm.RESIDENT, userinfo_alg="none") as played:
        assert played.sign_in().status_code == 303
        assert played.browser.who("/mon-espace").endswith("|Angela DUBOIS")


def test_algorithms_other_than_those_registered_sign_nobody_in(
    settings: Settings, database: Database, authority: AuthorityView
) -> None:
    with scene(settings, database, Realm.RESIDENT, signing_alg="RS256", userinfo_alg="RS256") as played:
        issuer = played.portal.extensions["parvis_identity"][Realm.RESIDENT].settings.issuer
        wrong = settings.resident.model_copy(update={"issuer": issuer, "signing_alg": "ES256", "userinfo_alg": "ES256"})
        other = Scene(build(settings.model_copy(update={"resident": wrong}), database), Realm.RESIDENT)
        assert other.sign_in().status_code == 400
        assert not other.is_in()


@REALMS
@pytest.mark.parametrize("login", ["weak", "silent"])
def test_a_level_below_the_one_asked_signs_nobody_in(
    settings: Settings, database: Database, authority: AuthorityView, claire: AgentView, realm: Realm, login: str
) -> None:
    with scene(settings, database, realm) as played:
        address = played.browser.leave(realm)
        if realm is Realm.AGENT:  # an essential level: the provider asks again, and again
            with pytest.raises(AssertionError, match="asked again and again"):
                played.visitor.sign_in(address, login)
        else:
            answer = played.browser.get(played.visitor.sign_in(address, login))
            assert answer.status_code == 403
            assert "plus sûr" in answer.text
        assert not played.is_in()


@REALMS
def test_turning_back_at_the_provider(
    settings: Settings, database: Database, authority: AuthorityView, realm: Realm
) -> None:
    with scene(settings, database, realm) as played:
        page = played.browser.get(played.visitor.cancel(played.browser.leave(realm)))
        assert (page.status_code, played.is_in()) == (200, False)
        assert "interrompue" in page.text


def test_a_code_used_twice_is_worth_nothing(settings: Settings, database: Database, authority: AuthorityView) -> None:
    with scene(settings, database, Realm.RESIDENT) as played:
        back = played.visitor.sign_in(played.browser.leave(Realm.RESIDENT), "strong")
        assert played.browser.get(back).status_code == 303
        thief = Scene(played.portal, Realm.RESIDENT)
        own = thief.visitor.sign_in(thief.browser.leave(Realm.RESIDENT), "strong")
        assert thief.browser.get(own.replace(code_of(own), code_of(back))).status_code == 400
        assert not thief.is_in()


def code_of(back: str) -> str:
    return parse_qs(urlsplit(back).query)["code"][0]


def test_a_page_that_asks_for_more_is_reached_by_a_second_sign_in(
    settings: Settings, database: Database, authority: AuthorityView
) -> None:
    """The provider's own session, of a lower level, does not answer in the person's place."""
    with scene(settings, database, Realm.RESIDENT) as played:
        assert played.sign_in().status_code == 303
        door = played.browser.get("/demarches/essai/sure").headers["Location"]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(door).query).items()}
        assert asked["niveau"] == "eidas2"
        for login, status in (("strong", 403), ("strong:eidas2", 303)):
            left = played.browser.post("/connexion/usager", asked).headers["Location"]
            assert played.browser.get(played.visitor.sign_in(left, login)).status_code == status
        assert played.browser.get("/demarches/essai/sure").status_code == 200
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Account)) == 1, "the same person all along"


def test_a_permission_that_asks_for_more_is_reached_too(
    settings: Settings, database: Database, authority: AuthorityView, claire: AgentView
) -> None:
    stepped = settings.model_copy(update={"step_up": {"connections:health:read": "eidas2"}})
    with database.writing() as session:
        session.get_one(Agent, claire.id).role = Role.OPERATOR
    with scene(stepped, database, Realm.AGENT) as played:
        assert played.sign_in().status_code == 303
        door = played.browser.get("/agents/connexions").headers["Location"]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(door).query).items()}
        left = played.browser.post("/connexion/agent", asked).headers["Location"]
        assert played.browser.get(played.visitor.sign_in(left, "strong:eidas2")).status_code == 303
        assert played.browser.get("/agents/connexions").status_code == 200
