"""« Répartition » : the rules by which a department gives its new requests to its agents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.fields import asks_files, field_name_for_errors
from portal.casework.catalogue.service import ProcedureSummary, ProcedureView, get_version, list_published
from portal.casework.requests.enums import Channel
from portal.casework.routing import service as routing
from portal.casework.routing.service import RuleDraft, RuleView
from portal.ground import web
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.people.accounts.service import agents_of
from portal.screens.backoffice import wording
from portal.screens.backoffice.casefile import Errors
from portal.screens.backoffice.queries import agent_names

PLACES = {"name": "nom", "agents": "agents", "wanted": "reponses"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a rule."""

    name: str = ""
    field: str = ""
    wanted: str = ""
    version: str = "0"
    channels: Sequence[str] = ()
    agents: Sequence[str] = ()


def rules() -> Response:
    """Every rule of the agent's departments, and the procedures to add one to."""
    found = routing.list_rules(web.unit(), web.actor())
    procedures = {one.id: one for one in _procedures()}
    people = agent_names(web.unit(), {key for one in found for key in one.draft.agent_ids})
    return web.page(
        "backoffice/rules.html",
        title=_("Répartition des nouvelles demandes"),
        service=_("Agents"),
        rules=[one for one in found if one.draft.procedure_id in procedures],
        procedures=procedures,
        people=people,
        channels={one.value: wording.CHANNELS[one] for one in Channel},
        labels={one.id: _label_of(procedures.get(one.draft.procedure_id), one.draft.field) for one in found},
        done=request.args.get("fait", ""),
    )


def _procedures() -> list[ProcedureSummary]:
    mine = web.actor().department_ids
    return [one for one in list_published(web.unit()) if one.department_id in mine]


def _fields(procedure: ProcedureView) -> list[tuple[str, str]]:
    plain = [field for _step, field in procedure.document.fields() if not asks_files(field)]
    return [(field.name, field_name_for_errors(field)) for field in plain]


def _whole(summary: ProcedureSummary) -> ProcedureView:
    """With its document, which a process keeps in memory once it is published."""
    return get_version(web.unit(), summary.id, summary.version)


def _label_of(procedure: ProcedureSummary | None, field: str) -> str:
    return dict(_fields(_whole(procedure))).get(field, field) if procedure and field else ""


def _procedure(slug: str) -> ProcedureView:
    found = next((one for one in _procedures() if one.slug == slug), None)
    if found is None:
        raise NotFound("procedure_unknown")
    return _whole(found)


def new_rule(slug: str) -> Response:
    """An empty rule for a procedure."""
    return _show(_procedure(slug), None, Typed())


def rule(rule_id: UUID) -> Response:
    """One rule, to be changed."""
    view, procedure = _known(rule_id)
    return _show(procedure, view, _typed_of(view))


def _known(rule_id: UUID) -> tuple[RuleView, ProcedureView]:
    view = routing.get_rule(web.unit(), web.actor(), rule_id)
    found = next((one for one in _procedures() if one.id == view.draft.procedure_id), None)
    if found is None:
        raise NotFound("procedure_unknown")
    return view, _whole(found)


def _typed_of(view: RuleView) -> Typed:
    draft = view.draft
    people = [str(one) for one in draft.agent_ids]
    return Typed(draft.name, draft.field, "\n".join(draft.wanted), str(view.version), draft.channels, people)


def _show(
    procedure: ProcedureView,
    view: RuleView | None,
    typed: Typed,
    *,
    errors: Errors | None = None,
    changed: bool = False,
) -> Response:
    team = agents_of(web.unit(), procedure.department_id)
    return web.page(
        "backoffice/rule.html",
        title=_("Règle de répartition : %(procedure)s", procedure=procedure.title),
        status=409 if changed else 422 if errors else 200,
        service=_("Agents"),
        procedure=procedure,
        view=view,
        typed=typed,
        fields=_fields(procedure),
        channels=[(one.value, wording.CHANNELS[one]) for one in Channel],
        team=[(str(one.id), one.display_name) for one in team],
        changed=changed,
        errors=errors or [],
    )


def create_rule(slug: str) -> Response:
    """Keep a new rule."""
    return _save(_procedure(slug), None)


def change_rule(rule_id: UUID) -> Response:
    """Keep a rule as it is now."""
    view, procedure = _known(rule_id)
    return _save(procedure, view)


def _save(procedure: ProcedureView, view: RuleView | None) -> Response:
    typed = _read(request.form)
    names = {name for name, _label in _fields(procedure)}
    channels = tuple(one for one in typed.channels if one in set(Channel))
    draft = RuleDraft(
        procedure.id,
        typed.name,
        _ids(typed.agents),
        channels,
        typed.field if typed.field in names else "",
        tuple(typed.wanted.splitlines()),
    )
    version = int(typed.version) if typed.version.isdecimal() else 0
    rule_id = view.id if view else None
    try:
        routing.write_rule(web.unit(), web.actor(), procedure.department_id, draft, rule_id=rule_id, version=version)
    except Invalid as refused:
        web.undo()
        errors = [(PLACES[name], sentence) for name, sentence in refused.fields.items()]
        return _show(procedure, view, typed, errors=errors)
    except Conflict:
        web.undo()
        return _show(procedure, view, typed, changed=True)
    return web.redirect_to("backoffice.rules", fait="enregistree")


def _read(form: Mapping[str, str]) -> Typed:
    return Typed(
        name=form.get("nom", ""),
        field=form.get("question", ""),
        wanted=form.get("reponses", ""),
        version=form.get("version", "0"),
        channels=request.form.getlist("canaux"),
        agents=request.form.getlist("agents"),
    )


def _ids(values: Sequence[str]) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(one) for one in values)
    except ValueError:
        return ()


def archive_rule(rule_id: UUID) -> Response:
    """Apply it no more."""
    routing.archive_rule(web.unit(), web.actor(), rule_id)
    return web.redirect_to("backoffice.rules", fait="retiree")


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    edits = agent_only(Permission.TEMPLATES_EDIT)
    blueprint.get("/repartition", endpoint="rules")(edits(rules))
    blueprint.get("/repartition/nouvelle/<slug>", endpoint="new_rule")(edits(new_rule))
    blueprint.post("/repartition/nouvelle/<slug>", endpoint="create_rule")(edits(create_rule))
    blueprint.get("/repartition/<uuid:rule_id>", endpoint="rule")(edits(rule))
    blueprint.post("/repartition/<uuid:rule_id>", endpoint="change_rule")(edits(change_rule))
    blueprint.post("/repartition/<uuid:rule_id>/retirer", endpoint="archive_rule")(edits(archive_rule))
