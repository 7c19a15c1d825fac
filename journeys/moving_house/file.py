"""The file of a move: where each organisation stands, what is left to do, the recap to print, and giving up."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.moving_house import wording
from journeys.moving_house.blueprint import BASE, blueprint, read, trail_of
from journeys.moving_house.journey import declaration
from portal.casework.catalogue.fields import field_concept, field_name_for_errors, field_options
from portal.casework.life_events import service as life_events
from portal.casework.life_events.declaration import Guide, Questions
from portal.casework.life_events.enums import EventStatus, Knowledge, Stage
from portal.casework.life_events.mapping import entry_label, guides_for
from portal.casework.life_events.shapes import EventView
from portal.ground import clock
from portal.ground.dictionary.service import Value, display
from portal.ground.errors import Conflict
from portal.ground.web import actor, page, redirect_to, unit
from portal.ground.web.access import resident_only
from portal.ground.web.formats import format_date

TICKED = "fait-"
FORMER = ("address_current_line", "address_current_postcode", "address_current_city")
NEW = ("move_new_address_line", "move_new_address_postcode", "move_new_address_city", "move_new_address_country")


@blueprint.get("/<uuid:event_id>")
@resident_only
def one_move(event_id: UUID) -> Response:
    """The whole move on one page."""
    view = read(event_id)
    return page(
        "moving_house/file.html",
        title=_("Déménagement du %(day)s : %(count)s", day=format_date(view.happens_on), count=wording.say_count(view)),
        service=_("Mon espace"),
        view=view,
        base=f"{BASE}/{view.id}",
        former=_address(view, FORMER),
        new=_address(view, NEW),
        children=_children(view),
        may_add_child=_may_add_child(view),
        waiting=view.at(Stage.TO_CONFIRM, Stage.QUESTION) if view.status is EventStatus.OPEN else (),
        uninformed=[one for one in view.lines if one.applies and one.knowledge is Knowledge.NOTHING],
        behind=[one for one in view.lines if one.knowledge is Knowledge.FORMER and one.stage is not Stage.WITHDRAWN],
        soon=[(guide, due) for guide, due in _guides(view) if guide.code not in view.facts.done][:2],
        words=wording,
        saved=request.args.get("enregistre") == "oui",
        told_again=request.args.get("prevenus") == "oui",
        is_cancelled=view.status is EventStatus.CANCELLED,
        trail=trail_of(view),
    )


def _address(view: EventView, names: tuple[str, ...]) -> str:
    line, *place = [str(view.facts.common.get(name) or "") for name in names]
    return ", ".join(part for part in (line, " ".join(part for part in place if part)) if part)


def _children(view: EventView) -> list[tuple[str, str]]:
    """Slot and name of each child, in the order they were added."""
    slots = sorted(view.facts.entries, key=int)
    return [(slot, entry_label(declaration(), view.facts, slot)) for slot in slots]


def _may_add_child(view: EventView) -> bool:
    entry = declaration().entry
    return entry is not None and len(view.facts.entries) < entry.most and view.facts.common.get("move_kind") != "within"


def _guides(view: EventView) -> list[tuple[Guide, str]]:
    """What the person does by themselves, by date, with the date said; what is undated comes last."""
    found = guides_for(declaration(), view.facts)
    found.sort(key=lambda one: wording.due_on(one, view.happens_on) or date.max)
    return [(one, wording.say_due(one, view.happens_on)) for one in found]


@blueprint.get("/<uuid:event_id>/a-faire")
@resident_only
def guides(event_id: UUID) -> Response:
    """What the portal cannot do, with its dates and where to do it."""
    view = read(event_id)
    return page(
        "moving_house/guides.html",
        title=_("Ce que vous faites vous-même"),
        view=view,
        guides=_guides(view),
        saved=request.args.get("enregistre") == "oui",
        is_cancelled=view.status is EventStatus.CANCELLED,
        back=f"{BASE}/{view.id}",
        trail=trail_of(view, _("Ce que vous faites vous-même")),
    )


@blueprint.post("/<uuid:event_id>/a-faire")
@resident_only
def tick(event_id: UUID) -> Response:
    """Keep what the person has done."""
    ticked = {name.removeprefix(TICKED) for name in request.form if name.startswith(TICKED)}
    with suppress(Conflict):
        life_events.mark_done(unit(), actor(), declaration(), event_id, ticked)
    return redirect_to("moving_house.guides", event_id=event_id, enregistre="oui")


@blueprint.get("/<uuid:event_id>/recapitulatif")
@resident_only
def recap(event_id: UUID) -> Response:
    """One sheet to keep or to print: facts, and for each organisation its state, its date and its reference."""
    view = read(event_id)
    entry = declaration().entry
    told = [(_("Vous"), _tell(declaration().facts, view.facts.common))]
    told += [(name, _tell(entry, view.facts.entries[slot])) for slot, name in _children(view) if entry is not None]
    return page(
        "moving_house/recap.html",
        title=_("Récapitulatif de votre déménagement"),
        service=_("Mon espace"),
        view=view,
        told=told,
        words=wording,
        now=clock.now(),
        back=f"{BASE}/{view.id}",
        trail=trail_of(view, _("Récapitulatif")),
    )


def _tell(questions: Questions, known: Mapping[str, Value]) -> list[tuple[str, str]]:
    return [
        (field_name_for_errors(field), display(field_concept(field), known[field.name], options=field_options(field)))
        for _step, field in questions.fields()
        if field.name in known
    ]


@blueprint.get("/<uuid:event_id>/annuler")
@resident_only
def confirm_cancel(event_id: UUID) -> Response:
    """Ask before telling everybody that nothing will happen."""
    view = read(event_id)
    if view.status is EventStatus.CANCELLED:
        return redirect_to("moving_house.one_move", event_id=event_id)
    live = [one for one in view.lines if one.request is not None]
    return page(
        "moving_house/cancel.html",
        title=_("Annuler ce déménagement ?"),
        view=view,
        told=[one for one in live if not one.is_ended and one.knowledge is not Knowledge.NOTHING],
        unsent=[one for one in live if not one.is_ended and one.knowledge is Knowledge.NOTHING],
        ended=[one for one in live if one.is_ended and one.stage is Stage.TAKEN],
        back=f"{BASE}/{view.id}",
        words=wording,
        trail=trail_of(view, _("Annuler")),
    )


@blueprint.post("/<uuid:event_id>/annuler")
@resident_only
def cancel(event_id: UUID) -> Response:
    """Nothing will happen: those who were told are told so."""
    life_events.cancel(unit(), actor(), declaration(), event_id)
    return redirect_to("moving_house.one_move", event_id=event_id)
