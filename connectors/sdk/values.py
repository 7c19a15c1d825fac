"""What goes to a partner and what comes back: immutable values. Personal data never shows in a ``repr``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class UpdateStatus(StrEnum):
    """What a partner may say of a request, in the portal's words."""

    RECEIVED = "received"
    TAKEN_INTO_ACCOUNT = "taken_into_account"
    NEEDS_INFORMATION = "needs_information"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SubmitCommand:
    """A request to hand over. ``payload`` maps concept ids to JSON values; dates are ISO strings, perhaps partial."""

    idempotency_key: str
    reference: str
    subject_pseudonym: str = field(repr=False)
    procedure: str
    procedure_version: int
    submitted_at: datetime
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AmendCommand:
    """A correction of a request that was handed over. ``payload`` is the whole request as it now stands.

    ``amendment`` counts corrections from 1; the key is the correction's own, the same at each attempt.
    """

    idempotency_key: str
    reference: str
    external_ref: str
    amendment: int
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WithdrawCommand:
    """A request that was handed over and is taken back by the person, at ``withdrawn_at``."""

    idempotency_key: str
    reference: str
    external_ref: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class VehicleStation:
    """A station of shared bikes. Coordinates in degrees (WGS 84); counts are None when the operator does not say.

    ``electric`` is how many of the ``vehicles`` have a motor; ``reported_at`` when the station itself last spoke.
    """

    id: str
    name: str
    latitude: float
    longitude: float
    vehicles: int | None
    electric: int | None
    docks: int | None
    renting: bool
    reported_at: datetime | None


@dataclass(frozen=True, slots=True)
class VehicleStations:
    """What an operator published at ``published_at``; asking again within ``fresh_for`` seconds is of no use."""

    stations: Sequence[VehicleStation]
    published_at: datetime
    fresh_for: int


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """An address or a street. Coordinates in degrees (WGS 84); ``city_code`` is the INSEE code; ``score`` 0 to 1."""

    label: str
    line: str
    postcode: str
    city: str
    city_code: str
    latitude: float
    longitude: float
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """The partner's transport accepted the request; ``received`` when it also acknowledged having it.

    ``left`` is False for what is ready and still waits for a person to carry it: a letter to be posted.
    """

    external_ref: str
    raw_status: str = ""
    received: bool = False
    left: bool = True


@dataclass(frozen=True, slots=True)
class ComplementCommand:
    """What the person answered to a question of the partner's. ``text`` is theirs: plain, several lines."""

    idempotency_key: str
    reference: str
    external_ref: str
    text: str = field(repr=False)
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """One piece of news. ``external_ref`` is the receipt's; ``details`` holds codes, and untrusted plain text."""

    update_id: str
    external_ref: str
    status: UpdateStatus
    raw_status: str
    occurred_at: datetime
    details: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EntitlementQuestion:
    """What a partner is asked about one person. ``payload`` says who it is: concept ids to values.

    ``access_token``: of the sign-in that the person has just made for this very question, where one is needed.
    """

    payload: Mapping[str, Any] = field(repr=False)
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class EntitlementAnswer:
    """What the partner knows. Not found is an answer: the value is then unknown, which is not zero.

    ``values`` maps concept ids to values; ``source`` is the body that vouches for them, in the partner's code;
    ``period`` the month they hold for (``YYYY-MM``); ``code`` the partner's word for a person it does not know;
    ``fresh_for`` the seconds during which asking again would give the same answer, None when the partner does not say.
    """

    found: bool
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    source: str = ""
    period: str = ""
    code: str = ""
    fresh_for: int | None = None


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to one person. ``sender`` is shown as its author; bodies are already rendered."""

    idempotency_key: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    sender: str
    reply_to: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class InboundCall:
    """A call received from a partner. Header names are in lower case; ``body`` is exactly what was received."""

    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The three points of a check. None = could not be known, because an earlier point failed."""

    ok: bool
    settings_ok: bool | None
    connection_ok: bool | None
    credentials_ok: bool | None
    message_code: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds one attempt may take: to connect, between two bytes, and in all, name resolution included."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 30.0


DEFAULT_TIMEOUTS = Timeouts()


class LetterPurpose(StrEnum):
    """Why a letter is written."""

    REQUEST = "request"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """A letter to be made and posted by a person. ``recipient`` is the postal address, line by line.

    ``payload`` maps concept ids to values; ``cites`` is the number of the letter that this one follows.
    """

    idempotency_key: str
    reference: str
    purpose: LetterPurpose
    recipient: Sequence[str]
    payload: Mapping[str, Any] = field(repr=False)
    cites: str = ""
    amendment: int = 0
