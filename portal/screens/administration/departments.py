"""« Services » : their names, how they are reached, when they are open."""

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground.dictionary.service import clean_block, clean_line
from portal.ground.errors import Conflict, Invalid
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.sent import version_sent
from portal.people.accounts import service as accounts
from portal.people.accounts.service import DepartmentFacts, DepartmentView, get_department, list_departments
from portal.screens.administration.agents import Errors
from portal.screens.administration.blueprint import blueprint
from portal.screens.administration.queries import count_members
from portal.screens.administration.teams import may_manage

FIELDS = ("title", "title_simplified", "title_en", "email", "phone", "address", "opening")
LANGUAGES = {"title": "fr", "title_simplified": "fr@falc", "title_en": "en"}
ONE = "/equipes/services/<uuid:department_id>"


@blueprint.get("/equipes/services")
@may_manage
def departments() -> Response:
    """Every department."""
    return page(
        "administration/departments.html",
        title=_("Services"),
        service=_("Agents"),
        departments=list_departments(unit()),
        members=count_members(unit()),
        done=request.args.get("fait", ""),
    )


@blueprint.get("/equipes/services/nouveau")
@may_manage
def new_department() -> Response:
    """An empty form."""
    return _show(None, {})


@blueprint.post("/equipes/services/nouveau")
@may_manage
def create_department() -> Response:
    """Create it."""
    typed = _typed()
    try:
        accounts.open_department(unit(), actor(), _facts(typed, None))
    except Invalid as wrong:
        undo()
        return _show(None, typed, errors=list(wrong.fields.items()), status=422)
    return redirect_to("administration.departments", fait="cree")


@blueprint.get(ONE)
@may_manage
def department(department_id: UUID) -> Response:
    """One department, to be changed."""
    view = get_department(unit(), department_id)
    return _show(view, _typed_of(view))


@blueprint.post(ONE)
@may_manage
def revise_department(department_id: UUID) -> Response:
    """Change it; when somebody was faster, what was typed stays beside what is stored now."""
    typed, view = _typed(), get_department(unit(), department_id)
    try:
        accounts.revise_department(unit(), actor(), department_id, _facts(typed, view), version=version_sent())
    except Invalid as wrong:
        undo()
        return _show(view, typed, errors=list(wrong.fields.items()), status=422)
    except Conflict:
        undo()
        return _show(get_department(unit(), department_id), typed, changed=True, status=409)
    return redirect_to("administration.departments", fait="change")


def _show(
    view: DepartmentView | None,
    typed: Mapping[str, str],
    *,
    errors: Errors | None = None,
    changed: bool = False,
    status: int = 200,
) -> Response:
    return page(
        "administration/department.html",
        title=view.name if view is not None else _("Nouveau service"),
        status=status,
        service=_("Agents"),
        view=view,
        typed=typed,
        errors=errors or [],
        changed=changed,
    )


def _typed() -> dict[str, str]:
    lines = {name: clean_line(request.form.get(name, "")) for name in FIELDS}
    return lines | {"opening": clean_block(request.form.get("opening", ""))}


def _typed_of(view: DepartmentView) -> dict[str, str]:
    names = {field: view.title.get(language, "") for field, language in LANGUAGES.items()}
    reached = {"email": view.email, "phone": view.phone, "address": view.address}
    return names | reached | {"opening": view.opening_hours.get("fr", "")}


def _facts(typed: Mapping[str, str], view: DepartmentView | None) -> DepartmentFacts:
    """Names and hours in languages that the form does not show stay as they are."""
    title = dict(view.title) if view is not None else {}
    title |= {language: typed[field] for field, language in LANGUAGES.items()}
    hours = dict(view.opening_hours) if view is not None else {}
    return DepartmentFacts(title, typed["email"], typed["phone"], typed["address"], hours | {"fr": typed["opening"]})
