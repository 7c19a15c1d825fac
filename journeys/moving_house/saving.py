"""Saving what was told on a screen: done, refused with what was typed, or two versions to choose from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from accessibility.forms import AccessibleForm
from journeys.moving_house.blueprint import BASE, trail_of
from journeys.moving_house.forms import Screen
from portal.casework.life_events.shapes import Changed, EventView
from portal.engine.journey_kit.forms import PREFIX
from portal.ground.dictionary.service import Value
from portal.ground.errors import Conflict, Invalid
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.people.identity.service import drop_stash, take_stash

FACTS_CHANGED = "facts_changed"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a screen shows besides what is saved: what was typed, and what is wrong in it."""

    typed: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One screen about to be saved. ``act`` saves, ``show`` shows it again, ``theirs`` picks what another did."""

    screen: Screen
    raw: Mapping[str, Any]
    address: str
    act: Callable[[], Changed]
    show: Callable[[Sent], Response]
    theirs: Callable[[EventView], Mapping[str, Value]]


def save(event_id: UUID, change: Change) -> Response:
    """Save, then go back to the file of the move."""
    try:
        changed = change.act()
    except Invalid as refused:
        undo()
        return change.show(Sent(request.form, refused.fields, 422))
    except Conflict as conflict:
        undo()
        if conflict.code != FACTS_CHANGED or not isinstance(conflict.theirs, EventView):
            return redirect_to("moving_house.one_move", event_id=event_id)
        return _meet_conflict(conflict.theirs, change)
    forget_stash()
    told = {"prevenus": "oui"} if changed.corrected or changed.withdrawn else {}
    return redirect_to("moving_house.one_move", event_id=event_id, enregistre="oui", **told)


def _meet_conflict(theirs: EventView, change: Change) -> Response:
    """Another window saved first. The same answers twice are no conflict: a button pressed two times."""
    lines = change.screen.compare(change.raw, change.theirs(theirs))
    if not any(line.differs for line in lines):
        return redirect_to("moving_house.one_move", event_id=theirs.id, enregistre="oui")
    return page(
        "moving_house/conflict.html",
        title=_("Deux versions de vos réponses"),
        status=409,
        event=theirs,
        lines=lines,
        action=change.address,
        back=f"{BASE}/{theirs.id}",
        typed=[(name, value) for name, value in request.form.items(multi=True) if name.startswith(PREFIX)],
        trail=trail_of(theirs, _("Deux versions")),
    )


def summary(form: AccessibleForm, errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each sentence with where it is repaired; what concerns no single question leads to the first of them."""
    first = next(iter(form)).target
    general = [(first, sentence) for name, sentence in errors.items() if PREFIX + name not in form]
    return general + list(form.summary)


def stashed() -> Sent:
    """What was typed when the session ended, for the person who typed it."""
    token, account_id = request.args.get("reprise", ""), actor().id
    kept = take_stash(unit(), token, account_id) if token and account_id else None
    return Sent(MultiDict(kept) if kept else None)


def forget_stash() -> None:
    """What was put aside is saved now."""
    token, account_id = request.form.get("reprise", ""), actor().id
    if token and account_id:
        drop_stash(unit(), token, account_id)
