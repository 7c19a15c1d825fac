"""The words of the journey."""

from enum import StrEnum


class Access(StrEnum):
    """How people come in: signed in, one ballot a person; or openly, one a device, which represents nobody."""

    OPEN = "open"
    SIGNED_IN = "signed_in"


class Residence(StrEnum):
    """What a person has to declare about where they live or work."""

    ANYONE = "anyone"
    RESIDENT = "resident"
    RESIDENT_OR_WORKER = "resident_or_worker"


class PollState(StrEnum):
    """Whether people may see it. What follows publication is a matter of dates: see :class:`Phase`."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Phase(StrEnum):
    """Where a poll stands at an instant."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    OPEN = "open"
    COUNTING = "counting"
    COUNTED = "counted"


class Refusal(StrEnum):
    """Why a ballot is not taken."""

    AGE_UNKNOWN = "age_unknown"
    ALREADY_VOTED = "already_voted"
    CLOSED = "closed"
    NOT_CONCERNED = "not_concerned"
    NOT_OPEN_YET = "not_open_yet"
    ON_BEHALF = "on_behalf"
    TOO_YOUNG = "too_young"
