"""Days to stop the clock at. A civil day plus so many times 24 hours is another one when the time changes between."""

from contextlib import AbstractContextManager
from datetime import date, datetime, time

from portal.ground import clock


def noon_of(day: date) -> AbstractContextManager[None]:
    """Stop the clock at noon of ``day``, in the authority's zone, whatever the hour it is now."""
    return clock.frozen(datetime.combine(day, time(12), clock.PARIS))
