"""The actor of a request and the permissions of each role. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from portal.ground.permissions.enums import ActorKind, Permission, Role

_DEPARTMENT = frozenset(
    {
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
    Permission.REQUESTS_ENTER,
}
_SUPERVISOR = _COUNTER | {
    Permission.CONNECTIONS_READ,
    Permission.DELIVERIES_RETRY,
    Permission.PARTICIPATION_MANAGE,
}
_OPERATOR = frozenset({Permission.CONNECTIONS_READ, Permission.CONNECTIONS_OPERATE, Permission.DELIVERIES_RETRY})

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.RESIDENT: frozenset(),
        Role.COUNTER_AGENT: _COUNTER,
        Role.DEPARTMENT_AGENT: _DEPARTMENT,
        Role.SUPERVISOR: _SUPERVISOR,
        Role.OPERATOR: _OPERATOR,
    }
)


@dataclass(frozen=True, slots=True)
class Assisted:
    """The one draft that an agent may fill in somebody's name. ``account_id``: None for a paper form being typed in."""

    draft_id: UUID
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts (``id``: account or agent), for whom (``subject``: person), under which mandate, with which rights.

    ``acr`` is the level of assurance of the sign-in. ``assisted``: what an agent was let in to, when acting in
    somebody's name; ``mandate_id`` is then the id of the assistance, and the usual rights of the agent are left aside.
    """

    kind: ActorKind
    id: UUID | None = None
    subject: UUID | None = None
    mandate_id: UUID | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    department_ids: frozenset[UUID] = field(default_factory=frozenset)
    label: str = ""
    acr: str = ""
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
