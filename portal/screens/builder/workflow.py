"""The workflow of a procedure: chosen among the ready-made ones, or its own, status by status and move by move."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import workflows
from portal.casework.catalogue.editing.outline import DOWN, UP
from portal.casework.catalogue.editing.service import DraftView
from portal.casework.catalogue.saying_workflows import MODELS, say_effects, say_movers, say_state, say_way
from portal.casework.catalogue.workflow import Transition, Workflow, WorkflowStatus
from portal.casework.catalogue.workflow_checks import workflow_problems
from portal.casework.catalogue.workflows import workflow_of
from portal.ground import web
from portal.ground.dictionary.service import FRENCH
from portal.screens.builder import wording
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.kinds import known_kinds
from portal.screens.builder.procedures import department_options
from portal.screens.builder.queries import count_in_progress
from portal.screens.builder.saving import Typing, draft_of, page, save, show_refusal

TAB = "deroulement"
ACTS: Mapping[str, Callable[[ProcedureDocument, str], ProcedureDocument]] = {
    "etat:monter": lambda document, code: workflows.shift(document, "statuses", code, UP),
    "etat:descendre": lambda document, code: workflows.shift(document, "statuses", code, DOWN),
    "action:monter": lambda document, code: workflows.shift(document, "transitions", code, UP),
    "action:descendre": lambda document, code: workflows.shift(document, "transitions", code, DOWN),
    "action:retirer": workflows.remove_move,
}


@dataclass(frozen=True)
class StatusLine:
    """A status in the list. ``problem``: what stands against publication."""

    status: WorkflowStatus
    name: str
    said: str
    problem: str


@dataclass(frozen=True)
class MoveLine:
    """A move from the status that is unfolded."""

    move: Transition
    name: str
    said: str
    effects: list[str]
    problem: str


def workflow_address(slug: str, state: str | None = None, *, fait: str | None = None) -> str:
    """The page of the workflow, unfolded at a status."""
    return url_for("builder.workflow_page", slug=slug, etat=state or None, fait=fait)


@blueprint.get("/<slug>/deroulement")
@may_edit
def workflow_page(slug: str) -> Response:
    """The statuses, and the moves from one of them."""
    draft = draft_of(slug)
    document = draft.document
    flow, kinds = workflow_of(document), known_kinds(document)
    problems = dict(workflow_problems(document, kinds=kinds))
    asked = request.args.get("etat")
    chosen = flow.at(asked) if flow else None
    return page(
        "workflow.html",
        draft,
        title=_("Déroulement"),
        tab=TAB,
        own=isinstance(document.workflow, Workflow),
        model=document.workflow if isinstance(document.workflow, str) else "",
        models=[(code, str(words)) for code, words in MODELS.items()],
        copied=[(code, str(words)) for code, words in MODELS.items() if code != "standard"],
        statuses=_status_lines(flow, problems),
        chosen=chosen,
        moves=_move_lines(document, flow.leaving(chosen.code), problems, kinds, chosen.code) if flow and chosen else [],
        astray=_move_lines(document, _astray(flow), problems, kinds, "") if flow else [],
        faults=[problems[place] for place in ("workflow.statuses", "workflow.transitions") if place in problems],
        going=_say_going(slug),
    )


def _status_lines(flow: Workflow | None, problems: Mapping[str, str]) -> list[StatusLine]:
    statuses = flow.statuses if flow else ()
    names = wording.distinct([(one.code, str(one.label)) for one in statuses])
    return [
        StatusLine(one, names[one.code], say_state(one), problem_at(problems, f"workflow.statuses.{one.code}"))
        for one in statuses
    ]


def problem_at(problems: Mapping[str, str], place: str) -> str:
    """All that stands against one part of the workflow, empty for nothing."""
    return " ".join(text for path, text in problems.items() if path == place or path.startswith(f"{place}."))


def _move_lines(
    document: ProcedureDocument,
    moves: Iterable[Transition],
    problems: Mapping[str, str],
    kinds: Mapping[str, str],
    here: str,
) -> list[MoveLine]:
    flow = workflow_of(document)
    if flow is None:
        return []
    names = wording.distinct([(one.code, str(one.label)) for one in flow.transitions])
    shown = list(moves)
    departments = dict(department_options()) if any(one.action("opinion") for one in shown) else {}
    return [
        MoveLine(
            one,
            names[one.code],
            say_way(flow, one, here),
            say_effects(document, one, departments, kinds),
            problem_at(problems, f"workflow.transitions.{one.code}"),
        )
        for one in shown
    ]


def _astray(flow: Workflow) -> list[Transition]:
    """The moves that start from no status that exists: a text written elsewhere may hold some."""
    known = {one.code for one in flow.statuses}
    return [one for one in flow.transitions if known.isdisjoint(one.sources)]


def _say_going(slug: str) -> str:
    count = sum(count_in_progress(web.unit(), slug).values())
    if not count:
        return ""
    kept = ngettext(
        "%(num)d demande est en cours : elle garde le déroulement de sa version.",
        "%(num)d demandes sont en cours : elles gardent le déroulement de leur version.",
        count,
    )
    return f"{kept} {_('Vos changements valent pour les demandes faites après la publication.')}"


@blueprint.post("/<slug>/deroulement")
@may_edit
def change_workflow(slug: str) -> Response:
    """Choose a ready-made workflow, copy one, move a status, move or remove a move: ``acte`` says which."""
    act = request.form.get("acte", "")
    model = request.form.get("modele", "")
    if act == "choisir":
        return _choose(slug, model)
    if act == "partir":
        return _begin(slug, model)
    verb, _sep, code = act.rpartition(":")
    change = ACTS.get(verb)
    if change is None:
        raise BadRequest
    return save(
        slug,
        lambda document: change(document, code),
        part=verb.replace(":", "_"),
        then=lambda kept: _back_to(kept, code, verb),
        again=lambda _wrong: refuse(slug),
        typing=Typing(),
    )


def _back_to(kept: DraftView, code: str, verb: str) -> str:
    state = code if verb.startswith("etat") else request.form.get("etat")
    return workflow_address(kept.slug, state, fait="retrait" if verb.endswith("retirer") else "enregistre")


def _choose(slug: str, model: str) -> Response:
    if model not in MODELS:
        raise BadRequest
    if isinstance(draft_of(slug).document.workflow, Workflow):
        return web.redirect_to("builder.confirm_ready_made", slug=slug, modele=model)
    return _keep_choice(slug, model)


def _keep_choice(slug: str, model: str) -> Response:
    return save(
        slug,
        lambda document: workflows.use_ready_made(document, model),
        part="workflow_chosen",
        then=workflow_address(slug, fait="modele"),
        typing=Typing({"modele": _("Déroulement")}, lambda document: {"modele": document.workflow}),
    )


def _begin(slug: str, model: str) -> Response:
    if model not in MODELS or isinstance(draft_of(slug).document.workflow, Workflow):
        raise BadRequest
    return save(
        slug,
        lambda document: workflows.begin_workflow(document, "case" if model == "standard" else model),
        part="workflow_begun",
        then=workflow_address(slug, fait="deroulement"),
        typing=Typing({"modele": _("Déroulement")}, lambda document: {"modele": document.workflow}),
    )


@blueprint.get("/<slug>/deroulement/modele")
@may_edit
def confirm_ready_made(slug: str) -> Response:
    """Ask before the procedure's own workflow is given up for a ready-made one."""
    draft = draft_of(slug)
    flow, model = workflows.own_workflow(draft.document), request.args.get("modele", "")
    if model not in MODELS:
        raise BadRequest
    return page(
        "workflow_confirm.html",
        draft,
        title=_("Revenir à un déroulement prêt"),
        tab=TAB,
        sentences=[
            _("Déroulement choisi : %(name)s.", name=MODELS[model]),
            _(
                "Les %(states)d états et les %(moves)d actions écrits pour cette démarche sont perdus.",
                states=len(flow.statuses),
                moves=len(flow.transitions),
            ),
            _("Vous pourrez annuler, tant que vous ne changez rien d’autre."),
        ],
        instead=[],
        action=url_for("builder.take_ready_made", slug=slug),
        hidden={"modele": model},
        submit=_("Prendre ce déroulement"),
        back=workflow_address(slug),
    )


