"""Spreadsheets in the OpenDocument format (ISO/IEC 26300): texts are texts, days are days, nothing is a formula."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"
Cell = str | date | int | None

_MANIFEST: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MEDIA_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_OPENING: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.3">'
    '<office:automatic-styles><number:date-style style:name="day">'
    '<number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/>'
    '<number:text>/</number:text><number:year number:style="long"/></number:date-style>'
    '<style:style style:name="d" style:family="table-cell" style:data-style-name="day"/></office:automatic-styles>'
    "<office:body><office:spreadsheet>"
)
_CLOSING: Final = "</table:table></office:spreadsheet></office:body></office:document-content>"


def write_ods(title: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    """A file with one sheet, the header being its first row."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        # The type comes first and uncompressed, so that it can be read without opening the archive (part 2, 3.3).
        archive.writestr(zipfile.ZipInfo("mimetype"), MEDIA_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        with archive.open("content.xml", "w") as content:
            content.write(f"{_OPENING}<table:table table:name={quoteattr(_plain(title))}>".encode())
            for row in rows:
                content.write(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>".encode())
            content.write(_CLOSING.encode())
    return target.getvalue()


def _cell(value: Cell) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, date):
        day = value.isoformat()[:10]
        return (
            f'<table:table-cell table:style-name="d" office:value-type="date" office:date-value="{day}">'
            f"<text:p>{value:%d/%m/%Y}</text:p></table:table-cell>"
        )
    if isinstance(value, int):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p>'
            "</table:table-cell>"
        )
    lines = "".join(f"<text:p>{_spaced(line)}</text:p>" for line in _plain(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _spaced(line: str) -> str:
    """Blanks that follow each other would be one: each further one is said (part 3, 6.1.3)."""
    return escape(line).replace("\t", "<text:tab/>").replace("  ", " <text:s/>")


def _plain(value: str) -> str:
    """Without what XML cannot hold (XML 1.0, 2.2)."""
    joined = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in joined if char in "\t\n" or (ord(char) >= 32 and not _is_unfit(ord(char))))


def _is_unfit(code: int) -> bool:
    return 0xD800 <= code <= 0xDFFF or code in {0xFFFE, 0xFFFF}
