"""Text documents (docx, odt): archives of XML. No macro, no link that opens by itself, no embedded file, no bomb."""

import io
import re
import zipfile

from portal.casework.documents.enums import Refusal
from portal.casework.documents.inspection.refused import Refused

MAX_ENTRIES = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 100
RATIO_FROM = 1024 * 1024  # a small part made of spaces compresses a thousand times and harms nobody
CHUNK = 64 * 1024

MACRO_NAMES = re.compile(r"(^|/)(vba[^/]*\.(bin|xml)|basic/.*|scripts/.*|macrosheets/.*|activex/.*)$", re.IGNORECASE)
EMBEDDED_NAMES = re.compile(
    r"(^|/)(embeddings/.*|oleobject[^/]*|object [^/]*/.*|objectreplacements/.*)$", re.IGNORECASE
)
RELATIONSHIP = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE)
EXTERNAL = re.compile(r"TargetMode\s*=\s*[\"']\s*External", re.IGNORECASE)
HYPERLINK = re.compile(r"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", re.IGNORECASE)
# The instruction of a field may be cut in pieces; put together, it must not fetch data from another program.
INSTRUCTION = re.compile(r"<(?:\w+:)?instrText\b[^>]*>([^<]*)|\binstr\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
DDE = re.compile(r"DDE", re.IGNORECASE)
DDE_ELEMENT = re.compile(r"<(?:text|office|table):dde", re.IGNORECASE)
SCRIPTED = re.compile(r"macroEnabled|<script:event-listener|<script:|script:language|vbaProject", re.IGNORECASE)
MAIN = {"docx": "word/document.xml", "odt": "content.xml"}
ODT_TYPE = b"application/vnd.oasis.opendocument.text"


def inspect_office(data: bytes, kind: str) -> bytes:
    """The same bytes, once looked through.

    :raises Refused: not a document of this kind, or one of what is refused in it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries)
            _check_names(entries, kind)
            _check_contents(archive, entries, kind)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise Refused(Refusal.UNREADABLE) from error
    except RuntimeError as error:  # a part that asks for a password
        raise Refused(Refusal.PASSWORD) from error
    return data


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused(Refusal.TOO_COMPLEX)
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Refused(Refusal.PASSWORD)
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise Refused(Refusal.TOO_COMPLEX)


def _check_names(entries: list[zipfile.ZipInfo], kind: str) -> None:
    names = [entry.filename for entry in entries]
    if MAIN[kind] not in names or len(set(names)) != len(names):
        raise Refused(Refusal.MISMATCH)
    for name in names:
        if ".." in name.split("/") or name.startswith("/") or "\\" in name:
            raise Refused(Refusal.UNREADABLE)
        if MACRO_NAMES.search(name):
            raise Refused(Refusal.MACROS)
        if EMBEDDED_NAMES.search(name):
            raise Refused(Refusal.ATTACHMENTS)


def _check_contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], kind: str) -> None:
    """Each part is unpacked within the limit, whatever size it declares."""
    left = MAX_UNPACKED
    for entry in entries:
        content = bytearray()
        with archive.open(entry) as part:
            while chunk := part.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Refused(Refusal.TOO_COMPLEX)
                if entry.filename.endswith((".xml", ".rels", "mimetype")):
                    content += chunk
        if entry.filename == "mimetype" and kind == "odt" and bytes(content).strip() != ODT_TYPE:
            raise Refused(Refusal.MISMATCH)
        if entry.filename.endswith((".xml", ".rels")):
            _check_xml(bytes(content), rels=entry.filename.endswith(".rels"))


def _check_xml(content: bytes, *, rels: bool) -> None:
    text = content.decode("utf-8-sig")  # any other encoding could hide the words that are looked for
    if "\x00" in text or "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Refused(Refusal.UNREADABLE)
    if SCRIPTED.search(text):
        raise Refused(Refusal.MACROS)
    instructions = "".join(first or second for first, second in INSTRUCTION.findall(text))
    if DDE.search(instructions) or DDE_ELEMENT.search(text):
        raise Refused(Refusal.ACTIVE)
    if rels:
        for link in RELATIONSHIP.findall(text):
            if EXTERNAL.search(link) and not HYPERLINK.search(link):
                raise Refused(Refusal.ACTIVE)
