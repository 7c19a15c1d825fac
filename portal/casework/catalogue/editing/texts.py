"""Every text of a document with its place, so that languages can be written side by side. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.interchange import as_data
from portal.ground.dictionary.service import FRENCH

_LANGUAGE = re.compile(r"[a-z]{2}(@[a-z]+)?")
GENERAL = ""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text by language. ``group`` is the slug of its page, "" for what belongs to none."""

    path: Path
    group: str
    words: dict[str, str]

    @property
    def name(self) -> str:
        """The place as the name of a control."""
        return "t__" + "__".join(str(key) for key in self.path)


def texts_of(document: ProcedureDocument) -> list[Text]:
    """The texts in the order of the document; recorded trials hold none."""
    data = as_data(document)
    data.pop("cases", None)
    slugs = [step["slug"] for step in data["steps"]]
    return [
        Text(path, slugs[int(path[1])] if path[0] == "steps" else GENERAL, words) for path, words in _walk(data, ())
    ]


def _walk(part: Any, path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    if isinstance(part, dict):
        if FRENCH in part and all(_LANGUAGE.fullmatch(str(key)) and isinstance(one, str) for key, one in part.items()):
            yield path, part
            return
        for key, value in part.items():
            yield from _walk(value, (*path, key))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _walk(value, (*path, place))


def languages_of(document: ProcedureDocument) -> list[str]:
    """The languages other than French that some text has."""
    return sorted({language for text in texts_of(document) for language in text.words if language != FRENCH})
