"""The press: one short-lived process per paper, bounded in time and memory."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from connectors.sdk import ProtocolError, RetryableError
from portal.casework.receipts import typesetter
from portal.casework.receipts.shapes import Printed
from portal.casework.receipts.typesetter import MEMORY

PORTAL: Final = Path(__file__).resolve().parents[2]
TEMPLATE: Final = PORTAL / "templates" / "receipts" / "paper.typ"
FORM_TEMPLATE: Final = PORTAL / "templates" / "receipts" / "form.typ"
FOLDER_OF_FONTS: Final = PORTAL / "fonts"
FONTS: Final = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Tamil", "DejaVu Sans Mono")
PATIENCE: Final = 20.0
MAX_PDF: Final = 4 * 1024 * 1024


def print_paper(
    content: dict[str, Any],
    *,
    made_at: datetime,
    patience: float = PATIENCE,
    memory: int = MEMORY,
    template: Path = TEMPLATE,
) -> Printed:
    """Set ``content`` in the template. The same content and instant give the same bytes, on every machine.

    :param made_at: the instant written in the PDF as that of its creation.
    :param patience: seconds after which the process is stopped.
    :param memory: bytes that the process may ask for.
    :param template: one of ours, ``TEMPLATE`` or ``FORM_TEMPLATE``.
    :raises RetryableError: ``press_timeout``; ``press_stopped`` when the process died, of hunger for memory say;
        ``fonts_missing`` when the installation is incomplete.
    :raises ProtocolError: ``paper_refused``: the document cannot be made; trying again will hardly help.
    """
    if not any(FOLDER_OF_FONTS.glob("*.ttf")):
        raise RetryableError("fonts_missing")  # not a connection: nobody could resume it after a pause
    job = {
        "template": str(template),
        "fonts": str(FOLDER_OF_FONTS),
        "timestamp": int(made_at.timestamp()),
        "content": {**content, "fonts": FONTS},
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of the content is on the command line
            [sys.executable, "-I", "-B", typesetter.__file__, str(memory)],
            input=json.dumps(job).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may hold what people wrote
            timeout=patience,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RetryableError("press_timeout") from None
    if done.returncode == typesetter.REFUSED:
        raise ProtocolError("paper_refused", ambiguous=False)
    if done.returncode != 0:
        raise RetryableError("press_stopped")
    return _read(done.stdout)


def _environment() -> dict[str, str]:
    """Almost nothing: one thread and one arena, so that the limit on memory means something on any machine."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}


def _read(output: bytes) -> Printed:
    head, _newline, pdf = output.partition(b"\n")
    if not pdf.startswith(b"%PDF-") or len(pdf) > MAX_PDF:
        raise ProtocolError("paper_unreadable", ambiguous=False)
    return Printed(pdf, tuple(json.loads(head)["missing"]))
