"""What heads of departments settle: places, kinds, weekly openings. A change is made from a version that was seen."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.appointments import checks, policy
from portal.casework.appointments.models import (
    AppointmentKind,
    AppointmentPlace,
    AppointmentRule,
    AppointmentRuleKind,
)
from portal.casework.appointments.service.rows import kind_view, of_departments, place_view
from portal.casework.appointments.shapes import KindFacts, KindView, PlaceFacts, PlaceView, RuleFacts, RuleView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor

CHANGED = "settings_changed"


def list_places(session: Session, actor: Actor) -> list[PlaceView]:
    """The places of the agent's departments, withdrawn or not, by name. :raises Forbidden: not an agent."""
    query = select(AppointmentPlace).where(of_departments(actor, AppointmentPlace.department_id.expression))
    return [place_view(row) for row in session.scalars(query.order_by(AppointmentPlace.name, AppointmentPlace.id))]


def list_kinds(session: Session, actor: Actor) -> list[KindView]:
    """The kinds of the agent's departments, withdrawn or not, by slug. :raises Forbidden: not an agent."""
    query = select(AppointmentKind).where(of_departments(actor, AppointmentKind.department_id.expression))
    return [kind_view(row) for row in session.scalars(query.order_by(AppointmentKind.slug))]


def list_rules(session: Session, actor: Actor) -> list[RuleView]:
    """The weekly openings of the agent's departments that are not over, by place and weekday. Two statements."""
    query = (
        select(AppointmentRule)
        .join(AppointmentPlace, AppointmentPlace.id == AppointmentRule.place_id)
        .where(
            of_departments(actor, AppointmentPlace.department_id.expression),
            AppointmentRule.valid_until.is_(None) | (AppointmentRule.valid_until >= clock.today()),
        )
        .order_by(AppointmentPlace.name, AppointmentRule.weekday, AppointmentRule.opens, AppointmentRule.id)
    )
    rows = session.scalars(query).all()
    kinds: dict[UUID, set[UUID]] = defaultdict(set)
    links = select(AppointmentRuleKind).where(AppointmentRuleKind.rule_id.in_([row.id for row in rows]))
    for link in session.scalars(links):
        kinds[link.rule_id].add(link.kind_id)
    return [_rule_view(row, frozenset(kinds[row.id])) for row in rows]


def save_place(
    session: Session, actor: Actor, facts: PlaceFacts, *, place_id: UUID | None = None, version: int = 0
) -> PlaceView:
    """Make a place, or change one. One that is withdrawn is offered no more; what is booked there stays.

    :raises Invalid: by field, in French. :raises Conflict: ``settings_changed``, with the place as it now is.
    :raises Forbidden: the agent does not head the department. :raises NotFound: no such place.
    """
    _check_settles(actor, facts.department_id)
    checked = checks.checked_place(facts)
    values = {
        "department_id": checked.department_id,
        "name": checked.name,
        "address": checked.address,
        "access": checked.access,
        "directions": checked.directions,
        "phone": checked.phone,
        "active": checked.active,
    }
    row = _made_or_held(session, actor, AppointmentPlace, place_id, version, values, place_view)
    _note(session, actor, "appointment_place_saved", row.id)
    return place_view(row)


def save_kind(
    session: Session, actor: Actor, facts: KindFacts, *, kind_id: UUID | None = None, version: int = 0
) -> KindView:
    """Make a kind, or change one. What is booked keeps its time, whatever the kind becomes.

    :raises Invalid: by field, in French; ``slug`` when another kind has it.
    :raises Conflict: ``settings_changed``, with the kind as it now is.
    :raises Forbidden: the agent does not head the department. :raises NotFound: no such kind.
    """
    _check_settles(actor, facts.department_id)
    checked = checks.checked_kind(facts)
    values = {
        "department_id": checked.department_id,
        "slug": checked.slug,
        "title": dict(checked.title),
        "bring": dict(checked.bring),
        "minutes": checked.minutes,
        "spare_minutes": checked.spare_minutes,
        "capacity": checked.capacity,
        "notice_hours": checked.notice_hours,
        "horizon_days": checked.horizon_days,
        "cancel_hours": checked.cancel_hours,
        "means": [one.value for one in checked.means],
        "audience": checked.audience,
        "procedure_slug": checked.procedure_slug,
        "active": checked.active,
    }
    try:
        with session.begin_nested():
            row = _made_or_held(session, actor, AppointmentKind, kind_id, version, values, kind_view)
    except IntegrityError:
        raise Invalid({"slug": _("Un autre type de rendez-vous porte déjà ce nom court.")}) from None
    _note(session, actor, "appointment_kind_saved", row.id)
    return kind_view(row)


