"""Helpers: the sandbox as a program, a portal's side of a sign-in, and a receiver of callbacks."""

import base64
import hashlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet

PORTAL = "http://127.0.0.1:8070"
WEBHOOK_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ENVIRONMENT = {
    "SANDBOX_RESIDENT_CLIENT_ID": "portail-usagers",
    "SANDBOX_RESIDENT_CLIENT_SECRET": "secret-usagers-de-test",
    "SANDBOX_AGENT_CLIENT_ID": "portail-agents",
    "SANDBOX_AGENT_CLIENT_SECRET": "secret-agents-de-test",
    "SANDBOX_SCHOOL_API_KEY": "cle-ecoles",
    "SANDBOX_SCHOOL_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "SANDBOX_DEMO_API_KEY": "cle-demo",
    "SANDBOX_CAF_TOKEN": "jeton-caf",
    "SANDBOX_MOBILITY_API_KEY": "cle-mobilite",
    "SANDBOX_MOBILITY_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "SANDBOX_SMS_API_KEY": "cle-operateur-sms",
    "SANDBOX_SMS_WEBHOOK_SECRET": WEBHOOK_SECRET,
}
READY = re.compile(r"Bac à sable prêt : (http://127\.0\.0\.1:\d+) \(courrier : 127\.0\.0\.1:(\d+)\)")


BROWSERS: list[httpx2.Client] = []


def open_browser() -> httpx2.Client:
    """A browser that follows nothing by itself, closed at the end of the test."""
    BROWSERS.append(httpx2.Client(follow_redirects=False, verify=False))
    return BROWSERS[-1]


@dataclass
class Program:
    """The sandbox, started as its own program with every warning an error."""

    data_dir: Path
    options: tuple[str, ...] = ()
    address: str = ""
    smtp_port: int = 0
    process: subprocess.Popen | None = None
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(verify=False, timeout=10))

    def start(self) -> "Program":
        command = [sys.executable, "-W", "error", "-m", "connectors.sandbox", "--data-dir", str(self.data_dir)]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--smtp-port", "0", *self.options],
            env={**os.environ, **ENVIRONMENT},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        found = READY.match(line)
        assert found, line + self.process.stderr.read()
        self.address, self.smtp_port = found[1], int(found[2])
        return self

    def stop(self) -> tuple[int, str]:
        self.http.close()
        self.process.terminate()
        _, said = self.process.communicate(timeout=15)
        return self.process.returncode, said

    def incident(self, partner: str, scenario: str = "", **values: object) -> httpx2.Response:
        data = {"scenario": scenario, **{name: str(value) for name, value in values.items()}}
        return self.http.post(f"{self.address}/incidents/{partner}", data=data)

    def reset(self) -> None:
        self.http.post(f"{self.address}/incidents/retablir")


