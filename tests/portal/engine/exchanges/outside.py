"""The sandbox, as a program of its own on free ports, with its switches."""

import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from tests.portal.engine.exchanges.portal_edge import ENVIRON

ROOT = Path(__file__).resolve().parents[4]


class Outside:
    """A running sandbox. ``url`` of its HTTP port, ``smtp_port``."""

    def __init__(self, folder, *, portal_url="http://127.0.0.1:9"):
        secrets = {
            "SANDBOX_RESIDENT_CLIENT_ID": "parvis-usagers",
            "SANDBOX_RESIDENT_CLIENT_SECRET": "resident-client-secret-for-tests",
            "SANDBOX_AGENT_CLIENT_ID": "parvis-agents",
            "SANDBOX_AGENT_CLIENT_SECRET": "agent-client-secret-for-tests",
            "SANDBOX_SCHOOL_API_KEY": ENVIRON["SCHOOL_KEY"],
            "SANDBOX_SCHOOL_WEBHOOK_SECRET": ENVIRON["SCHOOL_WEBHOOK"],
            "SANDBOX_DEMO_API_KEY": "demo-api-key-for-tests",
            "SANDBOX_CAF_TOKEN": "caf-token-for-tests",
            "SANDBOX_SMS_API_KEY": ENVIRON["SMS_KEY"],
            "SANDBOX_SMS_WEBHOOK_SECRET": ENVIRON["SCHOOL_WEBHOOK"],
        }
        command = [sys.executable, "-m", "connectors.sandbox", "--port", "0", "--smtp-port", "0"]
        command += ["--data-dir", str(folder), "--portal-url", portal_url]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **secrets}, stdout=subprocess.PIPE, text=True
        )
        said = self._process.stdout.readline()
        ports = [int("".join(filter(str.isdigit, part.split(")")[0]))) for part in said.split("127.0.0.1:")[1:]]
        assert len(ports) == 2, f"the sandbox did not start: {said!r}"
        self.url, self.smtp_port = f"http://127.0.0.1:{ports[0]}", ports[1]

    def stop(self):
        """End the program."""
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()

    def choose(self, scenario="ok", *, partner="ecoles", **more):
        """Have a partner go wrong, or right again."""
        self.post(f"/incidents/{partner}", scenario=scenario, **more)

    def counts(self):
        """What the school software saw: attempts, keys, records."""
        return self.get("/ecoles/comptes")

    def move(self, enrolment_id, state, **more):
        """Move an enrolment on, as the school's staff would."""
        self.post(f"/ecoles/dossiers/{enrolment_id}", etat=state, **more)

    def letters(self, recipient=""):
        """The e-mails received, by one person when asked; the last 500 at most."""
        asked = urllib.parse.urlencode({"limit": 500, "destinataire": recipient})
        return self.get(f"/courriels.json?{asked}")["items"]

    def texts(self, number=""):
        """The text messages received, by one number when asked."""
        return self.get(f"/telephone/messages.json?{urllib.parse.urlencode({'numero': number})}")["items"]

    def get_as_portal(self, path):
        """An address of the school software, with the portal's key."""
        asked = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {ENVIRON['SCHOOL_KEY']}"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    def text(self, path):
        """A page of the sandbox."""
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return answer.read().decode()

    def get(self, path):
        """An address of the sandbox, as JSON."""
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def post(self, path, **fields):
        """A form of the sandbox; its answer must be JSON or a page that says it is done."""
        data = urllib.parse.urlencode(fields).encode()
        asked = urllib.request.Request(self.url + path, data=data, headers={"Accept": "application/json"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.status == 200
