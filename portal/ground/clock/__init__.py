"""The only source of time. Instants are aware and in UTC; civil dates are in the authority's zone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _source()


def local(instant: datetime) -> datetime:
    """The same instant on the wall clock of the authority."""
    return instant.astimezone(PARIS)


def today() -> date:
    """The civil date in the authority's zone."""
    return local(now()).date()


@contextmanager
def use(source: Callable[[], datetime]) -> Iterator[None]:
    """Read the time from ``source`` inside the block: tests and sample data only. Not per thread: the whole process."""
    global _source
    previous = _source
    _source = source
    try:
        yield
    finally:
        _source = previous


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Stop the clock at ``at``, which must be aware."""
    if at.tzinfo is None:
        raise ValueError("an aware instant is needed")
    instant = at.astimezone(UTC)
    with use(lambda: instant):
        yield


@contextmanager
def shifted(delta: timedelta) -> Iterator[None]:
    """Move the clock by ``delta``."""
    with use(lambda: _system() + delta):
        yield
