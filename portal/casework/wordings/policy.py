"""Who writes the texts of a department. Pure."""

from uuid import UUID

from portal.ground.permissions import Actor, ActorKind, Permission


def can_edit(actor: Actor, department_id: UUID) -> bool:
    """An agent of the department who holds the right to; and the portal itself, for its sample."""
    is_ours = actor.is_agent or actor.kind is ActorKind.SYSTEM
    return is_ours and actor.can(Permission.TEMPLATES_EDIT) and department_id in actor.department_ids
