"""Starting the stranger's provider, and a person who goes through its pages over HTTP."""

import http.cookiejar
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import html5lib
from joserfc.jwk import ECKey, RSAKey

from accessibility.checks.tools import find_node, find_package
from portal.ground.settings import ProviderSettings
from portal.people.identity.enums import Realm
from tests.portal.people.conftest import BASE
from tests.portal.people.provider_double import home_key

SCRIPT = Path(__file__).with_name("provider.mjs")
HTML = "{http://www.w3.org/1999/xhtml}"
RETURNS = {Realm.RESIDENT: "/connexion/usager/retour", Realm.AGENT: "/connexion/agent/retour"}
LEVELS = ["eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"]
SCOPES = {
    Realm.RESIDENT: {
        "identite_pivot": [
            "given_name", "given_name_array", "family_name", "birthdate", "gender", "birthplace", "birthcountry",
        ],
        "preferred_username": ["preferred_username"],
        "email": ["email"],
    },
    Realm.AGENT: {name: [name] for name in ("given_name", "usual_name", "email", "siret", "uid")},
}  # fmt: skip
Person = dict[str, Any]


def registration(realm: Realm, settings: ProviderSettings, public_key: ECKey | RSAKey | None) -> dict[str, Any]:
    """What the provider knows of the portal. ``public_key`` is the portal's, where it proves itself by a signature."""
    signed = settings.userinfo_alg != "none"
    return {
        "client_id": settings.client_id,
        "application_type": "native",  # the package wants https of the other type
        "subject_type": "pairwise",
        "redirect_uris": [BASE + RETURNS[realm]],
        "post_logout_redirect_uris": [f"{BASE}/deconnexion/retour"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "id_token_signed_response_alg": settings.signing_alg,
        "token_endpoint_auth_method": settings.token_auth_method,
        **({"userinfo_signed_response_alg": settings.userinfo_alg} if signed else {}),
        **(
            {"jwks": {"keys": [public_key.as_dict(private=False)]}}
            if public_key
            else {"client_secret": settings.client_secret.get_secret_value()}
        ),
    }


@contextmanager
def stranger(
    realm: Realm, settings: ProviderSettings, people: dict[str, Person], public_key: ECKey | RSAKey | None = None
) -> Iterator[str]:
    """Run the provider; its issuer."""
    keys = [
        {**home_key(kind).as_dict(private=True), "alg": kind, "kid": f"pkcs11:{kind}:hsm"}
        for kind in ("ES256", "RS256")
    ]
    told = {
        "client": registration(realm, settings, public_key),
        "people": people,
        "keys": keys,
        "levels": LEVELS,
        "scopes": SCOPES[realm],
    }
    command = [find_node(), str(SCRIPT), str(find_package("oidc-provider"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(told) + "\n")
            process.stdin.flush()
            issuer = process.stdout.readline().strip()
            assert issuer.startswith("http://127.0.0.1:"), "the provider did not start: see the error output"
            yield issuer
        finally:
            process.stdin.close()
            process.wait(timeout=15)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class Visitor:
    """A person's browser at the provider: its cookies, its redirections, its forms."""

    def __init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar, _Stay)

    def sign_in(self, address: str, login: str) -> str:
        """Open the address, fill every form until sent back to the portal; where to, as a path of the portal."""
        return self._until_home(address, {"login": login, "password": "whatever"})

    def cancel(self, address: str) -> str:
        """Open the address and press « Cancel »."""
        address, page = self.arrive(address)
        assert page is not None, address
        link = next(one for one in page.iter(f"{HTML}a") if "Cancel" in "".join(one.itertext()))
        return _path(self.arrive(urljoin(address, link.get("href")))[0])

    def sign_out(self, address: str) -> str:
        """Open the sign-out address and say yes."""
        return self._until_home(address, {"logout": "yes"})

    def arrive(self, address: str, data: dict[str, str] | None = None) -> tuple[str, Any]:
        """Follow redirections to a page, or to the portal, which is not opened: the address, and the page if any."""
        for _hop in range(8):
            if address.startswith(BASE):
                return address, None
            body = urlencode(data).encode() if data is not None else None
            data = None
            try:
                with self._opener.open(address, body, timeout=10) as answer:
                    return address, html5lib.parse(answer.read().decode(), treebuilder="etree")
            except urllib.error.HTTPError as error:
                with error:
                    location = error.headers.get("Location")
                    if not location:
                        raise AssertionError(f"{error.code} {address} {error.read().decode()[:2000]}") from None
                    address = urljoin(address, location)
        raise AssertionError(f"redirected without end: {address}")

    def _until_home(self, address: str, typed: dict[str, str]) -> str:
        address, page = self.arrive(address)
        for _page in range(4):
            if page is None:
                return _path(address)
            form = next(page.iter(f"{HTML}form"))
            data = {one.get("name"): one.get("value") or "" for one in form.iter(f"{HTML}input") if one.get("name")}
            names = data.keys() | {one.get("name") for one in form.iter(f"{HTML}button")}
            data |= {name: value for name, value in typed.items() if name in names}
            address, page = self.arrive(urljoin(address, form.get("action")), data)
        raise AssertionError(f"asked again and again: {address}")


def _path(address: str) -> str:
    assert address.startswith(BASE), address
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"
