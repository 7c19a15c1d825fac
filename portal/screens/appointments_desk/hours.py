"""« Horaires » : the weekly openings, by place: for which kinds, from when to when, how many people at once."""

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.service import RuleFacts, RuleView
from portal.casework.appointments.wording import WEEKDAYS
from portal.ground import clock
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_settle
from portal.screens.appointments_desk.typed import (
    boxes,
    day_parts,
    read_id,
    refuse,
    shown_day,
    typed_day,
    typed_hour,
    typed_number,
    version_of,
)

HOURS = f"{HOME}/horaires"


@blueprint.get(HOURS)
@may_settle
def hours() -> Response:
    """Every weekly opening that is not over."""
    return page(
        "appointments_desk/hours.html",
        title=_("Horaires de rendez-vous"),
        service=_("Agents"),
        rules=appointments.list_rules(unit(), actor()),
        places={one.id: one.name for one in appointments.list_places(unit(), actor())},
        kinds={one.id: one.say_title() for one in appointments.list_kinds(unit(), actor())},
        weekdays=WEEKDAYS,
        base=HOURS,
        done=request.args.get("fait", ""),
        trail=[(_("Rendez-vous"), HOME), (_("Horaires"), None)],
    )


@blueprint.get(f"{HOURS}/nouveau")
@may_settle
def new_hours() -> Response:
    """An empty opening, from today on."""
    return _form(None, MultiDict({"desks": "1"}), {"valid_from": shown_day(clock.today()), "valid_until": {}})


@blueprint.get(f"{HOURS}/<uuid:rule_id>")
@may_settle
def one_opening(rule_id: UUID) -> Response:
    """One opening, to be changed."""
    view = _find(rule_id)
    facts = view.facts
    typed: MultiDict[str, str] = MultiDict(
        {
            "place": str(facts.place_id),
            "weekday": str(facts.weekday),
            "opens": f"{facts.opens:%H:%M}",
            "closes": f"{facts.closes:%H:%M}",
            "desks": str(facts.desks),
            "desk_group": facts.desk_group,
            "version": str(view.version),
        }
    )
    typed.setlist("kinds", [str(one) for one in facts.kind_ids])
    days = {"valid_from": shown_day(facts.valid_from), "valid_until": shown_day(facts.valid_until)}
    return _form(view, typed, days)


def _find(rule_id: UUID) -> RuleView:
    found = next((one for one in appointments.list_rules(unit(), actor()) if one.id == rule_id), None)
    if found is None:
        raise NotFound("rule_unknown")
    return found


def _form(
    view: RuleView | None,
    typed: MultiDict[str, str],
    days: Mapping[str, Mapping[str, str]],
    errors: Mapping[str, str] | None = None,
    *,
    changed: bool = False,
) -> Response:
    title = _("Modifier un horaire") if view else _("Nouvel horaire")
    return page(
        "appointments_desk/opening.html",
        title=title,
        status=409 if changed else 422 if errors else 200,
        service=_("Agents"),
        view=view,
        typed=boxes(typed),
        days=days,
        ticked=typed.getlist("kinds"),
        places=[(str(one.id), one.name) for one in appointments.list_places(unit(), actor()) if one.facts.active],
        kinds=[(str(one.id), one.say_title()) for one in appointments.list_kinds(unit(), actor())],
        weekdays=[(str(number), str(name)) for number, name in enumerate(WEEKDAYS)],
        action=f"{HOURS}/{view.id if view else 'nouveau'}",
        changed=changed,
        errors=list((errors or {}).items()),
        trail=[(_("Rendez-vous"), HOME), (_("Horaires"), HOURS), (title, None)],
    )


@blueprint.post(f"{HOURS}/nouveau")
@may_settle
def create_hours() -> Response:
    """Keep a new opening."""
    return _save(None)


@blueprint.post(f"{HOURS}/<uuid:rule_id>")
@may_settle
def change_hours(rule_id: UUID) -> Response:
    """Keep an opening as it is now."""
    return _save(_find(rule_id))


def _save(view: RuleView | None) -> Response:
    form: MultiDict[str, str] = MultiDict(request.form)
    days = {name: day_parts(form, name) for name in ("valid_from", "valid_until")}
    try:
        appointments.save_rule(
            unit(), actor(), _facts(form), rule_id=view.id if view else None, version=version_of(form)
        )
    except Invalid as refused:
        undo()
        return _form(view, form, days, refused.fields)
    except Conflict:
        undo()
        return _form(view, form, days, changed=True)
    return redirect_to("appointments_desk.hours", fait="horaire")


def _facts(form: MultiDict[str, str]) -> RuleFacts:
    faults: dict[str, str] = {}
    place_id = read_id(form.get("place", ""))
    if place_id is None:
        faults["place"] = _("Choisissez un lieu.")
    opens = typed_hour(form, "opens", faults, _("Écrivez l’heure de début, par exemple 9h30."))
    closes = typed_hour(form, "closes", faults, _("Écrivez l’heure de fin, par exemple 12h."))
    weekday = typed_number(form, "weekday", faults, _("Choisissez un jour de la semaine."))
    desks = typed_number(form, "desks", faults, _("Écrivez combien d’agents reçoivent, en chiffres."))
    first = typed_day(form, "valid_from", faults, _("Écrivez le premier jour, par exemple 3 12 2026."))
    last = typed_day(form, "valid_until", faults, _("Écrivez le dernier jour, par exemple 31 12 2026."), needed=False)
    refuse(faults)
    if place_id is None or first is None:
        raise NotFound("place_unknown")
    return RuleFacts(
        place_id=place_id,
        kind_ids=frozenset(found for text in form.getlist("kinds") if (found := read_id(text)) is not None),
        weekday=weekday,
        opens=opens,
        closes=closes,
        valid_from=first,
        valid_until=last,
        desks=desks,
        desk_group=form.get("desk_group", ""),
    )


@blueprint.post(f"{HOURS}/<uuid:rule_id>/arreter")
@may_settle
def stop_hours(rule_id: UUID) -> Response:
    """Stop an opening from tomorrow on; what is booked keeps its time."""
    try:
        appointments.end_rule(unit(), actor(), rule_id, version=version_of(request.form))
    except Conflict:
        undo()
        return redirect_to("appointments_desk.hours", fait="change")
    return redirect_to("appointments_desk.hours", fait="arret")
