"""Writing an archive, hashing all that passes."""

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import IO, Any, cast

from portal.ground.vault.service import attest
from portal.safekeeping.manifest import CHUNK, MANIFEST, Manifest, Member, trailer


class ArchiveWriter:
    """Writes members into an open file, hashing all that passes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = _Hashing(stream)
        sink = cast("IO[bytes]", self._stream)
        self._tar = tarfile.open(fileobj=sink, mode="w|", bufsize=CHUNK)  # noqa: SIM115  closed by close()
        self.members: list[Member] = []

    def add_file(self, path: str, file: Path) -> bool:
        """Add a file. ``False``: it does not exist any more."""
        try:
            source = file.open("rb")
        except FileNotFoundError:
            return False
        with source:
            size = os.fstat(source.fileno()).st_size
            counting = _Reading(source, size)
            self._tar.addfile(_entry(path, size), counting)
        self.members.append(Member(path, size, counting.sha256.hexdigest()))
        return True

    def add_bytes(self, path: str, data: bytes) -> None:
        """Add a small member."""
        self._tar.addfile(_entry(path, len(data)), io.BytesIO(data))
        self.members.append(Member(path, len(data), hashlib.sha256(data).hexdigest()))

    def close(self, manifest: dict[str, Any], master_key_id: str) -> Manifest:
        """Write the manifest, then the line that makes the archive whole."""
        made = Manifest(**manifest, members=list(self.members))
        text = json.dumps(_plain(made), ensure_ascii=False, sort_keys=True).encode()
        self._tar.addfile(_entry(MANIFEST, len(text)), io.BytesIO(text))
        self._tar.close()
        digest = self._stream.sha256.digest()
        self._stream.write_last(trailer(digest, attest(digest, by=master_key_id)))
        return made


def _plain(manifest: Manifest) -> dict[str, Any]:
    names = [name for name in Manifest.__dataclass_fields__ if name != "members"]
    members = [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in manifest.members]
    return {**{name: getattr(manifest, name) for name in names}, "members": members}


def _entry(path: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = size, 0o600
    return entry


class _Hashing:
    """A stream to write to, that hashes what passes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self._stream.write(data)

    def write_last(self, data: bytes) -> None:
        self._stream.write(data)


class _Reading:
    """A file to read from, no further than ``size``, that hashes what passes."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._left = stream, size
        self.sha256 = hashlib.sha256()

    def read(self, wanted: int = -1) -> bytes:
        block = self._stream.read(self._left if wanted < 0 else min(wanted, self._left))
        self._left -= len(block)
        self.sha256.update(block)
        return block
