"""Closed lists of the room."""

from enum import StrEnum


class ContactKind(StrEnum):
    """Ways of reaching a person that the person declared."""

    EMAIL = "email"
    PHONE = "phone"


class LinkProof(StrEnum):
    """Why an account is held to be that person's. Never an equal e-mail address."""

    AGENT_CHECK = "agent_check"
    BOTH_SESSIONS = "both_sessions"
    EMAIL_CODE = "email_code"
    PROVIDER = "provider"


class ValueSource(StrEnum):
    """Where a known value comes from."""

    DECLARED = "declared"
    FETCHED = "fetched"
    FRANCECONNECT = "franceconnect"
