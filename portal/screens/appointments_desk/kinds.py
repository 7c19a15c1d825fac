"""« Types » : what people are received for, for how long, how, and what they bring."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Audience, Means
from portal.casework.appointments.service import KindFacts, KindView
from portal.casework.appointments.wording import AUDIENCES, MEANS
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_settle
from portal.screens.appointments_desk.places import departments
from portal.screens.appointments_desk.typed import boxes, read_id, refuse, typed_number, version_of

KINDS = f"{HOME}/types"
# Name → label of the box, and what helps to fill it.
NUMBERS: Final = {
    "minutes": (_l("Durée, en minutes"), None),
    "spare_minutes": (_l("Minutes gardées entre deux rendez-vous"), None),
    "capacity": (_l("Personnes reçues ensemble"), _l("1 pour un rendez-vous seul.")),
    "notice_hours": (_l("Heures à l’avance, au moins"), None),
    "horizon_days": (_l("Jours à l’avance, au plus"), None),
    "cancel_hours": (
        _l("Heures avant, pour annuler ou déplacer en ligne"),
        _l("Après, la personne appelle le service."),
    ),
}
USUAL: Final = {
    "minutes": "30",
    "spare_minutes": "0",
    "capacity": "1",
    "notice_hours": "24",
    "horizon_days": "60",
    "cancel_hours": "2",
    "audience": Audience.PUBLIC.value,
    "active": "oui",
}


@blueprint.get(KINDS)
@may_settle
def kinds() -> Response:
    """Every kind of the departments that one heads."""
    return page(
        "appointments_desk/kinds.html",
        title=_("Types de rendez-vous"),
        service=_("Agents"),
        kinds=appointments.list_kinds(unit(), actor()),
        audiences=AUDIENCES,
        base=KINDS,
        done=request.args.get("fait", ""),
        trail=[(_("Rendez-vous"), HOME), (_("Types"), None)],
    )


@blueprint.get(f"{KINDS}/nouveau")
@may_settle
def new_kind() -> Response:
    """An empty kind, with the usual numbers."""
    return _form(None, MultiDict(USUAL))


@blueprint.get(f"{KINDS}/<uuid:kind_id>")
@may_settle
def kind(kind_id: UUID) -> Response:
    """One kind, to be changed."""
    view = _find(kind_id)
    facts = view.facts
    typed: MultiDict[str, str] = MultiDict({name: str(getattr(facts, name)) for name in NUMBERS})
    typed.update({"slug": facts.slug, "audience": facts.audience.value, "procedure": facts.procedure_slug})
    typed.update({"service": str(facts.department_id), "version": str(view.version)})
    typed.update({f"title-{language}": text for language, text in facts.title.items()})
    typed["bring"] = facts.bring.get("fr", "")
    typed.setlist("means", [one.value for one in facts.means])
    if facts.active:
        typed["active"] = "oui"
    return _form(view, typed)


def _find(kind_id: UUID) -> KindView:
    found = next((one for one in appointments.list_kinds(unit(), actor()) if one.id == kind_id), None)
    if found is None:
        raise NotFound("kind_unknown")
    return found


def _form(
    view: KindView | None,
    typed: MultiDict[str, str],
    errors: Mapping[str, str] | None = None,
    *,
    changed: bool = False,
) -> Response:
    title = view.say_title() if view else _("Nouveau type de rendez-vous")
    return page(
        "appointments_desk/kind.html",
        title=title,
        status=409 if changed else 422 if errors else 200,
        service=_("Agents"),
        view=view,
        typed=boxes(typed),
        numbers=NUMBERS,
        ticked=typed.getlist("means"),
        departments=departments(),
        means=[(one.value, str(MEANS[one])) for one in Means],
        audiences=[(one.value, str(AUDIENCES[one])) for one in Audience],
        action=f"{KINDS}/{view.id if view else 'nouveau'}",
        changed=changed,
        errors=list((errors or {}).items()),
        trail=[(_("Rendez-vous"), HOME), (_("Types"), KINDS), (title, None)],
    )


@blueprint.post(f"{KINDS}/nouveau")
@may_settle
def create_kind() -> Response:
    """Keep a new kind."""
    return _save(None)


@blueprint.post(f"{KINDS}/<uuid:kind_id>")
@may_settle
def change_kind(kind_id: UUID) -> Response:
    """Keep a kind as it is now."""
    return _save(_find(kind_id))


def _save(view: KindView | None) -> Response:
    form: MultiDict[str, str] = MultiDict(request.form)
    try:
        facts = _facts(form, view)
        appointments.save_kind(unit(), actor(), facts, kind_id=view.id if view else None, version=version_of(form))
    except Invalid as refused:
        undo()
        return _form(view, form, dict(_said(*one) for one in refused.fields.items()))
    except Conflict:
        undo()
        return _form(view, form, changed=True)
    return redirect_to("appointments_desk.kinds", fait="type")


def _said(name: str, sentence: str) -> tuple[str, str]:
    """Where a fault stands in the form, and what is said of it: of a number, which one it is."""
    if name in NUMBERS:
        return name, _("%(box)s : %(sentence)s", box=NUMBERS[name][0], sentence=sentence)
    return ("title-fr" if name == "title" else name), sentence


def _facts(form: MultiDict[str, str], view: KindView | None) -> KindFacts:
    faults: dict[str, str] = {}
    department_id = read_id(form.get("service", ""))
    if department_id not in actor().department_ids:
        faults["service"] = _("Choisissez un de vos services.")
    numbers: dict[str, Any] = {
        name: typed_number(form, name, faults, _("Écrivez un nombre, en chiffres.")) for name in NUMBERS
    }
    audience = next((one for one in Audience if one.value == form.get("audience")), None)
    if audience is None:
        faults["audience"] = _("Choisissez qui peut prendre ce rendez-vous.")
    refuse(faults)
    if department_id is None or audience is None:
        raise NotFound("department_unknown")
    kept = view.facts if view else None
    # Languages that this form does not show stay as they are.
    title = {**(kept.title if kept else {}), "fr": form.get("title-fr", ""), "en": form.get("title-en", "")}
    return KindFacts(
        department_id=department_id,
        slug=form.get("slug", ""),
        title=title,
        bring={**(kept.bring if kept else {}), "fr": form.get("bring", "")},
        means=tuple(one for one in Means if one.value in form.getlist("means")),
        audience=audience,
        procedure_slug=form.get("procedure", ""),
        active=form.get("active") == "oui",
        **numbers,
    )
