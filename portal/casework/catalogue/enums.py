"""Words of the catalogue."""

from enum import StrEnum


class VersionState(StrEnum):
    """A version is written, then offered, then kept for the requests made under it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Regime(StrEnum):
    """What silence of the authority means (CRPA L231-1 and L231-4). It belongs to each procedure, never to the code."""

    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"
    NONE = "none"


class DelayUnit(StrEnum):
    """Months run from date to date, days one by one; working days leave out Saturdays, Sundays and holidays."""

    MONTHS = "months"
    DAYS = "days"
    WORKING_DAYS = "working_days"
