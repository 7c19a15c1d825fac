"""Files made for tests, harmless and hostile. Nothing here comes from anywhere else."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

# The standard test string of antivirus makers, in two halves so that no scanner stops at this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def photo(size: tuple[int, int] = (40, 30), *, where: bool = False, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A picture; ``where``: it says where it was taken."""
    image, out = Image.new(mode, size, "teal" if mode == "RGB" else 1), io.BytesIO()
    exif = Image.Exif()
    if where:
        exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 11.0, 0.0)})
        exif[0x010F] = "Appareil de Fanny"
        exif[0x0112] = 6
    image.save(out, kind, **({"exif": exif} if kind in {"JPEG", "PNG"} else {}))
    return out.getvalue()


def pdf(change: Callable[[pikepdf.Pdf], Any] | None = None, *, pages: int = 1, **saving: Any) -> bytes:
    """A PDF of blank pages, changed by ``change``."""
    made, out = pikepdf.new(), io.BytesIO()
    for _page in range(pages):
        made.add_blank_page()
    if change is not None:
        change(made)
    made.save(out, **saving)
    return out.getvalue()


def archive(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


CONTENT_TYPES = b'<?xml version="1.0"?><Types><Default Extension="xml" ContentType="application/xml"/></Types>'
WORDS = (
    b'<?xml version="1.0"?><w:document><w:body><w:p><w:r><w:t>La DDE a repondu.</w:t></w:r></w:p></w:body></w:document>'
)


def docx(**more: bytes) -> bytes:
    """A Word text; ``more``: other parts, underscores read as slashes."""
    return archive(
        {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": WORDS}
        | {name.replace("__", "/"): content for name, content in more.items()}
    )


def docx_with(name: str, content: bytes) -> bytes:
    """A Word text with one more part, or another main part."""
    return archive({"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": WORDS} | {name: content})


def odt(**more: bytes) -> bytes:
    """A LibreOffice text; ``more`` as in :func:`docx`."""
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": b"<office:document-content/>",
        }
        | {name.replace("__", "/"): content for name, content in more.items()}
    )


def claimed_png(width: int, height: int) -> bytes:
    """A small file that claims to be an image of this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    head = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


def claimed_jpeg(width: int, height: int) -> bytes:
    """A photo whose header claims another size."""
    data = bytearray(photo())
    start = data.index(b"\xff\xc0")
    data[start + 5 : start + 9] = struct.pack("!HH", height, width)
    return bytes(data)


def relationship(kind: str, target: str, *, mode: str = "External") -> bytes:
    """The links of a Word text."""
    link = f'<Relationship Id="r1" Type="http://exemple.example/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return f'<?xml version="1.0"?><Relationships>{link}</Relationships>'.encode()


def with_action(action: dict[str, Any]) -> Callable[[pikepdf.Pdf], None]:
    """Run this when the PDF is opened, written directly in the catalogue."""

    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = Dictionary(action)

    return change


def with_annotation(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    """An annotation on the first page."""

    def change(made: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 10, 10]), **entries)
        made.pages[0].Annots = Array([note])

    return change


def with_file(made: pikepdf.Pdf) -> None:
    """A file carried by the PDF."""
    made.attachments["tableau.xls"] = b"contenu"


def with_form(made: pikepdf.Pdf) -> None:
    """An XFA form."""
    made.Root.AcroForm = Dictionary(XFA=Stream(made, b"<xdp/>"), Fields=Array([]))


def with_deep(made: pikepdf.Pdf) -> None:
    """Dictionaries inside one another, a hundred times."""
    inner = Dictionary(A=1)
    for _depth in range(100):
        inner = Dictionary(A=inner)
    made.Root.Deep = inner


def pdf_bomb(size: int = 900 * 1024 * 1024) -> bytes:
    """Object streams that hold 900 MB of spaces, and that must be unpacked to read the file."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(b"3 0 <</Type/Catalog/Pages 4 0 R>>")]
    block = b" " * (1024 * 1024)
    parts += [packer.compress(block) for _ in range(size // len(block))]
    body = b"".join([*parts, packer.flush()])
    first = b"%PDF-1.7\n"
    stream = (
        b"1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(body)
        + body
        + b"\nendstream\nendobj\n"
    )
    xref_at = len(first) + len(stream)
    rows = b"".join(
        struct.pack("!BIB", kind, where, index)
        for kind, where, index in ((0, 0, 0), (1, len(first), 0), (1, xref_at, 0), (2, 1, 0))
    )
    xref = b"2 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 3 0 R/Length %d>>\nstream\n" % len(rows) + rows
    return first + stream + xref + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % xref_at
