"""The children who change school: one screen each, for parental authority is per child."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.moving_house.blueprint import BASE, blueprint, read, trail_of
from journeys.moving_house.forms import Screen
from journeys.moving_house.journey import declaration
from journeys.moving_house.saving import Change, Sent, save, stashed, summary
from portal.casework.life_events import service as life_events
from portal.casework.life_events.mapping import entry_label
from portal.casework.life_events.shapes import Changed, EventView
from portal.ground.errors import NotFound
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.ground.web.sent import version_sent

ADD = "ajouter"


@blueprint.get("/<uuid:event_id>/enfants/<slot>")
@resident_only
def child(event_id: UUID, slot: str) -> Response:
    """The screen of one child; ``ajouter`` for one more."""
    view = read(event_id)
    return _show(view, slot, _screen(view, slot), stashed())


@blueprint.post("/<uuid:event_id>/enfants/<slot>")
@resident_only
def change_child(event_id: UUID, slot: str) -> Response:
    """Keep a child, or take them out of the file."""
    view, version = read(event_id), version_sent()
    screen = _screen(view, slot)
    raw = screen.answers(request.form)
    own = str(version) if slot == ADD else slot
    told = None if "retirer" in request.form and slot != ADD else raw

    def act() -> Changed:
        return life_events.change_entry(unit(), actor(), declaration(), event_id, own, told, version=version)

    return save(
        event_id,
        Change(
            screen,
            raw,
            f"{BASE}/{event_id}/enfants/{slot}",
            act=act,
            show=lambda sent: _show(view, slot, screen, sent),
            theirs=lambda saved: saved.facts.entries.get(own, {}),
        ),
    )


def _screen(view: EventView, slot: str) -> Screen:
    entry = declaration().entry
    if entry is None or (slot != ADD and slot not in view.facts.entries):
        raise NotFound("entry_unknown")
    return Screen(entry, {} if slot == ADD else view.facts.entries[slot], knows=False)


def _show(view: EventView, slot: str, screen: Screen, sent: Sent) -> Response:
    form = screen.form(sent.typed, sent.errors)
    title = _("Ajouter un enfant") if slot == ADD else entry_label(declaration(), view.facts, slot)
    return page(
        "moving_house/child.html",
        title=title,
        status=sent.status,
        heading=title,
        is_new=slot == ADD,
        action=f"{BASE}/{view.id}/enfants/{slot}",
        back=f"{BASE}/{view.id}",
        form=form,
        errors=summary(form, sent.errors),
        version=version_sent() or view.version,
        reprise=request.values.get("reprise", ""),
        trail=trail_of(view, title),
    )
