"""What granian loads: the portal or the reference, and the proof of which build answers.

``/-/build`` tells the token drawn by whoever started this process, the folder of the code, and the memory in use.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import portal
from bench.client import BUILD

STATM = Path("/proc/self/statm")


def memory_in_use() -> int:
    """Resident memory of this process, in bytes: now where the system tells it, else at its highest."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _load() -> Callable[..., Iterable[bytes]]:
    if os.environ["BENCH_SERVES"] == "portal":
        from wsgi import app as loaded
    else:
        from bench.reference import create_reference

        loaded = create_reference()
    return loaded


def _tell(start_response: Any) -> list[bytes]:
    told = {
        "token": os.environ["BENCH_TOKEN"],
        "root": str(Path(portal.__file__).resolve().parents[1]),
        "memory": memory_in_use(),
    }
    body = json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


_served = _load()


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The application under test, after the one address of ours."""
    if environ["PATH_INFO"] == BUILD:
        return _tell(start_response)
    return _served(environ, start_response)
