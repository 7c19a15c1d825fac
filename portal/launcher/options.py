"""The options of ``bin/run`` and the environment variables they stand for."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_PORT = 8070
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

HELP = f"""Usage : bin/run [options]

Prépare Parvis si besoin, puis lance le portail, son traitement des envois et le bac à sable
(fournisseurs d’identité et partenaires fictifs). Ctrl-C arrête tout.

Options :
  --port N          port du portail (par défaut : {DEFAULT_PORT} ; le bac à sable prend les deux suivants)
  --data-dir DIR    dossier des données, des réglages et des clés (par défaut : instance/)
  --no-sandbox      ne lance pas le bac à sable
  -h, --help        affiche cette aide

Variables d’environnement : PARVIS_PORT et PARVIS_DATA_DIR remplacent les valeurs par défaut des options,
PARVIS_PYTHON choisit l’interpréteur, PARVIS_VENV le dossier de l’environnement Python.
"""


class UsageError(Exception):
    """An option that cannot be understood; the message is one French sentence."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked, with what an earlier start already settled in ``parvis.toml``."""

    data_dir: Path
    port: int
    sandbox: bool
    sandbox_port: int
    smtp_port: int
    first_start: bool
    help: bool = False

    @property
    def config_file(self) -> Path:
        """The settings of this installation."""
        return self.data_dir / "parvis.toml"

    @property
    def address(self) -> str:
        """Where this machine reaches the portal."""
        return f"http://127.0.0.1:{self.port}"

    def wanted_ports(self) -> dict[int, str]:
        """Port → what it is for, in French, for the sentence that says it is taken."""
        wanted = {self.port: "le portail"}
        if self.sandbox:
            wanted |= {self.sandbox_port: "le bac à sable", self.smtp_port: "le courrier du bac à sable"}
        return wanted


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Read the command line, the environment, then what the data folder already holds.

    :raises UsageError: with one French sentence.
    """
    given = _read_arguments(arguments)
    if "help" in given:
        return Options(ROOT / "instance", DEFAULT_PORT, True, DEFAULT_PORT + 1, DEFAULT_PORT + 2, True, help=True)
    data_dir = Path(given.get("data-dir") or environ.get("PARVIS_DATA_DIR") or ROOT / "instance").absolute()
    settled = read_settings(data_dir / "parvis.toml")
    chosen = given.get("port") or environ.get("PARVIS_PORT") or settled.get("port", DEFAULT_PORT)
    port = _read_port(str(chosen), "--port" if "port" in given else "PARVIS_PORT")
    sandbox_port, smtp_port = _sandbox_ports(settled, port)
    first_start = not settled
    has_sandbox = first_start or bool(settled.get("sandbox_url"))
    return Options(data_dir, port, "no-sandbox" not in given and has_sandbox, sandbox_port, smtp_port, first_start)


def read_settings(file: Path) -> dict[str, Any]:
    """The content of ``parvis.toml``; empty when there is none yet.

    :raises UsageError: when it cannot be read.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"Le fichier de réglages {file} n’est pas lisible : {error}.") from None


def _read_arguments(arguments: Sequence[str]) -> dict[str, str]:
    """Option name → value; flags have an empty one."""
    given: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if word in {"-h", "--help"}:
            given["help"] = ""
        elif word == "--no-sandbox":
            given[name] = ""
        elif word.startswith("--") and name in {"port", "data-dir"}:
            if not equals:
                value = rest.pop(0) if rest else ""
            if not value or value.startswith("--"):
                raise UsageError(f"L’option --{name} attend une valeur : voyez bin/run --help.")
            given[name] = value
        else:
            raise UsageError(f"L’option « {word} » n’existe pas : voyez bin/run --help.")
    return given


def _read_port(value: str, origin: str) -> int:
    """A port that leaves room for the two of the sandbox."""
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65533:
        raise UsageError(f"{origin} attend un numéro de port entre 1 et 65533, et non « {value} ».")
    return int(value)


def _sandbox_ports(settled: Mapping[str, Any], port: int) -> tuple[int, int]:
    """The sandbox keeps the ports of the first start: accounts are tied to its addresses."""
    address = urlsplit(str(settled.get("sandbox_url") or ""))
    mail = settled.get("connections", {}).get("courriel", {}).get("options", {})
    sandbox_port = address.port or port + 1
    local_mail = mail.get("host") in LOOPBACK and isinstance(mail.get("port"), int)
    return sandbox_port, mail["port"] if local_mail else sandbox_port + 1
