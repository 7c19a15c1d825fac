"""« Lieux » : where departments receive people, how one gets in and how one comes."""

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.service import PlaceFacts, PlaceView
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.people.accounts.service import list_departments
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_settle
from portal.screens.appointments_desk.typed import boxes, read_id, version_of

PLACES = f"{HOME}/lieux"
NAMES = ("name", "address", "access", "directions", "phone")


@blueprint.get(PLACES)
@may_settle
def places() -> Response:
    """Every place of the departments that one heads."""
    return page(
        "appointments_desk/places.html",
        title=_("Lieux de rendez-vous"),
        service=_("Agents"),
        places=appointments.list_places(unit(), actor()),
        departments=dict(departments()),
        base=PLACES,
        done=request.args.get("fait", ""),
        trail=[(_("Rendez-vous"), HOME), (_("Lieux"), None)],
    )


def departments() -> list[tuple[str, str]]:
    """The departments of the agent, as (id, name)."""
    mine = actor().department_ids
    return [(str(one.id), one.name) for one in list_departments(unit()) if one.id in mine]


@blueprint.get(f"{PLACES}/nouveau")
@may_settle
def new_place() -> Response:
    """An empty place."""
    return _form(None, {"active": "oui"})


@blueprint.get(f"{PLACES}/<uuid:place_id>")
@may_settle
def place(place_id: UUID) -> Response:
    """One place, to be changed."""
    view = _find(place_id)
    facts = view.facts
    typed = {name: getattr(facts, name) for name in NAMES}
    active = {"active": "oui"} if facts.active else {}
    return _form(view, typed | active | {"service": str(facts.department_id), "version": str(view.version)})


def _find(place_id: UUID) -> PlaceView:
    found = next((one for one in appointments.list_places(unit(), actor()) if one.id == place_id), None)
    if found is None:
        raise NotFound("place_unknown")
    return found


def _form(
    view: PlaceView | None, typed: Mapping[str, str], errors: Mapping[str, str] | None = None, *, changed: bool = False
) -> Response:
    return page(
        "appointments_desk/place.html",
        title=view.name if view else _("Nouveau lieu"),
        status=409 if changed else 422 if errors else 200,
        service=_("Agents"),
        view=view,
        typed=boxes(typed),
        departments=departments(),
        action=f"{PLACES}/{view.id if view else 'nouveau'}",
        changed=changed,
        errors=list((errors or {}).items()),
        trail=[(_("Rendez-vous"), HOME), (_("Lieux"), PLACES), (view.name if view else _("Nouveau lieu"), None)],
    )


@blueprint.post(f"{PLACES}/nouveau")
@may_settle
def create_place() -> Response:
    """Keep a new place."""
    return _save(None)


@blueprint.post(f"{PLACES}/<uuid:place_id>")
@may_settle
def change_place(place_id: UUID) -> Response:
    """Keep a place as it is now."""
    return _save(_find(place_id))


def _save(view: PlaceView | None) -> Response:
    form = request.form
    department_id = read_id(form.get("service", ""))
    if department_id is None or department_id not in actor().department_ids:
        return _form(view, form, {"service": _("Choisissez un de vos services.")})
    try:
        facts = PlaceFacts(department_id, active=form.get("active") == "oui", **{n: form.get(n, "") for n in NAMES})
        appointments.save_place(unit(), actor(), facts, place_id=view.id if view else None, version=version_of(form))
    except Invalid as refused:
        undo()
        return _form(view, form, refused.fields)
    except Conflict:
        undo()
        return _form(view, form, changed=True)
    return redirect_to("appointments_desk.places", fait="lieu")
