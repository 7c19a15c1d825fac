"""Permissions are ``scope:resource:action``, in alphabetical order."""

from enum import StrEnum


class Permission(StrEnum):
    """What an agent may do. Residents hold none: their rows are scoped by owner."""

    ACCOUNTS_JOIN = "accounts:sign_in:join"
    AGENTS_MANAGE = "accounts:agent:manage"
    APPOINTMENTS_KEEP = "appointments:appointment:keep"
    APPOINTMENTS_SETTLE = "appointments:opening:settle"
    CONCEPTS_DECIDE = "dictionary:concept:decide"
    CONNECTIONS_OPERATE = "connections:connection:operate"
    CONNECTIONS_READ = "connections:health:read"
    CONTACTS_KEEP = "contacts:contact:keep"
    DELIVERIES_RETRY = "outbox:delivery:retry"
    DRAFTS_ASSIST = "requests:draft:assist"
    JOURNAL_READ = "audit:journal:read"
    PARTICIPATION_MANAGE = "participation:poll:manage"
    PERSONS_FIND = "accounts:person:find"
    PERSONS_OVERSEE = "accounts:person:oversee"
    PROCEDURES_EDIT = "catalogue:procedure:edit"
    PROCEDURES_PUBLISH = "catalogue:procedure:publish"
    LETTERS_POST = "letters:letter:post"
    REQUESTS_ASSIGN = "requests:request:assign"
    REQUESTS_DECIDE = "requests:request:decide"
    REQUESTS_ENTER = "requests:request:enter"
    REQUESTS_MESSAGE = "requests:request:message"
    REQUESTS_READ = "requests:queue:read"
    RETENTION_READ = "retention:report:read"
    RIGHTS_READ = "permissions:matrix:read"
    STEERING_READ = "steering:figures:read"
    STEERING_READ_ALL = "steering:figures:read_all"
    TEMPLATES_EDIT = "letters:template:edit"


class Role(StrEnum):
    """Roles given to agents by the authority."""

    ADMINISTRATOR = "administrator"
    COUNTER_AGENT = "counter_agent"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    DEPARTMENT_AGENT = "department_agent"
    OPERATOR = "operator"
    PROCEDURE_OFFICER = "procedure_officer"
    RESIDENT = "resident"
    SUPERVISOR = "supervisor"


class ActorKind(StrEnum):
    """What stands behind an act."""

    AGENT = "agent"
    ANONYMOUS = "anonymous"
    PARTNER = "partner"
    RESIDENT = "resident"
    SYSTEM = "system"
