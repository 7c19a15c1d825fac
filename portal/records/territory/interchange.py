"""Lists of communes as files: JSON of the API Découpage administratif (api-geo), or of its published archives."""

import json
from pathlib import Path
from typing import Any, Final

from portal.records.territory.shapes import ImportCount

# The national list is about 5 MB with the fields that are read here, 15 MB with all of them.
MAX_BYTES: Final = 50_000_000
MAX_ROWS: Final = 200_000


class FileRefused(Exception):
    """A file that is not a list of communes; the message is one French sentence."""


def read_rows(file: Path) -> list[Any]:
    """The rows of a file, unchecked.

    :raises FileRefused: too big, unreadable, not JSON, or not a list.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise FileRefused(f"Ce fichier dépasse {MAX_BYTES // 1_000_000} Mo : ne demandez que les champs utiles.")
        rows = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileRefused(f"Ce fichier ne peut pas être lu ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise FileRefused("Ce fichier n’est pas du JSON : téléchargez-le de nouveau.") from None
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise FileRefused("Ce fichier n’est pas une liste de communes.")
    return rows


def say_count(done: ImportCount, known: int) -> str:
    """What an import did, and how many communes are known since."""
    if done.is_empty:
        return "Aucune commune dans ce fichier : vérifiez qu’il a les champs code, nom et codesPostaux."
    parts = (
        _count(done.added, "commune ajoutée", "communes ajoutées"),
        _count(done.changed, "mise à jour", "mises à jour"),
        _count(done.unchanged, "inchangée", "inchangées"),
        _count(done.refused, "ligne laissée de côté", "lignes laissées de côté"),
    )
    return f"{', '.join(parts)}. La liste compte {_count(known, 'commune', 'communes')}."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {many if number > 1 else one}"
