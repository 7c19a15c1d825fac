"""Files given out: never shown inside a page of ours, never run, whatever they contain."""

import unicodedata
from urllib.parse import quote

from werkzeug.wrappers import Response

# A browser that opens it all the same opens it without scripts, forms or our origin.
POLICY = "sandbox; default-src 'none'"


def as_download(content: bytes, media_type: str, name: str, extension: str) -> Response:
    """An attachment. ``media_type`` comes from our database; the name gets ``extension`` when it has another one."""
    usual = {"jpeg": (".jpeg", ".jpg", ".jpe", ".jfif")}.get(extension, (f".{extension}",))
    full = name if name.casefold().endswith(usual) else f"{name}.{extension}"
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = _disposition(full)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _disposition(name: str) -> str:
    """The name in ASCII for old software, then whole (RFC 6266 §4.3, RFC 8187)."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    simple = "".join(char if char.isalnum() or char in " ._-()" else "_" for char in folded)
    return f"attachment; filename=\"{simple}\"; filename*=UTF-8''{quote(name, safe='')}"
