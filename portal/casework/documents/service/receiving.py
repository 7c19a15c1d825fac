"""A file comes in: examined, then scanned. Nothing here touches the database."""

from collections.abc import Collection
from datetime import datetime

from portal.casework.documents.enums import DocumentState, Refusal
from portal.casework.documents.examiner import Stream, examine
from portal.casework.documents.inspection.refused import Refused
from portal.casework.documents.scanner import Clamd, Scanner, ScannerUnavailable
from portal.casework.documents.shapes import Received
from portal.casework.documents.storage import BlobStore
from portal.ground import clock
from portal.ground.dictionary.files import FileKind
from portal.ground.logs import get_logger
from portal.ground.settings import Settings

log = get_logger("documents")


def scanner_of(settings: Settings) -> Scanner | None:
    """The antivirus of this portal, None when it has none."""
    return Clamd(settings.clamd) if settings.clamd else None


def store_of(settings: Settings) -> BlobStore:
    """Where contents are kept."""
    return BlobStore(settings.data_dir / "documents")


def receive(
    stream: Stream,
    *,
    name: str | None,
    declared: str | None,
    accepts: Collection[FileKind],
    scanner: Scanner | None,
) -> Received:
    """Examine a file, then have it scanned. When the scanner cannot say, the file waits: it is never taken for clean.

    :param name: the name on the person's device. :param declared: the media type that the browser announced.
    :param scanner: None where the portal has no antivirus.
    :raises Refused: with the reason.
    :raises Busy: too many files are being examined.
    """
    examined = examine(stream, name=name, declared=declared, accepts=accepts)
    state, scanned_at = verdict_on(examined.content, scanner)
    return Received(examined, state, scanned_at)


def verdict_on(content: bytes, scanner: Scanner | None) -> tuple[DocumentState, datetime | None]:
    """Where a content stands after a scan.

    :raises Refused: something was found in it.
    """
    if scanner is None:
        return DocumentState.CLEAN, None
    try:
        clean = scanner.is_clean(content)
    except ScannerUnavailable as error:
        log.warning("scanner_unavailable", code=error.code)
        return DocumentState.PENDING, None
    if not clean:
        raise Refused(Refusal.INFECTED)
    return DocumentState.CLEAN, clock.now()
