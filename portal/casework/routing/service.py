"""The door of the room: the rules of a department, and whom they give a new request to. Nothing commits."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.casework.routing.models import RoutingRule
from portal.casework.routing.policy import MAX_NAME, MAX_RULES, MAX_VALUE, MAX_WANTED, can_rule, fits, in_turn
from portal.casework.routing.shapes import Chosen, RuleDraft, RuleView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.people.accounts.service import agents_of

__all__ = [
    "Chosen",
    "RuleDraft",
    "RuleView",
    "archive_rule",
    "choose_agent",
    "get_rule",
    "list_rules",
    "shift_rule",
    "write_rule",
]


def list_rules(session: Session, actor: Actor) -> list[RuleView]:
    """The rules of the agent's departments, in the order in which they are tried. One statement."""
    query = select(RoutingRule).where(
        RoutingRule.department_id.in_(actor.department_ids), RoutingRule.archived_at.is_(None)
    )
    ordered = query.order_by(RoutingRule.department_id, RoutingRule.procedure_id, RoutingRule.position, RoutingRule.id)
    return [_view(row) for row in session.scalars(ordered)]


def get_rule(session: Session, actor: Actor, rule_id: UUID) -> RuleView:
    """One rule of the agent's departments.

    :raises NotFound: none, or another department's.
    """
    return _view(_own(session, actor, rule_id))


def write_rule(
    session: Session,
    actor: Actor,
    department_id: UUID,
    draft: RuleDraft,
    *,
    rule_id: UUID | None = None,
    version: int = 0,
) -> UUID:
    """Add a rule after the others of its procedure, or change one.

    :param version: of the rule that was being read: two heads do not overwrite each other.
    :raises Invalid: ``name``, ``agents`` or ``wanted``.
    :raises Forbidden: not theirs to rule.
    :raises Conflict: ``rule_changed``, or ``too_many_rules``.
    :raises NotFound: no such rule of theirs.
    """
    if not can_rule(actor, department_id):
        raise Forbidden("rule_not_yours")
    checked = _checked(session, department_id, draft)
    row = _own(session, actor, rule_id) if rule_id else _new(session, department_id, checked)
    if rule_id and row.version != version:
        raise Conflict("rule_changed")
    row.name, row.field = checked.name, checked.field
    row.channels, row.wanted = list(checked.channels), list(checked.wanted)
    row.agent_ids = [str(one) for one in checked.agent_ids]
    row.version = row.version + 1 if rule_id else 1
    row.written_at = clock.now()
    session.add(row)
    session.flush()
    record(session, actor, "routing_rule_written", details={"rule": str(row.id), "version": str(row.version)})
    return row.id


def _new(session: Session, department_id: UUID, draft: RuleDraft) -> RoutingRule:
    query = select(func.count(), func.max(RoutingRule.position)).where(RoutingRule.procedure_id == draft.procedure_id)
    count, last = session.execute(query.where(RoutingRule.archived_at.is_(None))).one()
    if count >= MAX_RULES:
        raise Conflict("too_many_rules")
    return RoutingRule(
        department_id=department_id, procedure_id=draft.procedure_id, position=(last or 0) + 1, turn=0, version=1
    )


def _checked(session: Session, department_id: UUID, draft: RuleDraft) -> RuleDraft:
    team = {one.id for one in agents_of(session, department_id)}
    name = clean_line(draft.name)[: MAX_NAME + 1]
    wanted = tuple(dict.fromkeys(clean_line(one) for one in draft.wanted if clean_line(one)))
    wrong = {
        "name": _("Donnez un nom court à cette règle, par exemple « Secteur nord ».")
        if not name or len(name) > MAX_NAME
        else "",
        "agents": _("Choisissez au moins une personne de ce service.")
        if not draft.agent_ids or not team.issuperset(draft.agent_ids)
        else "",
        "wanted": _wrong_wanted(draft.field, wanted),
    }
    found = {key: sentence for key, sentence in wrong.items() if sentence}
    if found:
        raise Invalid(found)
    kept = wanted if draft.field else ()
    return RuleDraft(draft.procedure_id, name, draft.agent_ids, draft.channels, draft.field, kept)


