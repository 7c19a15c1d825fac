"""Who is told what, how and when. Pure."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

from portal.casework.notifications.enums import NoticeChannel, NoticeKind, NotificationEvent, Way
from portal.ground import clock

CODE_LIFE: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5
CODE_DIGITS: Final = 6
CLAIM_KEPT: Final = timedelta(days=1)
# After that, an address that did not exist may exist again: we try once more.
BLOCK_LASTS: Final = timedelta(days=30)
# A delivery report that has not come by then will not.
REPORT_WAITED: Final = timedelta(days=3)
# What was told about no request: a draft, an end, a poll.
ANNOUNCED_KEPT: Final = timedelta(days=90)
FRANCE: Final = 33
QUIET_FROM, QUIET_UNTIL, DIGEST_HOUR = 21, 8, 8

KIND_OF: Final[Mapping[NotificationEvent, NoticeKind]] = MappingProxyType(
    {
        NotificationEvent.REQUEST_SUBMITTED: NoticeKind.LEGAL,
        NotificationEvent.DECIDED: NoticeKind.LEGAL,
        NotificationEvent.IMPLICIT_DECISION: NoticeKind.LEGAL,
        NotificationEvent.REQUEST_WITHDRAWN: NoticeKind.LEGAL,
        NotificationEvent.WAITING_FOR_RESIDENT: NoticeKind.QUESTION,
        NotificationEvent.MESSAGE_POSTED: NoticeKind.ANSWER,
        NotificationEvent.PARTNER_RECEIVED: NoticeKind.ANSWER,
        NotificationEvent.DELIVERY_DEAD: NoticeKind.ANSWER,
        NotificationEvent.DRAFT_ENDING: NoticeKind.REMINDER,
        NotificationEvent.SPACE_ENDING: NoticeKind.REMINDER,
        # Who no longer comes would not see it in their space: it leaves by whatever there is, like what the law asks.
        NotificationEvent.ACCOUNT_ENDING: NoticeKind.LEGAL,
        NotificationEvent.POLL_OPENED: NoticeKind.POLL,
        # What is done in somebody’s name is told, whatever they chose.
        NotificationEvent.MANDATE_CHANGED: NoticeKind.LEGAL,
        NotificationEvent.APPOINTMENT_BOOKED: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_MOVED: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_CANCELLED: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_DISPLACED: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_REMINDER: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_MISSED: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_OFFERED: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_AWAITED: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_FREED: NoticeKind.APPOINTMENT,
        NotificationEvent.APPOINTMENT_WAITED_IN_VAIN: NoticeKind.APPOINTMENT,
    }
)
# What the law has us tell is told: it may change channel, never be turned off (CRPA, art. L112-11 and L211-2).
NEVER_OFF: Final = frozenset({NoticeKind.LEGAL})
URGENT: Final = frozenset({NoticeKind.LEGAL, NoticeKind.QUESTION, NoticeKind.APPOINTMENT})
DEFAULTS: Final[Mapping[NoticeKind, Way]] = MappingProxyType(
    {kind: Way.NONE if kind is NoticeKind.POLL else Way.EMAIL for kind in NoticeKind}
)
_BY: Final[Mapping[Way, frozenset[NoticeChannel]]] = MappingProxyType(
    {
        Way.EMAIL: frozenset({NoticeChannel.EMAIL}),
        Way.SMS: frozenset({NoticeChannel.SMS}),
        Way.BOTH: frozenset(NoticeChannel),
        Way.SPACE: frozenset(),
        Way.NONE: frozenset(),
    }
)
# The mailbox does not exist, or cannot be written to. Others of the 5xx may be about us, or about one message.
_NO_MAILBOX: Final = frozenset({"smtp_550", "smtp_551", "smtp_553", "address_invalid", "recipient_not_supported"})
_NO_PHONE: Final = frozenset({"number_invalid", "number_blocked", "blocked", "invalid_number"})


def kind_of(event: NotificationEvent) -> NoticeKind:
    """The kind that the person chose for; news of a request when nothing else is said."""
    return KIND_OF.get(event, NoticeKind.ANSWER)


def ways_open(kind: NoticeKind, *, sms: bool) -> tuple[Way, ...]:
    """What may be chosen for a kind. ``sms``: a verified number can be reached."""
    ways = [Way.EMAIL, *([Way.SMS, Way.BOTH] if sms else [])]
    if kind not in NEVER_OFF:
        ways.append(Way.SPACE)
    if kind is NoticeKind.POLL:
        ways.append(Way.NONE)
    return tuple(ways)


def channels_for(way: Way, kind: NoticeKind, *, reachable: frozenset[NoticeChannel]) -> frozenset[NoticeChannel]:
    """By what a notice leaves. One that a channel cannot take goes by the other, rather than by none."""
    wanted = _BY[way] or (_BY[Way.EMAIL] if kind in NEVER_OFF else frozenset())
    usable = wanted & reachable
    return usable or (reachable if wanted else frozenset())


def is_gathered(kind: NoticeKind, *, digest: bool) -> bool:
    """Whether a notice waits for the e-mail of the morning."""
    return digest and kind not in URGENT


def next_digest(instant: datetime) -> datetime:
    """The next time the e-mails of the morning leave, strictly after ``instant``."""
    return _next_hour(instant, DIGEST_HOUR)


def quiet_end(instant: datetime, since: int, until: int) -> datetime | None:
    """When the quiet hours that ``instant`` falls in end; None outside them. Hours are those of the wall clock."""
    hour = clock.local(instant).hour
    quiet = since <= hour < until if since < until else hour >= since or hour < until
    return _next_hour(instant, until) if quiet and since != until else None


def _next_hour(instant: datetime, hour: int) -> datetime:
    """The next moment strictly after ``instant`` when the wall clock of the authority strikes ``hour``."""
    here = clock.local(instant)
    day = here.date()
    found = datetime.combine(day, time(hour), here.tzinfo).astimezone(UTC)
    while found <= instant:
        day += timedelta(days=1)
        found = datetime.combine(day, time(hour), here.tzinfo).astimezone(UTC)
    return found


def is_mobile(number: str) -> bool:
    """Whether an E.164 number may receive a text message."""
    try:
        found = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    # The numbers kept for fiction (Arcep, décision 2012-0855) are mobile numbers that nobody has: of no known type.
    french = found.country_code == FRANCE and str(found.national_number)[:1] in {"6", "7"}
    kinds = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return french or phonenumbers.number_type(found) in kinds


def blocks(channel: NoticeChannel, code: str) -> bool:
    """Whether a refusal means that nothing will reach this address any more."""
    return code in (_NO_MAILBOX if channel is NoticeChannel.EMAIL else _NO_PHONE)


def same_code(typed: str, code: str) -> bool:
    """Compare without telling, by the time taken, how much of the code is right."""
    digits = "".join(sign for sign in typed if sign.isdigit())
    return hmac.compare_digest(digits.encode(), code.encode())
