"""Closed lists of the room."""

from enum import StrEnum


class AddressKind(StrEnum):
    """When a declared address is, or was, the person's."""

    CURRENT = "current"
    NEXT = "next"
    FORMER = "former"


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


class MemberRelation(StrEnum):
    """What somebody of the household is to the person who declares them."""

    CHILD = "child"
    PARTNER = "partner"
    DEPENDANT = "dependant"


class ValueSource(StrEnum):
    """Where a value comes from. ``typed``: known from nowhere else than what was typed for this request."""

    DECLARED = "declared"
    EARLIER_REQUEST = "earlier_request"
    FETCHED = "fetched"
    FRANCECONNECT = "franceconnect"
    HOUSEHOLD = "household"
    TYPED = "typed"
