"""PDF: nothing that runs, opens something else, or carries another file; no password; a bounded number of pages.

The whole tree is walked, indirect and direct objects alike: an action written directly in the catalogue is found too.
The file itself is kept as it was received, since writing it again would break a signature.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pikepdf

from portal.casework.documents.enums import Refusal
from portal.casework.documents.inspection.refused import Refused

MAX_PAGES = 200
MAX_OBJECTS = 200_000
MAX_DEPTH = 60
AFTER_THE_END = 1_024
ACTIVE_KEYS = frozenset({"/JavaScript", "/JS", "/AA", "/Launch", "/RichMedia", "/RichMediaContent", "/XFA", "/3DD"})
FILE_KEYS = frozenset({"/EmbeddedFile", "/EmbeddedFiles", "/EF"})
ACTIVE_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/RichMediaExecute", "/Rendition", "/Movie", "/Sound",
        "/GoToE", "/GoToR", "/GoTo3DView", "/SetOCGState", "/Trans",
    }
)  # fmt: skip
ACTIVE_ANNOTATIONS = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
END = b"%%EOF"


def inspect_pdf(data: bytes) -> bytes:
    """The same bytes, once looked through.

    :raises Refused: protected, active, carrying files, too long, or not readable.
    """
    _check_end(data)
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Refused(Refusal.PASSWORD)
            pages = len(pdf.pages)
            if pages == 0:
                raise Refused(Refusal.UNREADABLE)
            if pages > MAX_PAGES:
                raise Refused(Refusal.TOO_MANY_PAGES)
            _Walk().through(pdf)
    except pikepdf.PasswordError as error:
        raise Refused(Refusal.PASSWORD) from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, OSError, RuntimeError) as error:
        raise Refused(Refusal.UNREADABLE) from error
    return data


def _check_end(data: bytes) -> None:
    """Another file may hide behind the end of a PDF."""
    end = data.rfind(END)
    if end < 0:
        raise Refused(Refusal.UNREADABLE)
    tail = data[end + len(END) :]
    if len(tail) > AFTER_THE_END or zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused(Refusal.MISMATCH)


class _Walk:
    """A walk through every object, each indirect one once."""

    def __init__(self) -> None:
        self.seen = 0

    def through(self, pdf: pikepdf.Pdf) -> None:
        """Look at the trailer and at each indirect object."""
        self._look(pdf.trailer, 0, top=True)
        for thing in pdf.objects:
            self._look(thing, 0, top=True)

    def _look(self, thing: Any, depth: int, *, top: bool = False) -> None:
        if not isinstance(thing, pikepdf.Object) or (thing.is_indirect and not top):
            return  # an indirect object is met by itself in the list of all
        self.seen += 1
        if self.seen > MAX_OBJECTS or depth > MAX_DEPTH:
            raise Refused(Refusal.TOO_COMPLEX)
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            _check_dictionary(thing)
        for child in _children(thing):
            self._look(child, depth + 1)


def _children(thing: Any) -> Iterator[Any]:
    if isinstance(thing, pikepdf.Array):
        yield from thing
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key in thing.keys():  # noqa: SIM118  a pikepdf dictionary is iterated by its keys only this way
            yield thing.get(key)


def _check_dictionary(thing: Any) -> None:
    keys = set(thing.keys())
    if keys & FILE_KEYS or _name(thing, "/Type") == "/EmbeddedFile" or _name(thing, "/Subtype") == "/FileAttachment":
        raise Refused(Refusal.ATTACHMENTS)
    if keys & ACTIVE_KEYS or _name(thing, "/S") in ACTIVE_ACTIONS or _name(thing, "/Subtype") in ACTIVE_ANNOTATIONS:
        raise Refused(Refusal.ACTIVE)
    opening = thing.get("/OpenAction") if "/OpenAction" in keys else None
    if isinstance(opening, pikepdf.Dictionary) and _name(opening, "/S") != "/GoTo":
        raise Refused(Refusal.ACTIVE)


def _name(thing: Any, key: str) -> str:
    value = thing.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""
