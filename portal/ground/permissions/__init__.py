"""Who may do what: the permissions, the roles that hold them, and the immutable actor of a request."""

from portal.ground.permissions.enums import ActorKind, Permission, Role
from portal.ground.permissions.levels import LEVELS, Level, satisfies_acr
from portal.ground.permissions.policy import ANONYMOUS, ROLE_PERMISSIONS, SYSTEM, Actor, Assisted

__all__ = [
    "ANONYMOUS",
    "LEVELS",
    "ROLE_PERMISSIONS",
    "SYSTEM",
    "Actor",
    "ActorKind",
    "Assisted",
    "Level",
    "Permission",
    "Role",
    "satisfies_acr",
]
