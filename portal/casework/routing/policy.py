"""Whether a rule is for a request, and whose turn it is. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from portal.casework.catalogue.conditions import AnyOf, FieldCondition, holds
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.service import name_key

MAX_RULES: Final = 30
MAX_NAME: Final = 80
MAX_WANTED: Final = 20
MAX_VALUE: Final = 60


def can_rule(actor: Actor, department_id: UUID) -> bool:
    """The head of the department, who also writes its texts."""
    return actor.is_agent and actor.can(Permission.TEMPLATES_EDIT) and department_id in actor.department_ids


def fits(channels: Sequence[str], field: str, wanted: Sequence[str], channel: str, answers: Mapping[str, Any]) -> bool:
    """Whether a request that came by this channel, with these answers, is one for the rule.

    Case and accents do not count: a commune is typed by people.
    """
    if channels and channel not in channels:
        return False
    if not field:
        return True
    folded = {field: _fold(answers.get(field))}
    parts = [FieldCondition(field=field, equals=_fold(one)) for one in wanted if _fold(one)]
    return holds(AnyOf(any=tuple(parts)), folded)


def _fold(value: Any) -> str:
    return name_key(str(value)) if value not in (None, "") else ""


def in_turn(agent_ids: Sequence[UUID], turn: int, there: frozenset[UUID]) -> UUID | None:
    """Whose turn it is among those who are still there; None when nobody is."""
    order = [agent_ids[(turn + step) % len(agent_ids)] for step in range(len(agent_ids))] if agent_ids else []
    return next((one for one in order if one in there), None)
