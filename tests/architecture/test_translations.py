"""Sentences: the French catalogue holds every plural, and « zéro » is singular."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask_babel import Babel, ngettext

HOLES = re.compile(r"%\(\w+\)[sd]")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def command() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "bin" / "catalogues.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_french_catalogue_holds_every_plural_and_no_other(command: ModuleType) -> None:
    assert len(command.plurals()) >= 10
    assert "nplurals=2; plural=(n > 1)" in command.french_catalogue()
    assert command.FRENCH.read_text(encoding="utf-8") == command.french_catalogue(), "run bin/catalogues.py"


def test_simplified_french_is_made_of_sentences_that_exist(command: ModuleType) -> None:
    known = {message for _file, message in command.sentences() if isinstance(message, str)}
    twins = command.twins()
    assert set(twins) - known == set(), "the plain sentence changed: write its twin again"
    assert command.SIMPLIFIED.read_text(encoding="utf-8") == command.french_catalogue(twins), "run bin/catalogues.py"
    for sentence, twin in twins.items():
        assert set(HOLES.findall(sentence)) == set(HOLES.findall(twin)), sentence
        assert max(len(part.split()) for part in re.split(r"(?<=[.?!:])\s+", twin)) <= 14, twin


def test_what_binds_is_never_simplified(command: ModuleType) -> None:
    """Papers, what is said of silence, and agents' pages keep the plain sentence."""
    places = ("backoffice/", "receipts/", "notifications/implicit", "notifications/department", "notifications/_layout")
    templates = tuple(f"portal/templates/{place}" for place in places)
    binding = ("portal/casework/", "portal/screens/backoffice/", *templates)
    twins = command.twins()
    shared = {message for file, message in command.sentences() if file.startswith(binding) and message in twins}
    assert shared == set()


@pytest.mark.parametrize(("number", "expected"), [(0, "0 demande"), (1, "1 demande"), (2, "2 demandes")])
def test_zero_is_singular_in_french(number: int, expected: str) -> None:
    app = Flask(__name__)
    Babel(app, default_locale="fr", default_translation_directories=str(ROOT / "translations"))
    with app.test_request_context():
        assert ngettext("%(num)d demande", "%(num)d demandes", number) == expected
