"""What an archive says of itself, and how its parts are named."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
KEYS: Final = "keys.sealed"
CONFIG: Final = "parvis.toml"
DATABASES: Final = {"sqlite": "database/parvis.sqlite3", "postgresql": "database/parvis.pgdump"}
FOLDERS: Final = ("documents", "receipts", "erasures")

MAGIC: Final = b"PARVIS-1"
TRAILER_BYTES: Final = len(MAGIC) + 2 * (1 + 64) + 1
CHUNK: Final = 1 << 20

ALTERED = "Cette sauvegarde est incomplète ou a été altérée : n’en restaurez rien, prenez-en une autre."


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself. ``counts``: rows per table; ``vanished``: files erased while it was made."""

    archive_id: str
    created_at: str
    software: str
    engine: str
    revision: str
    master_key_id: str
    with_keys: bool
    counts: dict[str, int]
    vanished: int = 0
    format: int = FORMAT
    members: list[Member] = field(default_factory=list)

    @property
    def database(self) -> str:
        """The member that holds the database."""
        return DATABASES[self.engine]

    def files_below(self, folder: str) -> list[Member]:
        """The members of one folder."""
        return [member for member in self.members if member.path.startswith(f"{folder}/")]


def is_safe(path: str) -> bool:
    """True for the names that an archive of ours may hold: nothing absolute, nothing that climbs, nothing unknown."""
    parts = PurePosixPath(path).parts
    if path != "/".join(parts) or any(part in {"..", ".", "/"} or "\\" in part or "\0" in part for part in parts):
        return False
    if path in {CONFIG, KEYS, *DATABASES.values()}:
        return True
    return len(parts) > 1 and parts[0] in FOLDERS


def trailer(digest: bytes, seal: bytes) -> bytes:
    """The line that closes an archive: the digest of every byte before it, and its seal."""
    return b" ".join((MAGIC, digest.hex().encode(), seal.hex().encode())) + b"\n"
