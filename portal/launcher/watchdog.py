"""Stops the programs of a launcher that disappeared without stopping them (``kill -9``, a closed session).

Started by file, on its own: ``python -I -S watchdog.py``. It reads ``+group`` and ``-group`` lines of process groups
on its input; the end of the input means that the launcher is gone, however it ended. It holds the lock file given as
an inherited descriptor until every group is gone, so that a next start can wait for that.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE = 8.0


def watch(lines: Iterable[str]) -> set[int]:
    """Follow the groups until the input ends; returns those still there."""
    groups: set[int] = set()
    for line in lines:
        sign, number = line[:1], line[1:].strip()
        if sign == "+":
            groups.add(int(number))
        elif sign == "-":
            groups.discard(int(number))
    return groups


def stop_groups(groups: set[int], grace: float = GRACE) -> None:
    """Ask every group to stop, then end those still there after ``grace`` seconds."""
    for group in groups:
        send(group, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while any(exists(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        send(group, signal.SIGKILL)


def exists(group: int) -> bool:
    """True while a process of the group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def send(group: int, what: signal.Signals) -> None:
    """Send a signal to a group; one that is gone needs none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, what)


def main() -> None:
    """Watch the input, then stop what is left."""
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    stop_groups(watch(sys.stdin))


if __name__ == "__main__":
    main()
