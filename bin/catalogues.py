"""Rewrites the French catalogues from the sentences of the code: ``.venv-test/bin/python bin/catalogues.py``.

French is the language of the source, so only sentences with a plural need an entry: without it « 0 demandes » appears.
Simplified French (``fr@falc``) has those and the twins of ``translations/simplified.yaml``: one catalogue is opened.
"""

import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parents[1]
FRENCH = ROOT / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
SIMPLIFIED = ROOT / "translations" / "fr@falc" / "LC_MESSAGES" / "messages.po"
TWINS = ROOT / "translations" / "simplified.yaml"
FOLDERS = ("portal", "journeys", "accessibility")
# Dates and names of people would change the file for nothing.
VOLATILE = re.compile(
    r'^"(POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By|Report).*\n', re.MULTILINE
)


def sentences() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Every sentence of the code and of the templates, with its file; (singular, plural) where there is one."""
    with (ROOT / "translations" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    for folder in FOLDERS:
        mapping = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods]
        settings = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        keywords = {**DEFAULT_KEYWORDS, "_l": None}
        for file, _line, message, _comments, _context in extract_from_dir(ROOT / folder, mapping, settings, keywords):
            yield f"{folder}/{file}", message


def plurals() -> set[tuple[str, str]]:
    """Every (singular, plural)."""
    return {(message[0], message[1]) for _file, message in sentences() if isinstance(message, tuple)}


def twins() -> Mapping[str, str]:
    """Plain sentence → simplified one."""
    found: dict[str, str] = yaml.safe_load(TWINS.read_text(encoding="utf-8"))
    return found


def french_catalogue(simplified: Mapping[str, str] | None = None) -> str:
    """The text of the catalogue, with twins for the sentences that have one."""
    catalogue = Catalog(locale="fr", project="Parvis", version="0.1.0", charset="utf-8", fuzzy=False)
    for sentence, twin in (simplified or {}).items():
        catalogue.add(sentence, string=twin, flags=["python-format"] if "%(" in sentence else [])
    for singular, plural in sorted(plurals()):
        catalogue.add((singular, plural), string=(singular, plural), flags=["python-format"])
    written = io.BytesIO()
    write_po(written, catalogue, width=120, sort_output=True, no_location=True)
    text = written.getvalue().decode("utf-8")
    return "# Made by bin/catalogues.py.\n" + VOLATILE.sub("", text[text.index('msgid ""') :])


if __name__ == "__main__":
    for target, text in ((FRENCH, french_catalogue()), (SIMPLIFIED, french_catalogue(twins()))):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{target.relative_to(ROOT)} est à jour.\n")
