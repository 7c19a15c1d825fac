"""The key files and the secrets of the data folder, and when a key file changes under a running process."""

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path

# Setting → its file in ``keys/`` of the data folder.
KEY_FILES = {
    "master_key": "master.key",
    "previous_master_key": "previous.key",
    "fingerprint_key": "fingerprint.key",
    "secret_key": "secret.key",
}
SECRETS_FILE = "secrets.env"
# Keys that encrypt: 32 bytes in URL-safe base64.
ENCRYPTING = ("master_key", "previous_master_key", "fingerprint_key")


def read_key_files(folder: Path) -> dict[str, str]:
    """The keys that have a file in ``folder``, by setting."""
    files = {name: folder / file for name, file in KEY_FILES.items()}
    return {name: file.read_text(encoding="ascii").strip() for name, file in files.items() if file.is_file()}


def read_secrets(data_dir: Path) -> dict[str, str]:
    """The variables that ``secrets.env`` of a data folder sets; none when there is no such file."""
    file = data_dir / SECRETS_FILE
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    pairs = (line.strip().partition("=") for line in lines if not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def command_environment() -> dict[str, str]:
    """The environment of a command typed by an operator: theirs, over the secrets of the data folder."""
    data_dir = Path(os.environ.get("PARVIS_DATA_DIR") or "instance")
    return {**read_secrets(data_dir), **os.environ}


def is_encryption_key(encoded: str) -> bool:
    """True for 32 bytes in URL-safe base64."""
    try:
        return len(base64.urlsafe_b64decode(encoded)) == 32
    except (ValueError, binascii.Error):
        return False


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """The folder that the keys of a running process were read from, watched so that a rotation reaches the process."""

    path: Path

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Changes whenever a key file does; two ``stat`` calls."""
        return tuple(_stamp(self.path / KEY_FILES[name]) for name in ("master_key", "previous_master_key"))


def _stamp(file: Path) -> tuple[int, int]:
    try:
        known = file.stat()
    except OSError:
        return (0, 0)
    return (known.st_mtime_ns, known.st_ino)
