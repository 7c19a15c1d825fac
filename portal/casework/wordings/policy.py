"""Who writes the texts of a department. Pure."""

from uuid import UUID

from portal.ground.permissions import Actor, Permission


def can_edit(actor: Actor, department_id: UUID) -> bool:
    """An agent of the department who holds the right to."""
    return actor.is_agent and actor.can(Permission.TEMPLATES_EDIT) and department_id in actor.department_ids
