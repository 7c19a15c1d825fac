"""What passes between a request and its recipients, and what a person did of a sending that failed."""

from portal.casework.requests.service.asking import AMENDMENT_KIND, COMPLEMENT_KIND, FOLLOW_UP_KINDS, WITHDRAWAL_KIND
from portal.casework.requests.service.forwarding.closing import (
    check_resendable,
    record_delivery_closed,
    record_follow_up_closed,
)
from portal.casework.requests.service.forwarding.follow_ups import (
    amendment_command,
    complement_command,
    record_amendment,
    record_complement,
    record_follow_up_failure,
    record_withdrawal,
    withdrawal_command,
)
from portal.casework.requests.service.forwarding.partners import (
    apply_partner_update,
    current_amendment,
    find_forwarding,
    forwarding_command,
    open_external_refs,
    record_delivery,
    record_delivery_failure,
    record_delivery_retry,
    record_exchange,
)

__all__ = [
    "AMENDMENT_KIND",
    "COMPLEMENT_KIND",
    "FOLLOW_UP_KINDS",
    "WITHDRAWAL_KIND",
    "amendment_command",
    "apply_partner_update",
    "check_resendable",
    "complement_command",
    "current_amendment",
    "find_forwarding",
    "forwarding_command",
    "open_external_refs",
    "record_amendment",
    "record_complement",
    "record_delivery",
    "record_delivery_closed",
    "record_delivery_failure",
    "record_delivery_retry",
    "record_exchange",
    "record_follow_up_closed",
    "record_follow_up_failure",
    "record_withdrawal",
    "withdrawal_command",
]
