"""The actor of a request and the permissions of each role. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from portal.ground.permissions.enums import ActorKind, Permission, Role
from portal.ground.permissions.levels import Level

_DEPARTMENT = frozenset(
    {
        Permission.APPOINTMENTS_KEEP,
        Permission.CONTACTS_KEEP,
        Permission.REQUESTS_READ,
        Permission.REQUESTS_ASSIGN,
        Permission.REQUESTS_MESSAGE,
        Permission.REQUESTS_DECIDE,
    }
)
_COUNTER = _DEPARTMENT | {
    Permission.ACCOUNTS_JOIN,
    Permission.DRAFTS_ASSIST,
    Permission.LETTERS_POST,
    Permission.PERSONS_FIND,
    Permission.REQUESTS_ENTER,
}
_SUPERVISOR = _COUNTER | {
    Permission.APPOINTMENTS_SETTLE,
    Permission.CONNECTIONS_READ,
    Permission.DELIVERIES_RETRY,
    Permission.PARTICIPATION_MANAGE,
    Permission.RETENTION_READ,
    Permission.RIGHTS_READ,
    Permission.STEERING_READ,
    Permission.PERSONS_OVERSEE,
    Permission.TEMPLATES_EDIT,
}
_OPERATOR = frozenset(
    {
        Permission.CONCEPTS_DECIDE,
        Permission.CONNECTIONS_READ,
        Permission.CONNECTIONS_OPERATE,
        Permission.DELIVERIES_RETRY,
        Permission.RETENTION_READ,
        Permission.STEERING_READ,
        Permission.STEERING_READ_ALL,
    }
)
# Apart from casework: who writes procedures sees no request, but how procedures do, in figures.
_PROCEDURES = frozenset(
    {
        Permission.PROCEDURES_EDIT,
        Permission.PROCEDURES_PUBLISH,
        Permission.STEERING_READ,
        Permission.STEERING_READ_ALL,
    }
)
# Who opens and closes accesses sees no request, and who watches over the data sees no content of them.
_ADMINISTRATOR = frozenset({Permission.AGENTS_MANAGE, Permission.RIGHTS_READ})
_DATA_PROTECTION = frozenset({Permission.JOURNAL_READ, Permission.RETENTION_READ, Permission.RIGHTS_READ})

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.RESIDENT: frozenset(),
        Role.COUNTER_AGENT: _COUNTER,
        Role.DEPARTMENT_AGENT: _DEPARTMENT,
        Role.SUPERVISOR: _SUPERVISOR,
        Role.OPERATOR: _OPERATOR,
        Role.PROCEDURE_OFFICER: _PROCEDURES,
        Role.ADMINISTRATOR: _ADMINISTRATOR,
        Role.DATA_PROTECTION_OFFICER: _DATA_PROTECTION,
    }
)
# Roles with power over others: a stolen password alone must not give it.
STRONG_ROLES = frozenset({Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER, Role.OPERATOR, Role.SUPERVISOR})
TWO_FACTORS: Level = "eidas0-mfa"


def required_acr(role: Role) -> str:
    """The level of assurance that a role needs before it opens anything: two factors, or nothing in particular."""
    return TWO_FACTORS if role in STRONG_ROLES else ""


@dataclass(frozen=True, slots=True)
class Assisted:
    """The one draft that an agent may fill in somebody's name, or the one request that they may read and answer.

    ``account_id``: None for a paper form being typed in. ``request_id``: under a mandate only, and then without draft.
    """

    draft_id: UUID | None
    account_id: UUID | None
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts (``id``: account or agent), for whom (``subject``: person), under which mandate, with which rights.

    ``acr`` is the level of assurance of the sign-in, ``required_acr`` the one that the role needs. ``assisted``: what
    an agent was let in to, when acting in somebody's name; ``mandate_id`` is then the id of the assistance, or of the
    mandate where nothing was opened under it, and the usual rights of the agent are left aside.
    """

    kind: ActorKind
    id: UUID | None = None
    subject: UUID | None = None
    mandate_id: UUID | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    department_ids: frozenset[UUID] = field(default_factory=frozenset)
    label: str = ""
    acr: str = ""
    required_acr: str = ""
    assisted: Assisted | None = None

    def can(self, permission: Permission) -> bool:
        """True when one of the actor's roles holds ``permission``."""
        return permission in self.permissions

    @property
    def is_resident(self) -> bool:
        """True for a signed-in resident."""
        return self.kind is ActorKind.RESIDENT

    @property
    def is_agent(self) -> bool:
        """True for a signed-in agent."""
        return self.kind is ActorKind.AGENT


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
SYSTEM = Actor(kind=ActorKind.SYSTEM)
