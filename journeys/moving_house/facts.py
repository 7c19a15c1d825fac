"""Telling the facts of a move, on one screen, and changing them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.moving_house.blueprint import BASE, blueprint, read, trail_of
from journeys.moving_house.forms import Screen
from journeys.moving_house.journey import declaration
from journeys.moving_house.saving import Change, Sent, forget_stash, save, stashed, summary
from portal.casework.life_events import service as life_events
from portal.casework.life_events.enums import EventStatus
from portal.casework.life_events.shapes import Changed, EventView
from portal.ground.errors import Invalid
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.access import resident_only
from portal.ground.web.sent import key_sent, version_sent

KIND, COUNTRY = "move_kind", "move_new_address_country"


@blueprint.get("/nouveau")
@resident_only
def new() -> Response:
    """The screen of facts, with what is known already."""
    return _show(None, Screen(declaration().facts, None), stashed())


@blueprint.post("/nouveau")
@resident_only
def create() -> Response:
    """Keep the facts; nothing leaves."""
    screen = Screen(declaration().facts, None)
    raw = screen.answers(request.form)
    try:
        _check_together(raw)
        event_id = life_events.open_event(unit(), actor(), declaration(), raw, idempotency_key=key_sent())
    except Invalid as refused:
        undo()
        return _show(None, screen, Sent(request.form, refused.fields, 422))
    forget_stash()
    return redirect_to("moving_house.one_move", event_id=event_id)


@blueprint.get("/<uuid:event_id>/modifier")
@resident_only
def edit(event_id: UUID) -> Response:
    """The same screen, with what was told."""
    view = read(event_id)
    if view.status is EventStatus.CANCELLED:
        return redirect_to("moving_house.one_move", event_id=event_id)
    return _show(view, Screen(declaration().facts, view.facts.common), stashed())


@blueprint.post("/<uuid:event_id>/modifier")
@resident_only
def change(event_id: UUID) -> Response:
    """Keep the changed facts; those already told are told again."""
    view = read(event_id)
    screen = Screen(declaration().facts, view.facts.common)
    raw = screen.answers(request.form)

    def act() -> Changed:
        _check_together(raw)
        return life_events.change_facts(unit(), actor(), declaration(), event_id, raw, version=version_sent())

    return save(
        event_id,
        Change(
            screen,
            raw,
            f"{BASE}/{event_id}/modifier",
            act=act,
            show=lambda sent: _show(view, screen, sent),
            theirs=lambda saved: saved.facts.common,
        ),
    )


def _check_together(raw: Mapping[str, Any]) -> None:
    """What two answers ask of each other: a country, for those who leave France.

    :raises Invalid: by fact, in French.
    """
    if raw.get(KIND) == "abroad" and not str(raw.get(COUNTRY) or "").strip():
        raise Invalid({COUNTRY: _("Écrivez le pays où vous allez.")})


def _show(view: EventView | None, screen: Screen, sent: Sent) -> Response:
    form = screen.form(sent.typed, sent.errors)
    title = _("Modifier votre déménagement") if view else _("Votre déménagement")
    return page(
        "moving_house/facts.html",
        title=title,
        status=sent.status,
        heading=title,
        action=f"{BASE}/{view.id}/modifier" if view else f"{BASE}/nouveau",
        back=f"{BASE}/{view.id}" if view else BASE,
        event=view,
        sections=screen.sections(form),
        held=screen.facts,
        errors=summary(form, sent.errors),
        version=version_sent() or (view.version if view else 0),
        key=key_sent(),
        reprise=request.values.get("reprise", ""),
        trail=trail_of(view, title),
    )
