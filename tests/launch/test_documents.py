"""What the pages of ``docs/`` and the README say, checked against the product."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.interchange import read_document
from portal.cli import main as parvis
from portal.ground.settings import ConnectionSettings, ProviderSettings, Settings
from portal.launcher import options

from .conftest import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
GUIDE = (ROOT / "docs" / "exploitation.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def blocks(page: str, language: str) -> list[str]:
    """The examples of a page in one language."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_decision_is_listed():
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    pages = sorted(page.name for page in (ROOT / "docs" / "decisions").glob("0*.md"))
    assert pages
    assert LINK.findall(listed) == pages


def test_the_guide_names_every_setting():
    missing = [name for name in Settings.model_fields if name not in {"resident", "agent", "connections", "step_up"}]
    missing = [name for name in missing if f"PARVIS_{name.upper()}" not in GUIDE]
    missing += [name for name in ProviderSettings.model_fields if f"`{name}" not in GUIDE]
    assert missing == []


def test_the_guide_names_the_commands_that_exist():
    assert all(f"`parvis {name}" in GUIDE for name in parvis.commands)


def test_the_connection_of_the_guide_is_one_the_settings_accept():
    examples = [one for one in blocks("exploitation.md", "toml") if "[connections." in one]
    named = [named for one in examples for named in tomllib.loads(one)["connections"].items()]
    assert {name for name, _settings in named} >= {"ecoles", "sms"}
    for _name, settings in named:
        connection = ConnectionSettings.model_validate(settings)
        assert all(variable.startswith("PARVIS_SECRET_") for variable in connection.secrets.values())


def test_the_procedure_of_the_page_could_be_published():
    example, *_parts = blocks("ajouter-une-demarche.md", "yaml")
    assert problems_of(read_document(yaml.safe_load(example)), connections={"demo"}) == {}


def test_the_readme_names_every_option():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"--[a-z-]+", options.HELP)) <= set(re.findall(r"--[a-z-]+", readme))
