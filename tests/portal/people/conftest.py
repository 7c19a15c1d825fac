"""A portal with its sign-in and a few pages to sign in for, two providers, and browsers."""

import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from portal.ground.db import Database
from portal.ground.permissions import Permission, Role
from portal.ground.settings import Settings
from portal.ground.web import actor, on_context, open_app, unit
from portal.ground.web.access import agent_only, check_inventory, public, require_level, resident_only
from portal.people.accounts.service import AgentView, AuthorityView, create_authority, get_authority, provision_agent
from portal.people.identity import set_up_identity
from portal.people.identity.enums import Realm
from portal.people.identity.service import take_stash
from portal.people.identity.views import blueprint
from tests.portal.people.provider_double import Double

BASE = "http://127.0.0.1:8070"
SIRET = "21380999900019"
ANGELA = {
    "sub": "a" * 64 + "v1",
    "given_name": "Angela Claire Louise",
    "given_name_array": ["Angela", "Claire", "Louise"],
    "family_name": "DUBOIS",
    "birthdate": "1962-08-24",
    "gender": "female",
    "birthplace": "75107",
    "birthcountry": "99100",
    "email": "angela@exemple.example",
}
CLAIRE = {
    "sub": "7396c91e-0000-4f9d-8547-5e9b3332725b",
    "given_name": "Claire",
    "usual_name": "Le Goff",
    "email": "c.legoff@valmont-sur-iselle.example",
    "siret": SIRET,
}


@pytest.fixture
def doubles(settings: Settings) -> Iterator[dict[Realm, Double]]:
    """The two providers."""
    made = {
        Realm.RESIDENT: Double("ES256", settings.resident.client_id, "resident-client-secret-for-tests", dict(ANGELA)),
        Realm.AGENT: Double(
            "RS256",
            settings.agent.client_id,
            "agent-client-secret-for-tests",
            dict(CLAIRE),
            acr="eidas1-mfa",
            amr=["pwd", "otp", "mfa"],
            pkce=False,
            announces_iss=False,
        ),
    }
    yield made
    for one in made.values():
        one.close()


@pytest.fixture
def known(settings: Settings, doubles: dict[Realm, Double]) -> Settings:
    """The settings, turned towards the two providers."""
    resident = settings.resident.model_copy(update={"issuer": doubles[Realm.RESIDENT].issuer})
    agent = settings.agent.model_copy(update={"issuer": doubles[Realm.AGENT].issuer, "acr": "eidas1-mfa"})
    return settings.model_copy(update={"resident": resident, "agent": agent})


@pytest.fixture
def authority(database: Database) -> AuthorityView:
    """The commune."""
    with database.writing() as session:
        return create_authority(
            session,
            name="Valmont-sur-Iselle",
            siret=SIRET,
            insee_code="38999",
            reference_prefix="VSI",
            address="2 place du Parvis, 38999 Valmont-sur-Iselle",
            phone="04 65 71 20 10",
            email="mairie@valmont-sur-iselle.example",
            opening_hours={"fr": "Lundi au vendredi, 8 h 30 à 17 h"},
        )


@pytest.fixture
def claire(database: Database, authority: AuthorityView) -> AgentView:
    """An agent provisioned, not yet linked."""
    with database.writing() as session:
        return provision_agent(
            session,
            local_authority_id=authority.id,
            siret=SIRET,
            email=CLAIRE["email"],
            display_name="Claire Le Goff",
            role=Role.DEPARTMENT_AGENT,
        )


