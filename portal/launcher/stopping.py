"""Ctrl-C and the other requests to stop, noticed at chosen moments so that no program is ever lost from sight."""

import signal
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(Exception):
    """A signal asked the launcher to stop."""


class StopRequests:
    """Counts the requests to stop: the first one stops cleanly, the next ones at once."""

    def __init__(self) -> None:
        self.count = 0

    def listen(self) -> None:
        """Count the stop signals of this process from now on."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._note)

    def check(self) -> None:
        """Raise when stopping was asked.

        :raises StopAsked: then.
        """
        if self.count:
            raise StopAsked

    def insists(self) -> bool:
        """True when stopping was asked more than once."""
        return self.count > 1

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
