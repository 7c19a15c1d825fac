"""Bounds of the room, and who may do what. Pure."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from portal.casework.worklists.enums import BulkKind
from portal.ground.permissions import Actor, Permission

MAX_NAME: Final = 60
MAX_VIEWS: Final = 20
# A view removed by mistake is taken back until then.
REMOVED_KEPT: Final = timedelta(days=7)
MAX_AT_ONCE: Final = 500
BULK_KEPT: Final = timedelta(days=30)
LIST_ROWS: Final = 10_000
LIST_LIFE: Final = timedelta(hours=24)
LISTS_A_DAY: Final = 20
# Somebody who has not moved for so long is not at the file any more.
PRESENCE_FADES: Final = timedelta(minutes=5)

NEEDED: Final = {
    BulkKind.ASSIGN: Permission.REQUESTS_ASSIGN,
    BulkKind.GIVE_BACK: Permission.REQUESTS_ASSIGN,
    BulkKind.TRANSFER: Permission.REQUESTS_ASSIGN,
    BulkKind.MESSAGE: Permission.REQUESTS_MESSAGE,
    BulkKind.CLOSE: Permission.REQUESTS_DECIDE,
}


def kinds_of(actor: Actor) -> tuple[BulkKind, ...]:
    """What this agent may do to many requests at once."""
    return tuple(kind for kind in BulkKind if actor.is_agent and actor.can(NEEDED[kind]))


def can_share(actor: Actor, department_id: UUID) -> bool:
    """The head of a department, who also writes its texts, shares views with it and rules who gets its requests."""
    return actor.is_agent and actor.can(Permission.TEMPLATES_EDIT) and department_id in actor.department_ids
