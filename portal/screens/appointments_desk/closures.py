"""« Fermetures » : a place is closed for a while, once those who are concerned have been seen; each of them is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.service import Concerned, Span
from portal.ground import clock
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, background_unit, page, redirect_to, undo, unit
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_settle
from portal.screens.appointments_desk.typed import (
    boxes,
    day_parts,
    instant_at,
    read_id,
    refuse,
    shown_day,
    typed_day,
    typed_hour,
)

CLOSURES = f"{HOME}/fermetures"
NAMES = ("place", "from", "until", "reason")
# A page names so many; beyond, it says how many there are, and all of them are told.
SHOWN = 30


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be closed."""

    place_id: UUID
    span: Span
    reason: str


@blueprint.get(CLOSURES)
@may_settle
def closures() -> Response:
    """The closures that are not over, and a form for another one."""
    today = shown_day(clock.today())
    return _show({"from": "00:00", "until": "23:55"}, {"from-day": today, "until-day": today})


def _show(
    typed: Mapping[str, str], days: Mapping[str, Mapping[str, str]], errors: Mapping[str, str] | None = None
) -> Response:
    places = appointments.list_places(unit(), actor())
    return page(
        "appointments_desk/closures.html",
        title=_("Fermetures"),
        status=422 if errors else 200,
        service=_("Agents"),
        closures=appointments.list_closures(unit(), actor()),
        places=[(str(one.id), one.name) for one in places],
        names={one.id: one.name for one in places},
        typed=boxes(typed),
        days=days,
        base=CLOSURES,
        errors=list((errors or {}).items()),
        done=request.args.get("fait", ""),
        trail=[(_("Rendez-vous"), HOME), (_("Fermetures"), None)],
    )


@blueprint.post(CLOSURES)
@may_settle
def check_closure() -> Response:
    """Who is concerned, before anything is closed."""
    try:
        asked = _asked(request.form)
        concerned = appointments.list_concerned(unit(), actor(), asked.place_id, asked.span, journal=unit())
    except Invalid as refused:
        return _again(_as_typed(refused.fields))
    return _check(asked, concerned)


def _again(errors: Mapping[str, str]) -> Response:
    undo()
    form = request.form
    typed = {name: form.get(name, "") for name in NAMES}
    return _show(typed, {name: day_parts(form, name) for name in ("from-day", "until-day")}, errors)


def _check(asked: _Asked, concerned: list[Concerned], *, changed: bool = False) -> Response:
    place = next((one for one in appointments.list_places(unit(), actor()) if one.id == asked.place_id), None)
    if place is None:
        raise NotFound("place_unknown")
    hidden = [(name, request.form.get(name, "")) for name in NAMES]
    for name in ("from-day", "until-day"):
        hidden += [(f"{name}-{part}", value) for part, value in day_parts(request.form, name).items()]
    return page(
        "appointments_desk/closing.html",
        title=_("Vérifiez la fermeture"),
        status=409 if changed else 200,
        service=_("Agents"),
        place=place,
        asked=asked,
        concerned=concerned,
        shown=concerned[:SHOWN],
        hidden=hidden,
        seen=",".join(f"{one.id}:{one.version}" for one in concerned),
        base=CLOSURES,
        changed=changed,
        trail=[(_("Rendez-vous"), HOME), (_("Fermetures"), CLOSURES), (_("Vérifier"), None)],
    )


@blueprint.post(f"{CLOSURES}/confirmer")
@may_settle
def confirm_closure() -> Response:
    """Close, and have each of those concerned told. When the list changed meanwhile, it is shown again first."""
    try:
        asked = _asked(request.form)
        appointments.close_period(
            unit(), actor(), asked.place_id, asked.span, asked.reason, concerned=_seen(request.form.get("vus", ""))
        )
    except Invalid as refused:
        return _again(_as_typed(refused.fields))
    except Conflict:
        undo()
        with background_unit() as journal:
            now = appointments.list_concerned(journal, actor(), asked.place_id, asked.span, journal=journal)
        return _check(asked, now, changed=True)
    return redirect_to("appointments_desk.closures", fait="ferme")


def _as_typed(fields: Mapping[str, str]) -> dict[str, str]:
    return {"until-day" if name == "until" else name: sentence for name, sentence in fields.items()}


def _seen(text: str) -> dict[UUID, int]:
    """Those that the page showed, with the version of each; what was altered makes the list another one."""
    found: dict[UUID, int] = {}
    for piece in text.split(","):
        named, _colon, version = piece.partition(":")
        known = read_id(named)
        if known is not None and version.isascii() and version.isdigit():
            found[known] = int(version[:6])
    return found


def _asked(form: MultiDict[str, str]) -> _Asked:
    faults: dict[str, str] = {}
    place_id = read_id(form.get("place", ""))
    if place_id is None:
        faults["place"] = _("Choisissez un lieu.")
    first = typed_day(form, "from-day", faults, _("Écrivez le premier jour, par exemple 3 12 2026."))
    last = typed_day(form, "until-day", faults, _("Écrivez le dernier jour, par exemple 3 12 2026."))
    opens = typed_hour(form, "from", faults, _("Écrivez l’heure de début, par exemple 13h30."))
    closes = typed_hour(form, "until", faults, _("Écrivez l’heure de fin, par exemple 18h."))
    reason = form.get("reason", "").strip()
    if not reason:
        faults["reason"] = _("Écrivez pourquoi : les personnes concernées le liront.")
    refuse(faults)
    if place_id is None or first is None or last is None:
        raise NotFound("place_unknown")
    span = Span(instant_at(first, opens), instant_at(last, closes))
    if span.ends_at <= span.starts_at or span.ends_at <= clock.now():
        raise Invalid({"until-day": _("La fin doit venir après le début, et n’être pas passée.")})
    return _Asked(place_id, span, reason)


@blueprint.post(f"{CLOSURES}/<uuid:closure_id>/rouvrir")
@may_settle
def reopen(closure_id: UUID) -> Response:
    """Take a closure away; those who were displaced stay free to choose."""
    appointments.reopen(unit(), actor(), closure_id)
    return redirect_to("appointments_desk.closures", fait="rouvert")
