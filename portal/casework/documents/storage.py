"""Sealed contents on disk, one file each: ``<folder>/<two hex>/<id>``. Written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from portal.ground.errors import ParvisError

UNFINISHED = ".part"


class StorageFull(ParvisError):
    """The content could not be written: no space, or no right to write."""

    status = 503


class ContentMissing(ParvisError):
    """The row is there and its content is not: a restore without the files, or a damaged disk."""

    status = 503


@dataclass(frozen=True, slots=True)
class BlobStore:
    """The folder of the contents. Any process of the portal may read and write it."""

    folder: Path

    def write(self, blob_id: UUID, content: bytes) -> None:
        """Write a content and make it last before returning.

        :raises StorageFull: it could not be written; nothing is left behind.
        """
        place = self._place(blob_id)
        unfinished: Path | None = None
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=place.parent, suffix=UNFINISHED, delete=False) as file:
                unfinished = Path(file.name)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(place)
            _make_last(place.parent)
        except OSError as error:
            if unfinished is not None:
                unfinished.unlink(missing_ok=True)
            raise StorageFull("document_not_stored") from error

    def read(self, blob_id: UUID) -> bytes:
        """A content as written.

        :raises ContentMissing: it is not there.
        """
        try:
            return self._place(blob_id).read_bytes()
        except OSError as error:
            raise ContentMissing("document_content_missing") from error

    def remove(self, blob_id: UUID) -> None:
        """Remove a content; removing it again changes nothing."""
        self._place(blob_id).unlink(missing_ok=True)

    def older_than(self, instant: float) -> Iterator[tuple[UUID | None, Path]]:
        """Every file last written before ``instant`` (seconds since the epoch), with its id when it has one."""
        for path in self.folder.glob("??/*"):
            with suppress(OSError):  # removed meanwhile
                if path.stat().st_mtime < instant:
                    yield _id_of(path), path

    def _place(self, blob_id: UUID) -> Path:
        # The end of a UUIDv7 is random; its beginning is the time, which would put every file of a day together.
        return self.folder / blob_id.hex[-2:] / str(blob_id)


def _id_of(path: Path) -> UUID | None:
    try:
        return UUID(path.name)
    except ValueError:
        return None


def _make_last(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
