"""Photos and scans: decoded, then written again, so that nothing but the picture remains.

The place where a photo was taken, a thumbnail of what was cropped, or an archive glued behind the picture are lost.
"""

import io
import warnings

from PIL import Image, ImageOps

from portal.casework.documents.enums import Refusal
from portal.casework.documents.inspection.refused import Refused

MAX_PIXELS = 40_000_000
# A PNG is decoded whole, up to four bytes a pixel; a JPEG can be decoded at half its size.
MAX_PIXELS_PNG = 25_000_000
MAX_WRITTEN = 10 * 1024 * 1024
SIDES = (5_000, 3_500, 2_000)
QUALITY = 88
# A photo of several views, as some telephones make them, is read as a JPEG: its first view is kept.
FORMATS = {"jpeg": ("JPEG",), "png": ("PNG",)}
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def inspect_image(data: bytes, kind: str) -> bytes:
    """The picture written again, upright, without metadata, 5 000 pixels at most on its longest side.

    :raises Refused: not a picture of this kind, or more pixels than can be read safely.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            _check(data, kind)
            return _write_again(data, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Refusal.IMAGE_TOO_LARGE) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused(Refusal.UNREADABLE) from error


def _check(data: bytes, kind: str) -> None:
    with Image.open(io.BytesIO(data), formats=FORMATS[kind]) as image:
        width, height = image.size
        if width * height > (MAX_PIXELS_PNG if kind == "png" else MAX_PIXELS):
            raise Refused(Refusal.IMAGE_TOO_LARGE)
        image.verify()


def _write_again(data: bytes, kind: str) -> bytes:
    """The picture, smaller if it must be to stay within what is kept of one document."""
    for side in SIDES:
        written = _written(data, kind, side)
        if len(written) <= MAX_WRITTEN:
            return written
    raise Refused(Refusal.IMAGE_TOO_LARGE)


def _written(data: bytes, kind: str, side: int) -> bytes:
    with Image.open(io.BytesIO(data), formats=FORMATS[kind]) as image:
        ratio = side / max(image.size)
        if ratio < 1:
            image.draft("RGB", (int(image.width * ratio), int(image.height * ratio)))
        image.load()
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((side, side))
        out = io.BytesIO()
        if kind == "jpeg":
            upright.convert("RGB").save(out, "JPEG", quality=QUALITY)
        else:
            see_through = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
            clean = upright.convert("RGBA" if see_through else "L" if upright.mode in {"1", "L"} else "RGB")
            clean.info.clear()
            clean.save(out, "PNG")
        return out.getvalue()
