"""Errors told to programs, as RFC 9457 describes them."""

import json
from typing import Any

from flask import Response


def problem(status: int, code: str, title: str, **more: Any) -> Response:
    """A problem+json answer; `code` is the contract's word for this error, `more` are its own members."""
    body = {"type": f"urn:bac:problem:{code}", "title": title, "status": status, "code": code, **more}
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/problem+json")
