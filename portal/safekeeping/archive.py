"""The archive: an ordinary tar file, closed by one line that attests every byte before it.

That line is written last, so that a backup that was interrupted never looks whole, and any flipped byte is seen. The
manifest is the last member. It says what the archive must hold: a missing or foreign member is refused as well.
"""

import hashlib
import hmac
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from portal.ground.vault.service import VaultError, attest
from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.manifest import (
    ALTERED,
    CHUNK,
    FORMAT,
    MANIFEST,
    TRAILER_BYTES,
    Manifest,
    Member,
    is_safe,
    trailer,
)
from portal.safekeeping.places import make_private

MANIFEST_LIMIT: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose bytes are those that were written: its manifest, and the seal that only its portal can make."""

    path: Path
    manifest: Manifest
    digest: bytes
    seal: bytes

    def is_ours(self) -> bool:
        """True when the seal was made with a master key of this process.

        :raises VaultError: this process does not have that master key.
        """
        return hmac.compare_digest(self.seal, attest(self.digest, by=self.manifest.master_key_id))

    def check_seal(self) -> None:
        """Refuse an archive that this portal did not make.

        :raises SafekeepingError: with what to do.
        """
        try:
            ours = self.is_ours()
        except VaultError:
            raise SafekeepingError(
                f"Cette sauvegarde a été faite avec la clé maîtresse {self.manifest.master_key_id}, qui n’est pas "
                "parmi les clés données : cherchez celle qui servait ce jour-là."
            ) from None
        if not ours:
            raise SafekeepingError(ALTERED)

    def read(self, path: str) -> bytes:
        """One small member, checked."""
        with self._tar() as tar:
            for entry, member in self._entries(tar):
                if member.path == path:
                    data = _content(tar, entry).read()
                    _check(member, hashlib.sha256(data).hexdigest(), len(data))
                    return data
        raise SafekeepingError(ALTERED)

    def unpack(self, place: Callable[[str], Path | None]) -> int:
        """Write each member where ``place`` says, in new files of mode 0600, and check it; None: only check it.

        :returns: how many members there were.
        """
        count = 0
        with self._tar() as tar:
            for entry, member in self._entries(tar):
                target = place(member.path)
                sink = _new_file(target) if target is not None else None
                try:
                    _check(member, *_copy(_content(tar, entry), sink))
                finally:
                    if sink is not None:
                        sink.close()
                count += 1
        if count != len(self.manifest.members):
            raise SafekeepingError(ALTERED)
        return count

    @contextmanager
    def _tar(self) -> Iterator[tarfile.TarFile]:
        with open_tar(self.path) as tar:
            yield tar

    def _entries(self, tar: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, Member]]:
        """The members in their order, each known to the manifest, none twice."""
        expected = {member.path: member for member in self.manifest.members}
        for entry in tar:
            if entry.name == MANIFEST:
                continue
            member = expected.pop(entry.name, None)
            if member is None or not entry.isreg() or not is_safe(entry.name):
                raise SafekeepingError(ALTERED)
            yield entry, member


def open_archive(path: Path) -> Archive:
    """Read the whole archive once, and its manifest.

    :raises SafekeepingError: it is not one, is not whole, or was altered.
    """
    try:
        digest, seal = _read_trailer(path)
        with open_tar(path) as tar:
            manifest = _read_manifest(tar)
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, FileNotFoundError):
            raise SafekeepingError(f"Le fichier {path} n’existe pas : vérifiez son nom.") from None
        raise SafekeepingError(ALTERED) from None
    return Archive(path, manifest, digest, seal)


@contextmanager
def open_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """The tar part, members read where they are."""
    with tarfile.open(path, mode="r:") as tar:
        yield tar


def _read_trailer(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size - TRAILER_BYTES
        if size <= 0:
            raise SafekeepingError(ALTERED)
        sha256, left = hashlib.sha256(), size
        while left:
            block = stream.read(min(CHUNK, left))
            if not block:
                raise SafekeepingError(ALTERED)
            sha256.update(block)
            left -= len(block)
        words = stream.read(TRAILER_BYTES)
    try:
        seal = bytes.fromhex(words[-65:-1].decode("ascii"))
    except ValueError:
        raise SafekeepingError(ALTERED) from None
    if words != trailer(sha256.digest(), seal):
        raise SafekeepingError(ALTERED)
    return sha256.digest(), seal


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    entry = tar.getmember(MANIFEST) if MANIFEST in tar.getnames() else None
    if entry is None or entry.size > MANIFEST_LIMIT:
        raise SafekeepingError(ALTERED)
    values = json.loads(_content(tar, entry).read())
    if values["format"] != FORMAT:
        raise SafekeepingError(
            "Cette sauvegarde a été faite par une autre version de Parvis, dont le format n’est pas connu ici : "
            "restaurez-la avec la version qui l’a faite, puis mettez à jour."
        )
    members = [Member(**member) for member in values.pop("members")]
    return Manifest(**values, members=members)


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    stream = tar.extractfile(entry)
    if stream is None:
        raise SafekeepingError(ALTERED)
    return stream


def _new_file(target: Path) -> IO[bytes]:
    make_private(target.parent)
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _copy(source: IO[bytes], sink: IO[bytes] | None) -> tuple[str, int]:
    sha256, size = hashlib.sha256(), 0
    while block := source.read(CHUNK):
        sha256.update(block)
        size += len(block)
        if sink is not None:
            sink.write(block)
    return sha256.hexdigest(), size


def _check(member: Member, sha256: str, size: int) -> None:
    if (member.sha256, member.size) != (sha256, size):
        raise SafekeepingError(ALTERED)
