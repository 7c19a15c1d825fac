"""The documents of published versions, checked once a process: once published, it never changes. Pure."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.ranking import fold

MAX_CHECKED = 500
# A version and the moment of its publication: a publication that was rolled back says nothing of the next.
Key = tuple[UUID, datetime | None]
_CHECKED: dict[Key, ProcedureDocument] = {}


def kept_document(key: Key) -> ProcedureDocument | None:
    """What was checked under this key; None when it was not yet, or too long ago."""
    return _CHECKED.get(key)


def check_document(key: Key, data: Mapping[str, Any]) -> ProcedureDocument:
    """The document in ``data``, kept under its key when it was published."""
    document = _CHECKED.get(key)
    if document is None:
        document = ProcedureDocument.model_validate(data)
        if key[1] is not None:
            if len(_CHECKED) >= MAX_CHECKED:
                _CHECKED.clear()
            _CHECKED[key] = document
    return document


@lru_cache(maxsize=MAX_CHECKED)
def title_key(title: str) -> str:
    """What titles are sorted by."""
    return fold(title)