def build(known: Settings, database: Database) -> Flask:
    """The edge, the room under test, and pages that say who is looking."""
    app = open_app(known, database, propagate=True)
    set_up_identity(app)
    app.register_blueprint(blueprint)
    on_context(app, lambda: {"authority": get_authority(unit()), "menu": [], "menu_place": ""})

    def who(**_values: Any) -> Response:
        found = actor()
        return Response(f"{found.kind.value}|{found.id}|{found.label}", content_type="text/plain")

    @resident_only
    def form() -> Response:
        from flask import request

        kept = take_stash(unit(), request.args.get("reprise", ""), actor().id) if actor().id else None
        return Response(repr(kept), content_type="text/plain")

    @resident_only
    def safer() -> Response:
        from flask import request

        require_level("eidas2")
        kept = take_stash(unit(), request.args.get("reprise", ""), actor().id) if actor().id else None
        return Response(repr(kept or request.form.getlist("nom")), content_type="text/plain")

    app.add_url_rule("/demarches/essai/sure", "probe_safer", safer, methods=["GET", "POST"])
    app.add_url_rule("/mon-espace", "probe_resident", resident_only(who))
    app.add_url_rule("/agents/", "probe_agent", agent_only(None)(lambda: who()))
    app.add_url_rule("/agents/connexions", "probe_operator", agent_only(Permission.CONNECTIONS_READ)(lambda: who()))
    app.add_url_rule("/jeton", "probe_token", public(lambda: Response(generate_csrf(), content_type="text/plain")))
    app.add_url_rule("/qui", "probe_public", public(lambda: who()))
    app.add_url_rule("/demarches/essai/etape", "probe_form", form, methods=["GET", "POST"])
    check_inventory(app)
    return app


@pytest.fixture
def portal(known: Settings, database: Database, authority: AuthorityView) -> Flask:
    """The portal."""
    return build(known, database)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


PATHS = {Realm.RESIDENT: "/connexion/usager", Realm.AGENT: "/connexion/agent"}
DOORS = {Realm.RESIDENT: "/connexion", Realm.AGENT: "/agents/connexion"}
EXITS = {Realm.RESIDENT: "/deconnexion", Realm.AGENT: "/agents/deconnexion"}
COOKIES = {Realm.RESIDENT: "usager", Realm.AGENT: "agent"}


@dataclass
class Browser:
    """A browser: its own cookies, and the hops between portal and provider."""

    client: FlaskClient
    visited: list[str] = field(default_factory=list)

    def get(self, path: str, **kwargs: Any) -> Any:
        self.visited.append(path)
        return self.client.get(path, base_url=BASE, **kwargs)

    def post(self, path: str, data: dict[str, Any] | None = None, *, token: str | None = None, **kwargs: Any) -> Any:
        sent = {**(data or {}), "csrf_token": token or self.token()}
        return self.client.post(path, data=sent, base_url=BASE, **kwargs)

    def token(self) -> str:
        """The forms' token, as a page would carry it."""
        return self.get("/jeton").text

    def leave(self, realm: Realm, suite: str = "") -> str:
        """Press the button; return the provider's address."""
        answer = self.post(PATHS[realm], {"suite": suite})
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    @staticmethod
    def at_provider(address: str) -> str:
        """Open the provider's page; return where it sends back, as a path of the portal."""
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(address) as answer:
                raise AssertionError(f"not sent back: {answer.status}")
        except urllib.error.HTTPError as error:
            with error:
                location = error.headers["Location"]
        parts = urlsplit(location)
        return f"{parts.path}?{parts.query}"

    def callback(self, realm: Realm, suite: str = "") -> str:
        """Leave, and be sent back: the address of the return, not opened yet."""
        return self.at_provider(self.leave(realm, suite))

    def sign_in(self, realm: Realm, suite: str = "") -> Any:
        """The whole way."""
        return self.get(self.callback(realm, suite))

    def cookie(self, what: str) -> str | None:
        found = self.client.get_cookie(f"parvis-essai-{what}", domain="127.0.0.1")
        return found.value if found else None

    def plant(self, what: str, value: str) -> None:
        self.client.set_cookie(f"parvis-essai-{what}", value, domain="127.0.0.1")

    def who(self, path: str = "/qui") -> str:
        return self.get(path).text


@pytest.fixture
def open_browser(portal: Flask) -> Callable[[], Browser]:
    """Open another browser."""

    def open_one() -> Browser:
        return Browser(portal.test_client())

    return open_one


@pytest.fixture
def browser(open_browser: Callable[[], Browser]) -> Browser:
    """A browser."""
    return open_browser()
