"""From a name, a declared type and the first bytes to a kind of file. The three must agree. Pure."""

import unicodedata
from collections.abc import Collection, Mapping
from types import MappingProxyType

from portal.casework.documents.enums import Refusal
from portal.casework.documents.inspection.refused import Refused
from portal.ground.dictionary.files import FileKind
from portal.ground.dictionary.text import clean_line

MAX_NAME = 200
UNNAMED = "document"

EXTENSIONS: Mapping[str, FileKind] = MappingProxyType(
    {
        "pdf": FileKind.PDF,
        "jpg": FileKind.JPEG,
        "jpeg": FileKind.JPEG,
        "jpe": FileKind.JPEG,
        "jfif": FileKind.JPEG,
        "png": FileKind.PNG,
        "docx": FileKind.DOCX,
        "odt": FileKind.ODT,
    }
)
HEIC = frozenset({"heic", "heif", "hif", "avif"})
ARCHIVES = frozenset({"zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst", "cab", "iso", "jar"})
WITH_MACROS = frozenset({"docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppam", "ppsm", "sldm"})
MEDIA_TYPES: Mapping[FileKind, str] = MappingProxyType(
    {
        FileKind.PDF: "application/pdf",
        FileKind.JPEG: "image/jpeg",
        FileKind.PNG: "image/png",
        FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        FileKind.ODT: "application/vnd.oasis.opendocument.text",
    }
)
# What browsers say besides the registered type, and what they say when they do not know.
ALSO_DECLARED: Mapping[FileKind, frozenset[str]] = MappingProxyType(
    {
        FileKind.PDF: frozenset({"application/x-pdf", "text/pdf", "application/acrobat"}),
        FileKind.JPEG: frozenset({"image/jpg", "image/pjpeg"}),
        FileKind.PNG: frozenset({"image/x-png"}),
    }
)
UNDECLARED = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
SIGNATURES: tuple[tuple[bytes, FileKind], ...] = (
    (b"%PDF-", FileKind.PDF),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
)
ZIP = b"PK\x03\x04"
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})


def clean_name(raw: str | None) -> str:
    """The name a file had on the person's device: no folder, nothing invisible, at most 200 characters, in NFC."""
    last = (raw or "").replace("\\", "/").rpartition("/")[2]
    name = clean_line(unicodedata.normalize("NFC", last)).strip(". ")
    if not name:
        return UNNAMED
    if len(name) <= MAX_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    kept = f"{dot}{extension}" if stem and len(extension) <= 8 else ""
    return name[: MAX_NAME - len(kept)].rstrip() + kept


def kind_of(name: str, declared: str | None, head: bytes, accepts: Collection[FileKind]) -> FileKind:
    """The kind of a file whose name, declared type and first bytes agree.

    :raises Refused: they do not, or this kind is not asked for.
    """
    extension = name.rpartition(".")[2].casefold() if "." in name else ""
    _refuse_by_extension(extension)
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise Refused(Refusal.HEIC)
    kind = EXTENSIONS.get(extension)
    if kind is None or kind not in accepts:
        raise Refused(Refusal.TYPE)
    if not _begins_as(head, kind):
        raise Refused(Refusal.MISMATCH)
    said = (declared or "").partition(";")[0].strip().casefold()
    if said not in UNDECLARED and said != MEDIA_TYPES[kind] and said not in ALSO_DECLARED.get(kind, frozenset()):
        raise Refused(Refusal.MISMATCH)
    return kind


def _refuse_by_extension(extension: str) -> None:
    for extensions, refusal in ((HEIC, Refusal.HEIC), (ARCHIVES, Refusal.ARCHIVE), (WITH_MACROS, Refusal.MACROS)):
        if extension in extensions:
            raise Refused(refusal)


def _begins_as(head: bytes, kind: FileKind) -> bool:
    if kind in {FileKind.DOCX, FileKind.ODT}:
        return head.startswith(ZIP)
    return any(head.startswith(signature) and found is kind for signature, found in SIGNATURES)
