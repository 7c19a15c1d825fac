"""Legal clocks. Pure: civil dates in the authority's zone (CRPA L231-1 to L231-6, L114-3 and L114-5)."""

import calendar
from datetime import date, timedelta

from portal.casework.catalogue.document import Delay, DelayUnit
from portal.casework.catalogue.enums import Regime
from portal.casework.requests.working_days import add_working_days, working_days_between

MONTHS_IN_YEAR = 12
LONGEST_MONTH = 31


def add_months(day: date, months: int) -> date:
    """From date to date; the last day of the month where that date does not exist (31 December + 2 = 28 February)."""
    count = day.year * MONTHS_IN_YEAR + day.month - 1 + months
    year, month = count // MONTHS_IN_YEAR, count % MONTHS_IN_YEAR + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def implicit_decision_date(start: date, delay: Delay) -> date:
    """The day on which silence becomes a decision: the period runs from the day after ``start``."""
    first_day = start + timedelta(days=1)
    if delay.unit is DelayUnit.WORKING_DAYS:
        return add_working_days(start, delay.count, delay.holidays_of) + timedelta(days=1)
    if delay.unit is DelayUnit.DAYS:
        return first_day + timedelta(days=delay.count)
    return add_months(first_day, delay.count)


def resumed_deadline(
    regime: Regime, delay: Delay | None, deadline: date | None, *, stopped: date, resumed: date
) -> date | None:
    """The new date once a file is complete, ``stopped`` and ``resumed`` being civil days.

    Acceptance: the period starts when the missing pieces arrive. Rejection: it was suspended in the meantime.
    """
    if deadline is None or delay is None:
        return deadline
    if regime is Regime.ACCEPTANCE:
        return implicit_decision_date(resumed, delay)
    if delay.unit is DelayUnit.WORKING_DAYS:
        left = working_days_between(stopped, deadline - timedelta(days=1), delay.holidays_of)
        return add_working_days(max(resumed, stopped), left, delay.holidays_of) + timedelta(days=1)
    return deadline + max(resumed - stopped, timedelta())


def is_due(deadline: date | None, today: date, *, stopped: bool) -> bool:
    """Whether silence has decided: the day has come, and the clock is not stopped (CRPA L114-5)."""
    return deadline is not None and not stopped and deadline <= today


def usual_days(delay: Delay) -> int:
    """About how many days an announced delay lasts, as people count them; never fewer than it says."""
    if delay.unit is DelayUnit.MONTHS:
        return delay.count * LONGEST_MONTH
    if delay.unit is DelayUnit.WORKING_DAYS:
        return -(-delay.count * 7 // 5) + 2
    return delay.count