@dataclass
class SignIn:
    """The portal's side of one sign-in, in one browser."""

    address: str
    name: str = "franceconnect"
    browser: httpx2.Client = field(default_factory=open_browser)
    state: str = field(default_factory=lambda: secrets.token_hex(32))
    nonce: str = field(default_factory=lambda: secrets.token_hex(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def issuer(self) -> str:
        return f"{self.address}/{self.name}/api/v2"

    @property
    def resident(self) -> bool:
        return self.name == "franceconnect"

    @property
    def algorithm(self) -> str:
        return "ES256" if self.resident else "RS256"

    @property
    def client(self) -> dict[str, str]:
        who = "RESIDENT" if self.resident else "AGENT"
        return {
            "client_id": ENVIRONMENT[f"SANDBOX_{who}_CLIENT_ID"],
            "client_secret": ENVIRONMENT[f"SANDBOX_{who}_CLIENT_SECRET"],
        }

    @property
    def redirect_uri(self) -> str:
        return f"{PORTAL}/connexion/{'usager' if self.resident else 'agent'}/retour"

    def parameters(self, **changes: str | None) -> dict[str, str]:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        own = (
            {
                "scope": "openid identite_pivot preferred_username email",
                "acr_values": "eidas1",
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
            if self.resident
            else {"scope": "openid given_name usual_name email uid siret idp_id roles organization_label phone"}
        )
        told = {
            "response_type": "code",
            "client_id": self.client["client_id"],
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "nonce": self.nonce,
            **own,
            **changes,
        }
        return {name: value for name, value in told.items() if value is not None}

    def authorize(self, **changes: str | None) -> httpx2.Response:
        return self.browser.get(f"{self.issuer}/authorize", params=self.parameters(**changes))

    def choose(self, person: str = "", choice: str = "continuer", **changes: str | None) -> httpx2.Response:
        person = person or ("angela" if self.resident else "c.legoff")
        asked = self.authorize(**changes)
        assert asked.status_code == 303, asked.text
        page = f"{self.address}{asked.headers['Location']}"
        assert "simulation" in self.browser.get(page).text
        return self.browser.post(page, data={"personne": person, "choix": choice})

    def come_back(self, person: str = "", choice: str = "continuer", **changes: str | None) -> dict[str, str]:
        answer = self.choose(person, choice, **changes)
        assert answer.status_code == 303, answer.text
        return query(answer.headers["Location"])

    def redeem(self, code: str, **changes: str | None) -> httpx2.Response:
        told = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            **self.client,
            **({"code_verifier": self.verifier} if self.resident else {}),
            **changes,
        }
        return self.browser.post(f"{self.issuer}/token", data={k: v for k, v in told.items() if v is not None})

    def tokens(self, person: str = "", **changes: str | None) -> dict:
        answer = self.redeem(self.come_back(person, **changes)["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    def userinfo(self, access_token: str) -> httpx2.Response:
        return self.browser.get(f"{self.issuer}/userinfo", headers={"Authorization": f"Bearer {access_token}"})

    def keys(self) -> KeySet:
        return KeySet.import_key_set(self.browser.get(f"{self.issuer}/jwks").json())

    def read(self, token: str) -> dict:
        """The claims of a token, once its signature is found good."""
        return jwt.decode(token, self.keys(), algorithms=[self.algorithm]).claims


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def header_of(token: str) -> dict:
    return json.loads(unpad(token.split(".")[0]))


def claims_of(token: str) -> dict:
    """The claims of a token, without looking at its signature."""
    return json.loads(unpad(token.split(".")[1]))


def unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Receiver:
    """A portal that receives callbacks; `statuses` are its next answers, then 204."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        receiver = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/ecoles"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def wait(self, number: int) -> list[tuple[dict[str, str], bytes]]:
        eventually(lambda: len(self.calls) >= number)
        return self.calls

    def clear(self) -> None:
        self.calls.clear()
        self.statuses.clear()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def eventually(condition: Callable[[], object], seconds: float = 8) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "did not happen in time"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def enrolment(**changes: object) -> dict:
    """A body of the contract; the child is new each time unless said otherwise."""
    return {
        "external_ref": f"VSI-{secrets.token_hex(4)}",
        "school_year": "2026-2027",
        "kind": "first",
        "child": {
            "birth_name": f"FICTIF-{secrets.token_hex(4)}",
            "first_names": ["Zoé", "Œdipe"],
            "sex": "F",
            "birth_date": "2022-02-28",
            "birth_place_cog": "2B002",
            "birth_country_cog": "99100",
        },
        "level": "PS",
        "guardians": [
            {
                "role": "mere",
                "parental_authority": True,
                "identity": {"birth_name": "FICTIF", "first_names": ["Ève"]},
                "email": "eve@usagers.example",
                "phones": ["+33400000000"],
                "invoiced": True,
            }
        ],
        "address": {
            "label": "1 rue de l’Essai, 38990 Valmont",
            "line": "1 rue de l’Essai",
            "postcode": "38990",
            "city": "Valmont",
        },
        "wishes": [{"uai": "0389902B", "rank": 1, "reason": "siblings"}],
        "options": {"meal": True, "after_school": False},
        "consent": True,
        **changes,
    }


class School:
    """A caller of the school software."""

    def __init__(self, address: str) -> None:
        self.http = httpx2.Client(
            base_url=f"{address}/ecoles", headers={"Authorization": "Bearer cle-ecoles"}, verify=False, timeout=10
        )

    def submit(self, body: dict | None = None, key: str | None = None) -> httpx2.Response:
        key = key or secrets.token_hex(8)
        return self.http.post(
            "/enrolments", json=enrolment() if body is None else body, headers={"Idempotency-Key": key}
        )

    def cancel(self, enrolment: dict, key: str | None = None) -> httpx2.Response:
        body = {
            "external_ref": enrolment["external_ref"],
            "reason": "withdrawn",
            "withdrawn_at": "2026-03-02T10:00:00+00:00",
        }
        return self._follow(enrolment, "cancellation", body, key)

    def complete(self, enrolment: dict, text: str = "Voici.", key: str | None = None) -> httpx2.Response:
        body = {"external_ref": enrolment["external_ref"], "text": text, "answered_at": "2026-03-02T10:00:00+00:00"}
        return self._follow(enrolment, "complements", body, key)

    def amend(self, enrolment: dict, number: int, content: dict, key: str | None = None) -> httpx2.Response:
        said = {name: value for name, value in content.items() if name != "external_ref"}
        body = {"external_ref": enrolment["external_ref"], "amendment": number, "enrolment": said}
        return self._follow(enrolment, "amendments", body, key)

    def _follow(self, enrolment: dict, act: str, body: dict, key: str | None) -> httpx2.Response:
        headers = {"Idempotency-Key": key or secrets.token_hex(8)}
        return self.http.post(f"/enrolments/{enrolment['enrolment_id']}/{act}", json=body, headers=headers)

    def move(self, enrolment_id: str, status: str, **form: str) -> httpx2.Response:
        return self.http.post(f"/dossiers/{enrolment_id}", data={"etat": status, **form})

    def counts(self) -> dict[str, int]:
        return self.http.get("/comptes").json()
