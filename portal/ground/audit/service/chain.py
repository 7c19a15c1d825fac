"""How a line of the journal becomes a link: the canonical form that is hashed. Pure."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from portal.ground.audit.models import AuditEntry

GENESIS: Final = "0" * 64
FORMAT: Final = 1
# Every column of the line: one that was left out could be altered unseen.
FIELDS: Final = tuple(AuditEntry.__table__.c.keys())


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says besides its hash."""

    position: int
    sealed_at: datetime
    caught_up: bool


def link_hash(previous: str, link: Link, line: Any) -> str:
    """The SHA-256, in hexadecimal, of the hash before and of the canonical JSON of the link and its line.

    :param line: a row that holds every column of the line.
    """
    content = {
        "format": FORMAT,
        "position": link.position,
        "sealed_at": _plain(link.sealed_at),
        "caught_up": link.caught_up,
        "line": {name: _plain(getattr(line, name)) for name in FIELDS},
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(f"{previous}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    """The same text on both engines: instants in UTC to the microsecond, ids in their usual form."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
