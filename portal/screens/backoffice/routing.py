"""« Répartition » : the rules by which a department gives its new requests to its agents."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal
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
from portal.screens.backoffice.paging import neighbours, start_of
from portal.screens.backoffice.queries import agent_names

LIST = "/agents/repartition"
PAGE = 12
MOVED, NOT_MOVED = "deplacee", "inchangee"
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


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in the list: the ``rank``-th, from 1, of the ``total`` that are tried for its procedure."""

    rule: RuleView
    rank: int
    total: int


def rules() -> Response:
    """Every rule of the agent's departments, and the procedures to add one to; a page of rules at a time."""
    procedures = {one.id: one for one in _procedures()}
    lines = _lines(procedures)
    start = start_of(len(lines))
    shown = lines[start : start + PAGE]
    people = agent_names(web.unit(), {key for one in shown for key in one.rule.draft.agent_ids})
    done = request.args.get("fait", "")
    return web.page(
        "backoffice/rules.html",
        title=_("Répartition des nouvelles demandes"),
        service=_("Agents"),
        lines=shown,
        procedures=procedures,
        people=people,
        channels={one.value: wording.CHANNELS[one] for one in Channel},
        labels={
            one.rule.id: _label_of(procedures.get(one.rule.draft.procedure_id), one.rule.draft.field) for one in shown
        },
        moved=_said_move(lines, procedures, done),
        focused=request.args.get("regle", ""),
        done=done,
        **neighbours(LIST, start, PAGE, len(lines)),
    )


def _lines(procedures: Collection[UUID]) -> list[Line]:
    """The rules of these procedures, in the order of the list."""
    known = [one for one in routing.list_rules(web.unit(), web.actor()) if one.draft.procedure_id in procedures]
    found = []
    for _key, group in groupby(known, key=lambda one: (one.department_id, one.draft.procedure_id)):
        tried = list(group)
        found += [Line(one, rank, len(tried)) for rank, one in enumerate(tried, start=1)]
    return found


def _said_move(lines: Sequence[Line], procedures: Mapping[UUID, ProcedureSummary], done: str) -> str:
    """Where the rule that was moved now stands; empty when none was."""
    line = next((one for one in lines if str(one.rule.id) == request.args.get("regle")), None)
    if line is None or done not in {MOVED, NOT_MOVED}:
        return ""
    here = _(
        "« %(name)s » est la règle %(rank)d sur %(total)d de « %(procedure)s ».",
        name=line.rule.draft.name,
        rank=line.rank,
        total=line.total,
        procedure=procedures[line.rule.draft.procedure_id].title,
    )
    if done == MOVED:
        return here
    return f"{_('L’ordre avait changé entre-temps : rien n’est déplacé.')} {here}"


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


def raise_rule(rule_id: UUID) -> Response:
    """Have it tried sooner."""
    return _shift(rule_id, -1)


def lower_rule(rule_id: UUID) -> Response:
    """Have it tried later."""
    return _shift(rule_id, 1)


def _shift(rule_id: UUID, by: Literal[-1, 1]) -> Response:
    """Move it, and come back to the button that was pressed, or to the other one at an end of the list."""
    text = request.form.get("rang", "")
    rank = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    try:
        routing.shift_rule(web.unit(), web.actor(), rule_id, by, rank=rank)
        done = MOVED
    except Conflict:
        web.undo()
        done = NOT_MOVED
    lines = _lines({one.id for one in _procedures()})
    place = next((place for place, one in enumerate(lines) if one.rule.id == rule_id), None)
    if place is None:  # its procedure is closed: the list does not show it
        return web.redirect_to("backoffice.rules")
    goes_up = by < 0 if 1 <= lines[place].rank + by <= lines[place].total else by > 0
    return web.redirect_to(
        "backoffice.rules",
        fait=done,
        regle=rule_id,
        debut=place // PAGE * PAGE or None,
        _anchor=f"{'monter' if goes_up else 'descendre'}-{rule_id}",
    )


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    edits = agent_only(Permission.TEMPLATES_EDIT)
    blueprint.get("/repartition", endpoint="rules")(edits(rules))
    blueprint.get("/repartition/nouvelle/<slug>", endpoint="new_rule")(edits(new_rule))
    blueprint.post("/repartition/nouvelle/<slug>", endpoint="create_rule")(edits(create_rule))
    blueprint.get("/repartition/<uuid:rule_id>", endpoint="rule")(edits(rule))
    blueprint.post("/repartition/<uuid:rule_id>", endpoint="change_rule")(edits(change_rule))
    blueprint.post("/repartition/<uuid:rule_id>/retirer", endpoint="archive_rule")(edits(archive_rule))
    blueprint.post("/repartition/<uuid:rule_id>/monter", endpoint="raise_rule")(edits(raise_rule))
    blueprint.post("/repartition/<uuid:rule_id>/descendre", endpoint="lower_rule")(edits(lower_rule))
