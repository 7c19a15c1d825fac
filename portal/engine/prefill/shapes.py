"""What the room gives: plain immutable values."""

from dataclasses import dataclass
from datetime import date

from portal.casework.consents.service import ConsentView
from portal.ground.dictionary.service import Value
from portal.people.accounts.enums import ValueSource


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A known value that fits its concept. ``text`` is how people read it; ``held``: shown, not asked.

    ``consent``: under which it was fetched, None when it was not. ``reference``: of the earlier request that it comes
    from, empty when it does not.
    """

    value: Value
    text: str
    source: ValueSource
    verified: bool
    as_of: date
    held: bool
    consent: ConsentView | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of the person, as people read it, and where it comes from."""

    label: str
    text: str
    mark: str
    verified: bool