def save_rule(
    session: Session, actor: Actor, facts: RuleFacts, *, rule_id: UUID | None = None, version: int = 0
) -> RuleView:
    """Make a weekly opening, or change one. What is booked keeps its time.

    :raises Invalid: by field, in French. :raises Conflict: ``settings_changed``, with the opening as it now is.
    :raises Forbidden: the agent does not head the department. :raises NotFound: no such opening, place or kind.
    """
    place = session.get(AppointmentPlace, facts.place_id)
    if place is None or place.department_id not in actor.department_ids:
        raise NotFound("place_unknown")
    _check_settles(actor, place.department_id)
    checked = checks.checked_rule(facts)
    known = select(AppointmentKind.id).where(
        AppointmentKind.id.in_(checked.kind_ids), AppointmentKind.department_id == place.department_id
    )
    if set(session.scalars(known)) != set(checked.kind_ids):
        raise NotFound("kind_unknown")
    values = {
        "place_id": checked.place_id,
        "weekday": checked.weekday,
        "opens": checked.opens,
        "closes": checked.closes,
        "desks": checked.desks,
        "desk_group": checked.desk_group,
        "valid_from": checked.valid_from,
        "valid_until": checked.valid_until,
    }
    kinds = frozenset(checked.kind_ids)
    row = _made_or_held(session, actor, AppointmentRule, rule_id, version, values, lambda one: _rule_view(one, kinds))
    session.execute(delete(AppointmentRuleKind).where(AppointmentRuleKind.rule_id == row.id))
    session.add_all(AppointmentRuleKind(rule_id=row.id, kind_id=kind_id) for kind_id in checked.kind_ids)
    session.flush()
    _note(session, actor, "appointment_rule_saved", row.id)
    return _rule_view(row, kinds)


def end_rule(session: Session, actor: Actor, rule_id: UUID, *, version: int) -> None:
    """Stop a weekly opening from tomorrow on. What is booked keeps its time.

    :raises Conflict: ``settings_changed``. :raises Forbidden: the agent does not head the department.
    :raises NotFound: no such opening.
    """
    row = _held(session, actor, AppointmentRule, rule_id, version, lambda one: _rule_view(one, frozenset()))
    row.valid_until, row.version = clock.today(), row.version + 1
    row.valid_from = min(row.valid_from, clock.today() - timedelta(days=1))
    session.flush()
    _note(session, actor, "appointment_rule_ended", row.id)


def _made_or_held(
    session: Session,
    actor: Actor,
    table: type[Any],
    row_id: UUID | None,
    version: int,
    values: Mapping[str, object],
    view: Any,
) -> Any:
    if row_id is None:
        row = table(**values)
        session.add(row)
    else:
        row = _held(session, actor, table, row_id, version, view)
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
    session.flush()
    return row


def _held(session: Session, actor: Actor, table: type[Any], row_id: UUID, version: int, view: Any) -> Any:
    query = select(table).where(table.id == row_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("settings_unknown")
    place = session.get_one(AppointmentPlace, row.place_id) if table is AppointmentRule else row
    if place.department_id not in actor.department_ids:
        raise NotFound("settings_unknown")
    _check_settles(actor, place.department_id)
    if row.version != version:
        raise Conflict(CHANGED, theirs=view(row))
    return row


def _check_settles(actor: Actor, department_id: UUID) -> None:
    if not policy.can_settle(actor, department_id):
        raise Forbidden("permission")


def _note(session: Session, actor: Actor, action: str, row_id: UUID) -> None:
    record(session, actor, action, details={"settings": str(row_id)})


def _rule_view(row: AppointmentRule, kinds: frozenset[UUID]) -> RuleView:
    facts = RuleFacts(
        place_id=row.place_id,
        kind_ids=kinds,
        weekday=row.weekday,
        opens=row.opens,
        closes=row.closes,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        desks=row.desks,
        desk_group=row.desk_group,
    )
    return RuleView(row.id, facts, row.version)
