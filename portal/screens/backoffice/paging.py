"""Lists that are cut in pages by the rank of their first line, said in the address as ``debut``."""

from typing import Any

from flask import request


def start_of(total: int) -> int:
    """Where the page asked for starts; the first one when the address was altered."""
    text = request.args.get("debut", "")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return start if start < total else 0


def neighbours(address: str, start: int, page: int, total: int) -> dict[str, Any]:
    """``first`` and ``next``: the addresses of the first page and of the next one, None where there is none."""
    return {
        "first": address if start else None,
        "next": f"{address}?debut={start + page}" if total > start + page else None,
    }
