"""Where the portal may send a browser, and which addresses it believes."""

from urllib.parse import quote, urljoin, urlsplit

import pytest

from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.ground.web import safe_next
from portal.ground.web.headers import origin_of
from tests.portal.ground.web.conftest import Caller, build
from tests.support.client import Browser

BASE = "http://127.0.0.1:8070/connexion"
HOSTILE = [
    "https://ailleurs.example",
    "http://ailleurs.example/",
    "//ailleurs.example",
    "///ailleurs.example",
    "////ailleurs.example/a",
    "/\\ailleurs.example",
    "\\\\ailleurs.example",
    "\\/ailleurs.example",
    "/\\/ailleurs.example",
    "/\t/ailleurs.example",
    "/\n/ailleurs.example",
    "/\r\n/ailleurs.example",
    "\t//ailleurs.example",
    " //ailleurs.example",
    "\x00//ailleurs.example",
    "/\x00/ailleurs.example",
    "/a\r\nLocation: https://ailleurs.example",
    "/a\nSet-Cookie: a=b",
    "/a\x7f",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "mailto:a@ailleurs.example",
    "ftp://ailleurs.example",
    "http:ailleurs.example",
    "https:/ailleurs.example",
    "http:///ailleurs.example",
    "ailleurs.example",
    "@ailleurs.example",
    ".ailleurs.example",
    "?suite=https://ailleurs.example",
    "#https://ailleurs.example",
    "..//ailleurs.example",
    "https://127.0.0.1:8070@ailleurs.example",
    "http://127.0.0.1:8070.ailleurs.example/",
    "/" + "a" * 2_000,
    "",
    "   ",
]
OURS = [
    "/mon-espace",
    "/demarches/inscription-scolaire?reprise=abc#haut",
    "/agents/dossiers?q=Ng%C3%B4&vue=retard",
    "/a//b",
    "/@ailleurs.example",
    "/%2f%2failleurs.example",
    "/./%5c",
]


def test_there_are_forty_hostile_addresses() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) == 40


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_return_address_is_not_followed(caller: Caller, value: str) -> None:
    assert safe_next(value, "/defaut") == "/defaut"
    answer = caller.get(f"/va?suite={quote(value)}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/defaut"


@pytest.mark.parametrize("value", OURS)
def test_an_address_of_ours_is_followed(caller: Caller, value: str) -> None:
    assert safe_next(value, "/defaut") == value
    answer = caller.get(f"/va?suite={quote(value, safe='')}")
    led = urlsplit(urljoin(BASE, answer.headers["Location"]))
    assert (led.scheme, led.netloc) == ("http", "127.0.0.1:8070")


def test_no_return_address_at_all() -> None:
    assert safe_next(None, "/defaut") == "/defaut"


def test_signing_in_never_leads_elsewhere(angela: Browser, settings: Settings) -> None:
    for value in HOSTILE:
        answer = angela.http.get(f"/connexion?suite={quote(value)}", base_url=settings.public_url)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/mon-espace", value


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/retour", "/jeton"),
        ("/dossier", "/dossier/"),
        ("/dossier?a=b", "/dossier/?a=b"),
    ],
)
def test_redirections_name_no_host(caller: Caller, path: str, location: str) -> None:
    answer = caller.get(path)
    assert answer.status_code in {303, 308}
    assert answer.headers["Location"] == location


@pytest.mark.parametrize(
    "path", ["//ailleurs.example/dossier", "//ailleurs.example//", "/%2f/ailleurs.example", "/\\ailleurs.example"]
)
def test_odd_paths_lead_nowhere_else(caller: Caller, path: str) -> None:
    answer = caller.http.get(path, base_url=caller.base)
    location = answer.headers.get("Location", "/")
    assert urlsplit(urljoin(BASE, location)).netloc == "127.0.0.1:8070"


@pytest.mark.parametrize(
    "host", ["ailleurs.example", "127.0.0.1.ailleurs.example", "127.0.0.2", "localhost", "", "a b", "[::1]"]
)
def test_another_host_is_refused(caller: Caller, host: str) -> None:
    for path in ("/jeton", "/dossier", "/nulle-part"):
        answer = caller.http.get(path, headers={"Host": host}, base_url=caller.base)
        assert answer.status_code == 400, path
        assert "Location" not in answer.headers
        assert "ailleurs.example" not in answer.text


def test_what_an_unknown_proxy_says_is_not_believed(caller: Caller) -> None:
    lies = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": "ailleurs.example",
        "X-Forwarded-Proto": "https",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9;host=ailleurs.example",
    }
    assert caller.get("/adresse", headers=lies).text == "127.0.0.1"
    assert caller.get("/dossier", headers=lies).headers["Location"] == "/dossier/"


def test_with_one_proxy_only_the_last_hop_is_believed(settings: Settings, database: Database) -> None:
    behind = settings.model_copy(update={"trusted_proxies": 1})
    caller = Caller(build(behind, database), behind)
    answer = caller.get("/adresse", headers={"X-Forwarded-For": "203.0.113.66, 198.51.100.7"})
    assert answer.text == "198.51.100.7"
    refused = caller.get("/adresse", headers={"X-Forwarded-Host": "ailleurs.example"})
    assert refused.status_code == 400


def test_lying_about_the_address_does_not_give_more_attempts(visitor: Browser, settings: Settings) -> None:
    token = visitor._fresh_token()
    codes = [
        visitor.http.post(
            "/connexion/usager",
            data={"csrf_token": token},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
            base_url=settings.public_url,
        ).status_code
        for number in range(settings.sign_in_limit + 1)
    ]
    assert codes[-1] == 429
    assert 429 not in codes[:-1]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Services.Valmont.example", "https://services.valmont.example"),
        ("https://services.valmont.example:443", "https://services.valmont.example"),
        ("http://127.0.0.1:8070/", "http://127.0.0.1:8070"),
        ("http://[::1]:8070", "http://[::1]:8070"),
        ("http://commune.example:80/a?b", "http://commune.example"),
    ],
)
def test_origins_are_written_as_browsers_do(address: str, origin: str) -> None:
    assert origin_of(address) == origin
