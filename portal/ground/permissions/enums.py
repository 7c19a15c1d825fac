"""Permissions are ``scope:resource:action``, in alphabetical order."""

from enum import StrEnum


class Permission(StrEnum):
    """What an agent may do. Residents hold none: their rows are scoped by owner."""

    ACCOUNTS_JOIN = "accounts:sign_in:join"
    CONNECTIONS_OPERATE = "connections:connection:operate"
    CONNECTIONS_READ = "connections:health:read"
    DELIVERIES_RETRY = "outbox:delivery:retry"
    DRAFTS_ASSIST = "requests:draft:assist"
    PARTICIPATION_MANAGE = "participation:poll:manage"
    LETTERS_POST = "letters:letter:post"
    REQUESTS_ASSIGN = "requests:request:assign"
    REQUESTS_DECIDE = "requests:request:decide"
    REQUESTS_ENTER = "requests:request:enter"
    REQUESTS_MESSAGE = "requests:request:message"
    REQUESTS_READ = "requests:queue:read"


class Role(StrEnum):
    """Roles given to agents by the authority."""

    COUNTER_AGENT = "counter_agent"
    DEPARTMENT_AGENT = "department_agent"
    OPERATOR = "operator"
    RESIDENT = "resident"
    SUPERVISOR = "supervisor"


class ActorKind(StrEnum):
    """What stands behind an act."""

    AGENT = "agent"
    ANONYMOUS = "anonymous"
    PARTNER = "partner"
    RESIDENT = "resident"
    SYSTEM = "system"
