"""Examining a file before anything of it is kept: size, name, type, then its inside in a process of its own.

A file made to harm the program that reads it can only harm that process, which holds no secret, opens no file, and is
bounded in memory and time.
"""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from portal.casework.documents.enums import Refusal
from portal.casework.documents.inspection.refused import Refused
from portal.casework.documents.kinds import clean_name, kind_of
from portal.ground.dictionary.files import FileKind
from portal.ground.errors import Busy
from portal.ground.logs import get_logger

log = get_logger("documents")
ROOT = Path(__file__).resolve().parents[3]
PROGRAM = (sys.executable, "-B", "-m", "portal.casework.documents.inspection")
MAX_BYTES: Final = 10 * 1024 * 1024
READ_AT_ONCE: Final = 64 * 1024
SECONDS: Final = 20
AT_ONCE: Final = 2
WAIT_SECONDS: Final = 20

_turns = threading.BoundedSemaphore(AT_ONCE)


class Stream(Protocol):
    """Something to read from."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that our own checks accept. ``content`` is what will be kept; ``received``, the digest of what came."""

    name: str
    kind: FileKind
    content: bytes
    received: str


def examine(stream: Stream, *, name: str | None, declared: str | None, accepts: Collection[FileKind]) -> Examined:
    """Read a file and look at it, in this order: size, name, type, inside.

    :param declared: the media type that the browser announced.
    :raises Refused: with the reason.
    :raises Busy: too many files are being examined.
    """
    data = read_bounded(stream)
    cleaned = clean_name(name)
    kind = kind_of(cleaned, declared, data[:16], accepts)
    return Examined(cleaned, kind, inspect_apart(data, kind), hashlib.sha256(data).hexdigest())


def read_bounded(stream: Stream) -> bytes:
    """Everything, counted while it comes.

    :raises Refused: empty, or more than 10 MB.
    """
    data = bytearray()
    while chunk := stream.read(READ_AT_ONCE):
        data += chunk
        if len(data) > MAX_BYTES:
            raise Refused(Refusal.TOO_LARGE)
    if not data:
        raise Refused(Refusal.EMPTY)
    return bytes(data)


def inspect_apart(data: bytes, kind: FileKind) -> bytes:
    """What the inspection keeps of a file, from another process.

    :raises Refused: the inspection refused it, or did not survive it.
    :raises Busy: every place is taken.
    """
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise Busy("documents_examined_elsewhere", retry_after=30)
    try:
        done = subprocess.run(  # noqa: S603  our own program; the file goes in by a pipe
            [*PROGRAM, kind.value],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            cwd=ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(Refusal.TOO_COMPLEX) from error
    finally:
        _turns.release()
    word, line_end, body = done.stdout.partition(b"\n")
    if done.returncode == 0 and line_end and word == b"ok":
        return body
    if done.returncode == 0 and line_end and word == b"refused":
        raise Refused(Refusal(body.decode("ascii")))
    log.warning("inspection_ended", kind=kind.value, code=done.returncode)
    raise Refused(Refusal.TOO_COMPLEX if done.returncode < 0 else Refusal.UNREADABLE)
