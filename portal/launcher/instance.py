"""What a first start writes in the data folder: settings, secrets and keys. Later starts only read them.

Secrets never stand in ``parvis.toml``: it names the variables, ``secrets.env`` (0600) holds their values.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.launcher.options import Options

SAMPLE_SIRET = "21380999900019"
SAMPLE_LETTER_ADDRESS = ["Caisse d’allocations familiales", "Service des courriers", "38999 Valmont-sur-Iselle Cedex"]
SAMPLE_SENDER = "ne-pas-repondre@valmont-sur-iselle.example"
RESIDENT_CLIENT_ID = "parvis-usagers"
AGENT_CLIENT_ID = "parvis-agents"

# Variable of the portal → variable of the sandbox that must hold the same value.
SHARED_SECRETS = {
    "PARVIS_RESIDENT_CLIENT_SECRET": "SANDBOX_RESIDENT_CLIENT_SECRET",
    "PARVIS_AGENT_CLIENT_SECRET": "SANDBOX_AGENT_CLIENT_SECRET",
    "PARVIS_SECRET_ECOLES_API_KEY": "SANDBOX_SCHOOL_API_KEY",
    "PARVIS_SECRET_ECOLES_WEBHOOK_SECRET": "SANDBOX_SCHOOL_WEBHOOK_SECRET",
    "PARVIS_SECRET_DEMO_API_KEY": "SANDBOX_DEMO_API_KEY",
    "PARVIS_SECRET_CAF_TOKEN": "SANDBOX_CAF_TOKEN",
    "PARVIS_SECRET_MOBILITE_API_KEY": "SANDBOX_MOBILITY_API_KEY",
    "PARVIS_SECRET_MOBILITE_WEBHOOK_SECRET": "SANDBOX_MOBILITY_WEBHOOK_SECRET",
    "PARVIS_SECRET_SMS_API_KEY": "SANDBOX_SMS_API_KEY",
    "PARVIS_SECRET_SMS_WEBHOOK_SECRET": "SANDBOX_SMS_WEBHOOK_SECRET",
}


class DataDirError(Exception):
    """The data folder cannot be used; the message is one French sentence."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of ``parvis.toml``: its name, and its keys in order."""

    name: str
    values: Mapping[str, object]


