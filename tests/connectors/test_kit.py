"""Manifests, settings, building, reports, and what the kit may import."""

import ast
import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

import connectors
from connectors.partners.demo import CONNECTOR as DEMO
from connectors.partners.email import CONNECTOR as EMAIL
from connectors.partners.school import CONNECTOR as SCHOOL
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    ConnectorSettings,
    EgressPolicy,
    Manifest,
    PermanentError,
    ProtocolError,
    RetryableError,
    build_connector,
    discover_connectors,
    load_manifest,
    report_check,
    secret_fields,
)
from connectors.sdk.testing import RULES
from connectors.sdk.testing.doubles import NOW

ROOT = Path(connectors.__file__).parent
FORBIDDEN = {
    "flask",
    "flask_login",
    "flask_wtf",
    "flask_babel",
    "sqlalchemy",
    "wtforms",
    "jinja2",
    "werkzeug",
    "portal",
}
IO_MODULES = {
    "socket",
    "ssl",
    "smtplib",
    "http",
    "urllib",
    "pathlib",
    "os",
    "io",
    "time",
    "logging",
    "random",
    "secrets",
}


def imported_by(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def files_of(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("file", files_of("sdk", "partners"), ids=lambda file: str(file.relative_to(ROOT)))
def test_kit_and_partners_know_no_framework(file: Path) -> None:
    roots = {name.partition(".")[0] for name in imported_by(file)}
    assert roots & FORBIDDEN == set()
    if (ROOT / "sdk" / "http") not in file.parents:
        assert roots & {"httpx2", "httpcore2"} == set()


@pytest.mark.parametrize("file", files_of("partners"), ids=lambda file: str(file.relative_to(ROOT)))
def test_mappings_do_no_input_or_output(file: Path) -> None:
    if file.name in {"mapping.py", "wire.py"}:
        assert {name.partition(".")[0] for name in imported_by(file)} & IO_MODULES == set()
        assert "connectors.sdk.http" not in imported_by(file)
    others = {name for name in imported_by(file) if name.startswith("connectors.partners.")}
    own = f"connectors.partners.{file.relative_to(ROOT / 'partners').parts[0]}"
    assert {name for name in others if not name.startswith(own)} == set()


def test_kit_loads_without_the_web_http_or_test_libraries() -> None:
    code = "import sys, connectors.sdk; print(sorted({'flask','sqlalchemy','httpx2','pytest'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", [DEMO, SCHOOL, EMAIL], ids=["demo", "school", "email"])
def test_each_folder_holds_the_same_files(kind: Any) -> None:
    names = {file.name for file in (ROOT / "partners" / kind.manifest.id).iterdir() if file.is_file()}
    expected = {"__init__.py", "manifest.toml", "connector.py", "client.py", "mapping.py", "settings.py", "README.md"}
    assert names - {"wire.py"} == expected


def test_tiers() -> None:
    assert [kind.manifest.tier for kind in (DEMO, SCHOOL, EMAIL)] == ["draft", "tested", "tested"]


def test_rules_of_the_contract_are_many() -> None:
    assert len(RULES) >= 16


def good_manifest() -> dict[str, Any]:
    return SCHOOL.manifest.model_dump()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "Ecoles"), ("id", ""), ("tier", "beta"), ("mode", "magic"), ("capabilities", []),
        ("capabilities", ["flies"]), ("capabilities", ["submits", "submits"]), ("data_sent", ["nom"]),
        ("data_sent", ["contact.email", "contact.email"]), ("legal_basis", ""), ("owner", ""), ("retention", ""),
        ("exemptions", [{"rule": "x"}]), ("exemptions", [{"rule": "x", "reason": ""}]), ("colour", "blue"),
    ],
)  # fmt: skip
def test_bad_manifest_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Manifest.model_validate({**good_manifest(), field: value})
    assert {str(error["loc"][0]) for error in caught.value.errors()} == {field}


@pytest.mark.parametrize("field", [name for name, info in Manifest.model_fields.items() if info.is_required()])
def test_incomplete_manifest_is_refused(field: str) -> None:
    incomplete = {name: value for name, value in good_manifest().items() if name != field}
    with pytest.raises(ValidationError):
        Manifest.model_validate(incomplete)


