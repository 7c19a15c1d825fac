"""The program: one file in, one answer out, within the memory and the time its caller set."""

import resource
import sys

from portal.casework.documents.enums import Refusal
from portal.casework.documents.inspection.refused import Refused

MEMORY = 768 * 1024 * 1024
SECONDS = 15


def main() -> None:
    """Answer about the file on the standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        kept = inspect(sys.stdin.buffer.read(), sys.argv[1])
    except Refused as refused:
        answer(b"refused", refused.code.value.encode())
    except (MemoryError, RecursionError):
        answer(b"refused", Refusal.TOO_COMPLEX.value.encode())
    else:
        answer(b"ok", kept)


def inspect(data: bytes, kind: str) -> bytes:
    """The bytes to keep. Each library is loaded only for the files that need it.

    :raises Refused: the file is not taken.
    """
    if kind in {"jpeg", "png"}:
        from portal.casework.documents.inspection.images import inspect_image

        return inspect_image(data, kind)
    if kind == "pdf":
        from portal.casework.documents.inspection.pdf import inspect_pdf

        return inspect_pdf(data)
    from portal.casework.documents.inspection.office import inspect_office

    return inspect_office(data, kind)


def answer(word: bytes, body: bytes) -> None:
    """One word, a line end, the rest."""
    sys.stdout.buffer.write(word + b"\n" + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
