"""Who may do what: the permissions, the roles that hold them, and the immutable actor of a request."""

from portal.ground.permissions.enums import ActorKind, Permission, Role
from portal.ground.permissions.levels import LEVELS, Level, satisfies_acr, strongest_acr
from portal.ground.permissions.policy import (
    ANONYMOUS,
    ROLE_PERMISSIONS,
    STRONG_ROLES,
    SYSTEM,
    TWO_FACTORS,
    Actor,
    Assisted,
    required_acr,
)

__all__ = [
    "ANONYMOUS",
    "LEVELS",
    "ROLE_PERMISSIONS",
    "STRONG_ROLES",
    "SYSTEM",
    "TWO_FACTORS",
    "Actor",
    "ActorKind",
    "Assisted",
    "Level",
    "Permission",
    "Role",
    "required_acr",
    "satisfies_acr",
    "strongest_acr",
]