def create_data_dir(data_dir: Path) -> None:
    """Make the data folder and its inner ones, readable by their owner alone.

    :raises DataDirError: when the folder cannot be written to.
    """
    try:
        for folder in (data_dir, data_dir / "keys", data_dir / "journaux"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
    except OSError as error:
        raise DataDirError(
            f"Le dossier de données {data_dir} ne peut pas être utilisé ({error.strerror}) : "
            "choisissez-en un autre avec --data-dir."
        ) from None


def write_first_settings(options: Options) -> None:
    """Write keys, then secrets, then ``parvis.toml``, which marks the first start as done; whatever exists is kept."""
    _write_once(options.data_dir / "keys" / "master.key", _random_base64(32))
    _write_once(options.data_dir / "keys" / "secret.key", _random_base64(48))
    if options.sandbox:
        _write_once(options.data_dir / "secrets.env", _new_secrets())
    _write_once(options.config_file, _settings_text(options))


def read_secrets(data_dir: Path) -> dict[str, str]:
    """The variables of ``secrets.env``; none when the file does not exist."""
    file = data_dir / "secrets.env"
    if not file.is_file():
        return {}
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def portal_environment(options: Options, settled: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of web and worker: the caller's last, over the secrets of the data folder.

    A port other than the settled one moves the public address too, as long as that address is this very machine's.
    """
    environment = {**read_secrets(options.data_dir), **environ}
    environment["PARVIS_DATA_DIR"] = str(options.data_dir)
    environment["PARVIS_PORT"] = str(options.port)
    usual = f"http://127.0.0.1:{settled.get('port')}"
    if settled.get("public_url") == usual and "PARVIS_PUBLIC_URL" not in environ:
        environment["PARVIS_PUBLIC_URL"] = options.address
    return environment


def sandbox_environment(options: Options, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the sandbox: what it shares with the portal under its own names, and no key of the portal."""
    known = {**read_secrets(options.data_dir), **environ}
    environment = {name: value for name, value in environ.items() if not name.startswith("PARVIS_")}
    environment |= {theirs: known[ours] for ours, theirs in SHARED_SECRETS.items() if ours in known}
    environment["SANDBOX_RESIDENT_CLIENT_ID"] = known.get("PARVIS_RESIDENT_CLIENT_ID", RESIDENT_CLIENT_ID)
    environment["SANDBOX_AGENT_CLIENT_ID"] = known.get("PARVIS_AGENT_CLIENT_ID", AGENT_CLIENT_ID)
    return environment


def _new_secrets() -> str:
    values = {name: secrets.token_urlsafe(32) for name in SHARED_SECRETS}
    values |= {name: _webhook_secret() for name in values if name.endswith("_WEBHOOK_SECRET")}
    lines = ["# Secrets de cette installation, tirés au hasard au premier lancement. À ne jamais diffuser."]
    return "\n".join([*lines, *(f"{name}={value}" for name, value in values.items())]) + "\n"


def _webhook_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode('ascii')}"


def _settings_text(options: Options) -> str:
    top: dict[str, object] = {
        "public_url": options.address,
        "port": options.port,
        "instance_id": f"parvis-{secrets.token_hex(3)}",
        "production": False,
    }
    if not options.sandbox:
        return _toml([Table("", top)])
    sandbox = f"http://127.0.0.1:{options.sandbox_port}"
    top |= {
        "egress_allow": [f"127.0.0.1:{options.sandbox_port}", f"127.0.0.1:{options.smtp_port}"],
        "agent_sirets": [SAMPLE_SIRET],
        "mail_from": f"Ville de Valmont-sur-Iselle <{SAMPLE_SENDER}>",
        "sandbox_url": sandbox,
    }
    return _toml([Table("", top), *_providers(sandbox), *_connections(sandbox, options.smtp_port)])


def _providers(sandbox: str) -> list[Table]:
    """Sign-in through the sandbox; scopes, ``acr`` and algorithms keep the portal's own defaults."""
    return [
        Table(
            "resident",
            {
                "issuer": f"{sandbox}/franceconnect/api/v2",
                "client_id": RESIDENT_CLIENT_ID,
                "client_secret_env": "PARVIS_RESIDENT_CLIENT_SECRET",
            },
        ),
        Table(
            "agent",
            {
                "issuer": f"{sandbox}/proconnect/api/v2",
                "client_id": AGENT_CLIENT_ID,
                "client_secret_env": "PARVIS_AGENT_CLIENT_SECRET",
            },
        ),
    ]


def _connections(sandbox: str, smtp_port: int) -> list[Table]:
    """The connections of the demonstration."""
    school = {"base_url": f"{sandbox}/ecoles", "authority_code": SAMPLE_SIRET}
    school_secrets = {
        "api_key": "PARVIS_SECRET_ECOLES_API_KEY",
        "webhook_secret": "PARVIS_SECRET_ECOLES_WEBHOOK_SECRET",
    }
    mobility = {
        "gbfs_url": f"{sandbox}/velos/gbfs/3.0/gbfs.json",
        "pass_url": f"{sandbox}/mobilite",
        "operator_code": "trans-iselle",
    }
    mobility_secrets = {
        "api_key": "PARVIS_SECRET_MOBILITE_API_KEY",
        "webhook_secret": "PARVIS_SECRET_MOBILITE_WEBHOOK_SECRET",
    }
    sms_secrets = {"api_key": "PARVIS_SECRET_SMS_API_KEY", "webhook_secret": "PARVIS_SECRET_SMS_WEBHOOK_SECRET"}
    mail = {"host": "127.0.0.1", "port": smtp_port, "security": "none", "from_address": SAMPLE_SENDER}
    return [
        Table("connections.ecoles", {"connector": "school", "title": "Inscriptions scolaires"}),
        Table("connections.ecoles.options", school),
        Table("connections.ecoles.secrets", school_secrets),
        Table("connections.demo", {"connector": "demo", "title": "Partenaire de démonstration"}),
        Table("connections.demo.options", {"base_url": f"{sandbox}/demo"}),
        Table("connections.demo.secrets", {"api_key": "PARVIS_SECRET_DEMO_API_KEY"}),
        Table("connections.caf", {"connector": "caf", "title": "Quotient familial (CAF et MSA)"}),
        Table("connections.caf.options", {"base_url": f"{sandbox}/caf", "recipient": SAMPLE_SIRET}),
        Table("connections.caf.secrets", {"token": "PARVIS_SECRET_CAF_TOKEN"}),
        Table("connections.mobilite", {"connector": "mobility", "title": "Transports et vélos partagés"}),
        Table("connections.mobilite.options", mobility),
        Table("connections.mobilite.secrets", mobility_secrets),
        Table("connections.adresses", {"connector": "ban", "title": "Base nationale des adresses"}),
        Table("connections.adresses.options", {"base_url": f"{sandbox}/adresses"}),
        Table("connections.caf-courrier", {"connector": "letter", "title": "CAF, par courrier"}),
        Table("connections.caf-courrier.options", {"recipient": SAMPLE_LETTER_ADDRESS}),
        Table("connections.courriel", {"connector": "email", "title": "Courriels aux usagers"}),
        Table("connections.courriel.options", mail),
        Table("connections.sms", {"connector": "sms", "title": "SMS aux usagers"}),
        Table("connections.sms.options", {"base_url": f"{sandbox}/sms", "sender": "VALMONT"}),
        Table("connections.sms.secrets", sms_secrets),
    ]


def _toml(tables: list[Table]) -> str:
    lines = [
        "# Réglages de cette installation de Parvis, écrits au premier lancement ; vous pouvez les modifier.",
        "# Chaque réglage est décrit dans docs/exploitation.md. Les secrets n’y figurent pas : seulement le nom",
        "# des variables qui les portent (fichier secrets.env, ou environnement).",
    ]
    for table in tables:
        lines += ["", f"[{table.name}]"] if table.name else [""]
        # A JSON string, number, boolean or list of strings is written the same way in TOML.
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.values.items()]
    return "\n".join(lines) + "\n"


def _random_base64(length: int) -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(length)).decode("ascii") + "\n"


def _write_once(file: Path, text: str) -> None:
    """Write a file readable by its owner alone, whole or not at all; one that exists is left as it is."""
    if file.exists():
        return
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)
