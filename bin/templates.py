"""Checks templates and translation catalogues without a browser: run by ``bin/test`` with the tests' environment."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po
from jinja2 import Environment, TemplateSyntaxError, meta

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("portal", "journeys", "accessibility", "connectors/sandbox")
SAFE = re.compile(r"\|\s*safe\b")


def templates() -> list[Path]:
    """Every template of the product."""
    return sorted(file for source in SOURCES for file in (ROOT / source).rglob("*.html") if "static" not in file.parts)


def names_of(files: list[Path]) -> set[str]:
    """Every name under which a template could be asked for: the ends of its path, from any folder."""
    return {"/".join(file.parts[start:]) for file in files for start in range(len(ROOT.parts), len(file.parts))}


def template_faults(files: list[Path]) -> Iterator[str]:
    """Templates that do not parse, refer to one that is not there, or switch escaping off."""
    engine = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    known = names_of(files)
    for file in files:
        place = file.relative_to(ROOT)
        text = file.read_text(encoding="utf-8")
        if SAFE.search(text):
            yield f"{place} : le filtre « safe » coupe l’échappement"
        try:
            parsed = engine.parse(text)
        except TemplateSyntaxError as error:
            yield f"{place}:{error.lineno} : {error.message}"
            continue
        wanted = meta.find_referenced_templates(parsed)
        yield from (f"{place} : le gabarit {name} n’existe pas" for name in wanted if name and name not in known)


def catalogue_faults() -> Iterator[str]:
    """Catalogues that cannot be read, or whose translations do not keep the placeholders of their sentence."""
    for file in sorted((ROOT / "translations").glob("*/LC_MESSAGES/*.po")):
        place = file.relative_to(ROOT)
        try:
            with file.open("rb") as stream:
                catalogue = read_po(stream, locale=file.parent.parent.name.partition("@")[0], abort_invalid=True)
        except PoFileError as error:
            yield f"{place} : {error}"
            continue
        for message, errors in catalogue.check():
            yield from (f"{place}:{message.lineno} : {error}" for error in errors)


def main() -> int:
    """Write the faults; the exit code is 1 when there are any."""
    files = templates()
    faults = [*template_faults(files), *catalogue_faults()]
    for fault in faults:
        print(fault)
    print(f"{len(files)} gabarits lus, {len(faults)} défaut(s).")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
