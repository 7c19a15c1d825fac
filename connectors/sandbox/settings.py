"""What the sandbox is told when it starts: command line for places, environment for secrets."""

import argparse
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SECRET_NAMES = (
    "SANDBOX_RESIDENT_CLIENT_ID",
    "SANDBOX_RESIDENT_CLIENT_SECRET",
    "SANDBOX_AGENT_CLIENT_ID",
    "SANDBOX_AGENT_CLIENT_SECRET",
    "SANDBOX_SCHOOL_API_KEY",
    "SANDBOX_SCHOOL_WEBHOOK_SECRET",
    "SANDBOX_DEMO_API_KEY",
)


class SandboxError(Exception):
    """The sandbox cannot start; the message is one French sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Client:
    """The portal as one identity provider knows it."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Places and secrets of one sandbox. A port of 0 asks the system for a free one.

    Without ``caf_token`` (a trial begun before there was a CAF), the simulated CAF refuses everybody; without the two
    secrets of mobility, the simulated network refuses everybody and calls nobody; nor does the SMS operator without its
    own.
    """

    port: int
    smtp_port: int
    data_dir: Path
    portal_url: str
    school_webhook_url: str
    authority: str
    resident: Client
    agent: Client
    school_api_key: str
    school_webhook_secret: str
    demo_api_key: str
    caf_token: str = ""
    mobility_api_key: str = ""
    mobility_webhook_secret: str = ""
    mobility_webhook_url: str = ""
    sms_api_key: str = ""
    sms_webhook_secret: str = ""
    sms_webhook_url: str = ""


def read_settings(argv: Sequence[str], environ: Mapping[str, str]) -> SandboxSettings:
    """Read the command line and the environment.

    Raises:
        SandboxError: a secret is missing or cannot be used.

    """
    asked = _parser().parse_args(argv)
    missing = [name for name in SECRET_NAMES if not environ.get(name)]
    if missing:
        raise SandboxError(f"Le bac à sable ne peut pas démarrer : renseignez {', '.join(missing)}.")
    portal = asked.portal_url.rstrip("/")
    webhook_secret = environ["SANDBOX_SCHOOL_WEBHOOK_SECRET"]
    webhook_key(webhook_secret)
    mobility_secret = environ.get("SANDBOX_MOBILITY_WEBHOOK_SECRET", "")
    if mobility_secret:
        webhook_key(mobility_secret, "SANDBOX_MOBILITY_WEBHOOK_SECRET")
    sms_secret = environ.get("SANDBOX_SMS_WEBHOOK_SECRET", "")
    if sms_secret:
        webhook_key(sms_secret, "SANDBOX_SMS_WEBHOOK_SECRET")
    return SandboxSettings(
        port=asked.port,
        smtp_port=asked.smtp_port,
        data_dir=asked.data_dir,
        portal_url=portal,
        school_webhook_url=asked.school_webhook_url or f"{portal}/hooks/ecoles",
        authority=asked.authority,
        resident=Client(environ["SANDBOX_RESIDENT_CLIENT_ID"], environ["SANDBOX_RESIDENT_CLIENT_SECRET"]),
        agent=Client(environ["SANDBOX_AGENT_CLIENT_ID"], environ["SANDBOX_AGENT_CLIENT_SECRET"]),
        school_api_key=environ["SANDBOX_SCHOOL_API_KEY"],
        school_webhook_secret=webhook_secret,
        demo_api_key=environ["SANDBOX_DEMO_API_KEY"],
        caf_token=environ.get("SANDBOX_CAF_TOKEN", ""),
        mobility_api_key=environ.get("SANDBOX_MOBILITY_API_KEY", ""),
        mobility_webhook_secret=mobility_secret,
        mobility_webhook_url=asked.mobility_webhook_url or f"{portal}/hooks/mobilite",
        sms_api_key=environ.get("SANDBOX_SMS_API_KEY", ""),
        sms_webhook_secret=sms_secret,
        sms_webhook_url=asked.sms_webhook_url or f"{portal}/hooks/sms",
    )


def webhook_key(secret: str, name: str = "SANDBOX_SCHOOL_WEBHOOK_SECRET") -> bytes:
    """The bytes behind a Standard Webhooks secret (``whsec_`` then base64 of 24 to 64 bytes).

    Raises:
        SandboxError: the secret does not have this shape.

    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as error:  # binascii.Error is one; letters outside ASCII are the other
        raise SandboxError(_BAD_WEBHOOK.format(name=name)) from error
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise SandboxError(_BAD_WEBHOOK.format(name=name))
    return key


_BAD_WEBHOOK = "Le bac à sable ne peut pas démarrer : {name} doit être « whsec_ » suivi de 24 à 64 octets en base64."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m connectors.sandbox", description="Bac à sable : joue les partenaires du portail, en local."
    )
    parser.add_argument("--port", type=int, default=8071, help="port HTTP")
    parser.add_argument("--smtp-port", type=int, default=8072, help="port SMTP")
    parser.add_argument("--data-dir", type=Path, required=True, help="dossier de la base et des clés")
    parser.add_argument("--portal-url", default="http://127.0.0.1:8070", help="adresse publique du portail")
    parser.add_argument("--school-webhook-url", help="adresse de rappel du logiciel des écoles")
    parser.add_argument("--mobility-webhook-url", help="adresse de rappel du réseau de transport")
    parser.add_argument("--sms-webhook-url", help="adresse de rappel de l’opérateur de SMS")
    parser.add_argument("--authority", default="21380999900019", help="code de la collectivité servie par les écoles")
    return parser
