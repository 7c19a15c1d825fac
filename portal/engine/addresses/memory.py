"""What this process remembers of partners' answers: bounded, forgotten after a while, one per set of connections."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from connectors.sdk import VehicleStations
from portal.ground import clock
from portal.records.connections.service import ConnectionRegistry

MAX_PLACES = 500
# Pages that may wait for a partner at once in this process: the others are answered without it, and go on.
MAX_CALLS = 4


@dataclass
class Memory:
    """Places by question, oldest first out; the last stations of the operator, and until when they hold."""

    places: OrderedDict[Hashable, tuple[datetime, tuple[Any, ...]]] = field(default_factory=OrderedDict)
    stations: VehicleStations | None = None
    stations_hold_until: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    calls: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MAX_CALLS))

    def recall(self, question: Hashable) -> tuple[Any, ...] | None:
        """The answer to this question, unless it is too old."""
        with self.lock:
            until, answer = self.places.get(question, (None, None))
            return answer if until is not None and clock.now() < until else None

    def keep(self, question: Hashable, answer: tuple[Any, ...], until: datetime) -> None:
        """Remember an answer."""
        with self.lock:
            self.places[question] = (until, answer)
            self.places.move_to_end(question)
            while len(self.places) > MAX_PLACES:
                self.places.popitem(last=False)

    def fresh_stations(self) -> VehicleStations | None:
        """The stations, as long as asking again is of no use."""
        with self.lock:
            holds = self.stations_hold_until is not None and clock.now() < self.stations_hold_until
            return self.stations if holds else None

    def keep_stations(self, stations: VehicleStations, until: datetime) -> None:
        """Remember the operator's answer."""
        with self.lock:
            self.stations, self.stations_hold_until = stations, until


_MEMORIES: WeakKeyDictionary[ConnectionRegistry, Memory] = WeakKeyDictionary()
_LOCK = threading.Lock()


def memory_of(registry: ConnectionRegistry) -> Memory:
    """The memory that goes with these connections."""
    with _LOCK:
        return _MEMORIES.setdefault(registry, Memory())