def _wrong_wanted(field: str, wanted: tuple[str, ...]) -> str:
    if field and not wanted:
        return _("Écrivez au moins une réponse, une par ligne.")
    if len(wanted) > MAX_WANTED or any(len(one) > MAX_VALUE for one in wanted):
        return _("Écrivez %(lines)d lignes au plus, de %(limit)d caractères.", lines=MAX_WANTED, limit=MAX_VALUE)
    return ""


def shift_rule(session: Session, actor: Actor, rule_id: UUID, by: Literal[-1, 1], *, rank: int) -> None:
    """Have a rule tried one place sooner (``-1``) or later (``1``) among those of its procedure; at the end, it stays.

    :param rank: the place, from 1, at which it was read: the same form sent twice moves it once.
    :raises Conflict: ``rule_moved``: it is at another place now.
    :raises Forbidden: not theirs to rule.
    :raises NotFound: none, another department's, or applied no more.
    """
    row = _own(session, actor, rule_id)
    if not can_rule(actor, row.department_id):
        raise Forbidden("rule_not_yours")
    query = _tried(row.department_id, row.procedure_id).with_for_update().execution_options(populate_existing=True)
    # Rows that were waited for come in the order of before: they are put in that of now.
    order = sorted(session.scalars(query), key=lambda one: (one.position, one.id))
    if row not in order:
        raise NotFound("rule_unknown")
    if order.index(row) + 1 != rank:
        raise Conflict("rule_moved")
    if not 1 <= rank + by <= len(order):
        return
    order.remove(row)
    order.insert(rank - 1 + by, row)
    for place, one in enumerate(order, start=1):
        one.position = place
    session.flush()
    record(session, actor, "routing_rule_moved", details={"rule": str(row.id), "rank": str(rank + by)})


def _tried(department_id: UUID, procedure_id: UUID) -> Select[RoutingRule]:
    """The rules of a procedure, in the order in which they are tried."""
    query = select(RoutingRule).where(
        RoutingRule.procedure_id == procedure_id,
        RoutingRule.department_id == department_id,
        RoutingRule.archived_at.is_(None),
    )
    return query.order_by(RoutingRule.position, RoutingRule.id)


def archive_rule(session: Session, actor: Actor, rule_id: UUID) -> None:
    """Apply a rule no more; again, it changes nothing.

    :raises Forbidden: not theirs to rule.
    :raises NotFound: none, or another department's.
    """
    row = _own(session, actor, rule_id)
    if not can_rule(actor, row.department_id):
        raise Forbidden("rule_not_yours")
    if row.archived_at is None:
        row.archived_at = clock.now()
        record(session, actor, "routing_rule_archived", details={"rule": str(row.id)})
    session.flush()


def choose_agent(
    session: Session, department_id: UUID, procedure_id: UUID, channel: str, answers: Mapping[str, Any]
) -> Chosen | None:
    """Whom the first rule that fits gives a new request to; None when no rule fits, or nobody of it is there.

    One statement where the procedure has no rule. The turn is taken in the unit of the submission.
    """
    rows = session.scalars(_tried(department_id, procedure_id)).all()
    rule = next((one for one in rows if fits(one.channels, one.field, one.wanted, channel, answers)), None)
    if rule is None:
        return None
    session.refresh(rule, with_for_update=True)
    there = frozenset(one.id for one in agents_of(session, department_id))
    order = [UUID(one) for one in rule.agent_ids]
    agent_id = in_turn(order, rule.turn, there)
    if agent_id is None:
        return None
    rule.turn = order.index(agent_id) + 1
    session.flush()
    return Chosen(rule.id, agent_id)


def _own(session: Session, actor: Actor, rule_id: UUID) -> RoutingRule:
    query = select(RoutingRule).where(RoutingRule.id == rule_id, RoutingRule.department_id.in_(actor.department_ids))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("rule_unknown")
    return row


def _view(row: RoutingRule) -> RuleView:
    return RuleView(
        id=row.id,
        department_id=row.department_id,
        draft=RuleDraft(
            procedure_id=row.procedure_id,
            name=row.name,
            agent_ids=tuple(UUID(one) for one in row.agent_ids),
            channels=tuple(row.channels),
            field=row.field,
            wanted=tuple(row.wanted),
        ),
        version=row.version,
        turn=row.turn,
    )