@pytest.mark.parametrize(
    ("capabilities", "follow_ups", "valid"),
    [
        (["submits", "amends", "withdraws"], {}, True),
        (["submits", "amends"], {"amends": "La correction, et son numéro."}, True),
        (["submits", "complements"], {"complements": "La réponse de la personne."}, True),
        (["submits", "complements"], {}, False),
        (["submits"], {"withdraws": "Le retrait."}, False),
    ],
)
def test_what_leaves_later_is_said_when_it_is_in_no_list(
    capabilities: list[str], follow_ups: dict[str, str], valid: bool
) -> None:
    content = {**good_manifest(), "capabilities": capabilities, "follow_ups": follow_ups}
    if valid:
        assert Manifest.model_validate(content).follow_ups == follow_ups
        return
    with pytest.raises(ValidationError, match="complements"):
        Manifest.model_validate(content)


def written(folder: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> str:
    package = folder / "trial_partner"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "manifest.toml").write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "trial_partner", raising=False)
    return "trial_partner"


@pytest.mark.parametrize(
    ("content", "code", "fields"),
    [
        ("id = ", "manifest_invalid", {"manifest.toml"}),
        ('id = "trial_partner"', "manifest_invalid", None),
        ((ROOT / "partners/demo/manifest.toml").read_text(encoding="utf-8"), "manifest_misnamed", {"id"}),
    ],
)
def test_manifest_file_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, code: str, fields: set[str] | None
) -> None:
    package = written(tmp_path, content, monkeypatch)
    with pytest.raises(ConfigurationError) as caught:
        load_manifest(package)
    assert caught.value.code == code
    assert set(caught.value.fields) == fields or (fields is None and "legal_basis" in caught.value.fields)


def context(*, production: bool = False) -> ConnectorContext:
    return ConnectorContext("essai", EgressPolicy(production=production), lambda: NOW)


OPTIONS = {"base_url": "https://partner.example/api/"}


def test_draft_is_refused_in_production() -> None:
    with pytest.raises(ConfigurationError) as caught:
        build_connector(DEMO, OPTIONS, {"api_key": "test-only-key-1"}, context(production=True))
    assert caught.value.code == "draft_in_production"


def test_secret_among_options_and_option_among_secrets_are_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        build_connector(DEMO, {"api_key": "test-only-key-1"}, {"base_url": "https://partner.example"}, context())
    assert caught.value.code == "settings_misplaced"
    assert caught.value.fields == {"api_key": "secret_in_options", "base_url": "not_a_secret"}


def test_secret_fields_are_found_wherever_they_hide() -> None:
    class Settings(ConnectorSettings):
        plain: str
        direct: SecretStr
        optional: SecretStr | None = None
        several: tuple[SecretStr, ...] = ()

    assert secret_fields(Settings) == {"direct", "optional", "several"}


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (None, (True, True, True, True, "ok")),
        (ConfigurationError("credentials_refused"), (False, True, True, False, "credentials_refused")),
        (ConfigurationError("egress_port_refused"), (False, False, None, None, "egress_port_refused")),
        (RetryableError("connection_failed"), (False, True, False, None, "connection_failed")),
        (ProtocolError("answer_unreadable"), (False, True, False, None, "answer_unreadable")),
        (PermanentError("http_404"), (False, False, True, None, "http_404")),
    ],
)
def test_report(raised: Exception | None, expected: tuple[Any, ...]) -> None:
    def probe() -> None:
        if raised is not None:
            raise raised

    assert dataclasses.astuple(report_check(probe)) == expected


@pytest.mark.parametrize("make", [PermanentError, RetryableError, ConfigurationError, ProtocolError])
def test_errors_say_their_code_and_nothing_else(make: Callable[[str], Exception]) -> None:
    error = make("some_code")
    assert (str(error), error.args) == ("some_code", ("some_code",))


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """An installed distribution that declares these entry points."""
    info = folder / "trial_connectors-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: trial-connectors\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[parvis.connectors]\n" + "\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(folder))


def test_installed_connectors_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, *(f"{name} = connectors.partners.{name}:CONNECTOR" for name in ("school", "demo")))
    found = discover_connectors()
    assert (found["demo"], found["school"]) == (DEMO, SCHOOL)
    assert list(found) == sorted(found)


@pytest.mark.parametrize("line", ["schools = connectors.partners.school:CONNECTOR", "school = connectors.sdk:Manifest"])
def test_misdeclared_connector_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    install(tmp_path, monkeypatch, line)
    with pytest.raises(ConfigurationError) as caught:
        discover_connectors()
    assert caught.value.code == "connector_misdeclared"
