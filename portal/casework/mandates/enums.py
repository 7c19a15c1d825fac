"""Words of mandates."""

from enum import StrEnum


class Theme(StrEnum):
    """What a mandate may cover: the ten perimeters of Aidants Connect, under its own names."""

    PAPERS = "papiers"
    FAMILY = "famille"
    SOCIAL = "social"
    WORK = "travail"
    HOUSING = "logement"
    TRANSPORT = "transports"
    MONEY = "argent"
    JUSTICE = "justice"
    ABROAD = "etranger"
    LEISURE = "loisirs"


class Duration(StrEnum):
    """How long a mandate lasts, in days."""

    DAY = "1"
    MONTH = "31"
    SEMESTER = "182"
    YEAR = "365"

    @property
    def days(self) -> int:
        """The number of days."""
        return int(self.value)


class ProofKind(StrEnum):
    """How the person agreed: present, by a signed paper, by a code sent to their telephone, or signed in themselves."""

    PRESENT = "present"
    PAPER = "paper"
    SMS = "sms"
    SPACE = "space"


class IdentityDocument(StrEnum):
    """What an agent checked; never its number."""

    CARD = "card"
    PASSPORT = "passport"
    RESIDENCE = "residence"
    DRIVING = "driving"
    OTHER = "other"


class Ending(StrEnum):
    """Why a mandate ended before its day."""

    PERSON = "person"
    AGENT = "agent"
    REFUSED = "refused"
    LAPSED = "lapsed"
    RENEWED = "renewed"


class MandateState(StrEnum):
    """Where a mandate stands. ``WAITING``: the person has not agreed yet, and it opens nothing."""

    WAITING = "waiting"
    ACTIVE = "active"
    EXPIRED = "expired"
    ENDED = "ended"


class EventKind(StrEnum):
    """What the journal of a mandate tells."""

    PROPOSED = "proposed"
    CODE_SENT = "code_sent"
    CODE_WRONG = "code_wrong"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    LAPSED = "lapsed"
    USED = "used"
    THEME_REVOKED = "theme_revoked"
    REVOKED = "revoked"
    RENEWAL_PROPOSED = "renewal_proposed"
    RENEWED = "renewed"
    EXPIRY_TOLD = "expiry_told"
    ATTESTATION_MADE = "attestation_made"
    HANDED_OVER = "handed_over"


class Use(StrEnum):
    """What was done under a mandate."""

    FILE_OPENED = "file_opened"
    DRAFT_STARTED = "draft_started"
    DRAFT_RESUMED = "draft_resumed"
    DRAFT_SAVED = "draft_saved"
    REQUEST_SENT = "request_sent"
    REQUEST_READ = "request_read"
    MESSAGE_WRITTEN = "message_written"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    CLOSED = "closed"


class CodeAnswer(StrEnum):
    """What a typed code is worth. ``OVER``: too late, tried five times, or another one was sent since."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


class SmsProgress(StrEnum):
    """How far the message that carries a code is. ``UNSENT``: it did not leave, and may never."""

    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    UNSENT = "unsent"
