"""What leaves for people: letters and notices, what they say, and how they fared."""

from portal.casework.requests.service.mailing.letters import (
    address_of_account,
    render_department_alert,
    render_digest,
    render_notification,
    render_text,
)
from portal.casework.requests.service.mailing.notices import (
    address_of_notice,
    apply_text_report,
    fall_back_to_email,
    record_digest,
    record_notification_refused,
    record_notification_sent,
    record_notification_unsent,
    record_text_refused,
    record_text_sent,
)
from portal.casework.requests.service.mailing.posting import (
    PostedLetter,
    letter_subject,
    person_of,
    record_letter_posted,
    record_letter_returned,
    record_letter_unposted,
    sealing_key,
)
from portal.casework.requests.service.telling import DEPARTMENT_ALERT

__all__ = [
    "DEPARTMENT_ALERT",
    "PostedLetter",
    "address_of_account",
    "address_of_notice",
    "apply_text_report",
    "fall_back_to_email",
    "letter_subject",
    "person_of",
    "record_digest",
    "record_letter_posted",
    "record_letter_returned",
    "record_letter_unposted",
    "record_notification_refused",
    "record_notification_sent",
    "record_notification_unsent",
    "record_text_refused",
    "record_text_sent",
    "render_department_alert",
    "render_digest",
    "render_notification",
    "render_text",
    "sealing_key",
]
