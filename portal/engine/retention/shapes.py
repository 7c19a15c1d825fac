"""The three things that can be true of a table."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel.speaklater import LazyString


@dataclass(frozen=True, slots=True)
class Dated:
    """Each row has its own end: the instant or the day in ``column``, and ``after`` more.

    ``what`` and ``since`` are read by residents on the page about personal data, with ``lasts``, the whole duration,
    between them; a duration that depends on the procedure is None and ``since`` says it all. ``erased_by`` is the
    periodic job that erases what is over; empty while it is done by hand, with the visa of the archives where it is
    needed (code du patrimoine, L212-2).
    """

    column: str
    what: LazyString
    since: LazyString
    lasts: timedelta | None
    after: timedelta = timedelta()
    erased_by: str = ""


@dataclass(frozen=True, slots=True)
class With:
    """The rows go with those of ``table``, to which ``by`` (``table.column``) ties them."""

    table: str
    by: str


@dataclass(frozen=True, slots=True)
class Lasting:
    """The rows have no end; ``reason`` says why that harms nobody."""

    reason: str


Rule = Dated | With | Lasting
