"""Whether a scan of a signed paper lies on its side: ours are printed upright. Pure."""

import io

import pikepdf
from PIL import Image

from portal.ground.dictionary.files import FileKind

# Exif, tag 0x0112: how the camera was held.
ORIENTATION = 0x0112
TURNED = frozenset({5, 6, 7, 8})


def is_sideways(content: bytes, kind: FileKind) -> bool:
    """True when the first page is wider than it is high, once turned as the file says."""
    if kind is FileKind.PDF:
        return _is_wide_page(content)
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
        turned = image.getexif().get(ORIENTATION) in TURNED
    return height > width if turned else width > height


def _is_wide_page(content: bytes) -> bool:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        page = pdf.pages[0]
        left, bottom, right, top = (float(one) for one in page.mediabox)
        turned = int(page.get("/Rotate", 0)) % 180 == 90
    width, height = abs(right - left), abs(top - bottom)
    return height > width if turned else width > height
