"""Scans of papers: examined and scanned for viruses while no unit is open."""

from datetime import timedelta

from werkzeug.datastructures import FileStorage

from portal.casework.documents import service as documents
from portal.casework.documents.enums import Refusal
from portal.casework.documents.kinds import EXTENSIONS
from portal.casework.documents.policy import takes_files
from portal.casework.documents.service import Received, Refused
from portal.ground.dictionary.files import FileKind
from portal.ground.errors import Conflict
from portal.ground.web import actor, background_unit, settings, take, undo

MAX_BODY = 20 * 1024 * 1024
PER_HOUR = 120
SCAN_CONCEPT = "evidence.original_paper"
SCAN_KINDS = (FileKind.PDF, FileKind.JPEG, FileKind.PNG)
SCAN_EXTENSIONS = ",".join(f".{extension}" for extension, kind in EXTENSIONS.items() if kind in SCAN_KINDS)


def receive_scan(sent: FileStorage | None) -> Received:
    """A scan that may be kept: a slow scanner must not keep others from writing.

    :raises Refused: what cannot be read, or is no scan.
    :raises Busy: too many within the hour.
    :raises Conflict: ``files_not_taken``: this portal takes no file.
    """
    undo()
    if not takes_files(settings()):
        raise Conflict("files_not_taken")
    with background_unit() as session:
        take(session, "upload", str(actor().id), limit=PER_HOUR, per=timedelta(hours=1))
    if sent is None or not sent.filename:
        raise Refused(Refusal.EMPTY)
    scanner = documents.scanner_of(settings())
    return documents.receive(
        sent.stream, name=sent.filename, declared=sent.mimetype, accepts=SCAN_KINDS, scanner=scanner
    )