@blueprint.post("/<slug>/deroulement/modele")
@may_edit
def take_ready_made(slug: str) -> Response:
    """Give up the procedure's own workflow."""
    model = request.form.get("modele", "")
    if model not in MODELS:
        raise BadRequest
    return _keep_choice(slug, model)


def refuse(slug: str) -> Response:
    """A workflow keeps a status at least."""
    return show_refusal(slug, TAB, _("Un déroulement garde au moins un état."))


@blueprint.get("/<slug>/deroulement/lecture")
@may_edit
def read_workflow(slug: str) -> Response:
    """What the person reads of each status, in a language, and what makes the request go there."""
    draft = draft_of(slug)
    flow = workflow_of(draft.document)
    languages = {FRENCH: _("Français"), **wording.LANGUAGES}
    asked = request.args.get("langue", FRENCH)
    language = asked if asked in languages else FRENCH
    return page(
        "workflow_reading.html",
        draft,
        title=_("Ce que lit la personne"),
        tab=TAB,
        languages=[(code, str(words)) for code, words in languages.items()],
        language=language,
        lines=[_reading(flow, one, language) for one in flow.statuses] if flow else [],
        back=workflow_address(slug),
    )


def _reading(flow: Workflow, status: WorkflowStatus, language: str) -> dict[str, object]:
    """One status: its words, whether they lack in the language, and what leads there with the text that it sends."""
    ways = [
        (str(move.label), say_movers(move), next((one.text.get(language) for one in move.does if one.text), ""))
        for move in flow.transitions
        if move.target == status.code
    ]
    return {
        "status": status,
        "words": status.label.get(language),
        "lacks": language not in status.label.root,
        "ways": ways,
    }
