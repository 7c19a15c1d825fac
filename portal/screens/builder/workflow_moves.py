"""One move of a workflow: added, changed, with what it does besides."""

from collections.abc import Mapping

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import workflows
from portal.casework.catalogue.editing.service import DraftView
from portal.casework.catalogue.editing.workflows import own_workflow
from portal.casework.catalogue.workflow import Transition
from portal.casework.catalogue.workflow_checks import workflow_problems
from portal.screens.builder import workflow_sheets as sheets
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.entries import Entry
from portal.screens.builder.kinds import kinds_of, known_kinds
from portal.screens.builder.procedures import department_options
from portal.screens.builder.saving import draft_of
from portal.screens.builder.sheetpages import NewPartPage, SheetPage
from portal.screens.builder.workflow import TAB, problem_at, workflow_address
from portal.screens.builder.workflow_invitations import invitation_entries

Wrong = Mapping[str, str] | None


@blueprint.get("/<slug>/deroulement/action-nouvelle")
@may_edit
def new_move(slug: str) -> Response:
    """Ask for what makes a move."""
    return _show_new_move(slug)


@blueprint.post("/<slug>/deroulement/action-nouvelle")
@may_edit
def add_move(slug: str) -> Response:
    """Add it, then show what it may do besides."""
    return _new_move(slug).save(lambda wrong: _show_new_move(slug, wrong))


def _new_move(slug: str) -> SheetPage:
    flow = own_workflow(draft_of(slug).document)
    before = {one.code for one in flow.transitions}

    def then(kept: DraftView) -> str:
        return url_for("builder.move_form", slug=slug, code=sheets.new_code(kept, "transitions", before), fait="ajout")

    place = sheets.new_place(flow, "transitions")
    return NewPartPage(slug, place, sheets.beginning_entries, workflows.add_move, part="move_added", then=then)


def _show_new_move(slug: str, wrong: Wrong = None) -> Response:
    return _new_move(slug).show(
        "sheet.html",
        title=_("Ajouter une action"),
        tab=TAB,
        wrong=sheets.told_full(wrong, "transitions", _("Un déroulement a 120 actions au plus.")),
        hidden={},
        submit=_("Ajouter l’action"),
        back=workflow_address(slug, request.args.get("etat")),
    )


@blueprint.get("/<slug>/deroulement/actions/<code>")
@may_edit
def move_form(slug: str, code: str) -> Response:
    """A move, and what it does besides."""
    return _show_move(slug, code)


@blueprint.post("/<slug>/deroulement/actions/<code>")
@may_edit
def save_move(slug: str, code: str) -> Response:
    """Keep what was typed."""
    return _move(slug, code).save(lambda wrong: _show_move(slug, code, wrong))


def _move(slug: str, code: str) -> SheetPage:
    departments, kinds = department_options(), kinds_of(draft_of(slug).document)

    def entries(document: ProcedureDocument) -> list[Entry]:
        booked = invitation_entries(document, kinds)
        return sheets.move_entries(document, departments, sheets.recipients_later(document), booked)

    then = url_for("builder.move_form", slug=slug, code=code, fait="enregistre")
    return SheetPage(slug, sheets.find_part("transitions", code), entries, part="move", then=then)


def _show_move(slug: str, code: str, wrong: Wrong = None) -> Response:
    document = draft_of(slug).document
    problems = dict(workflow_problems(document, kinds=known_kinds(document)))
    move = own_workflow(document).transitions[workflows.place_of(document, "transitions", code)]
    return _move(slug, code).show(
        "workflow_part.html",
        title=_("Action « %(name)s »", name=str(move.label)),
        tab=TAB,
        wrong=wrong,
        problem=problem_at(problems, f"workflow.transitions.{code}"),
        remove="",
        pages=_correction_pages(slug, document, move),
        back=workflow_address(slug, move.sources[0]),
    )


def _correction_pages(slug: str, document: ProcedureDocument, move: Transition) -> list[tuple[str, str]]:
    """The pages whose questions may be asked again, each with its address."""
    if move.action("corrections") is None:
        return []
    return [
        (str(step.title), url_for("builder.corrections_form", slug=slug, code=move.code, page=step.slug))
        for step in document.steps
        if sheets.can_be_corrected(document, step.slug)
    ]


@blueprint.get("/<slug>/deroulement/actions/<code>/questions")
@may_edit
def corrections_form(slug: str, code: str) -> Response:
    """Which questions of a page may be corrected."""
    return _show_corrections(slug, code)


@blueprint.post("/<slug>/deroulement/actions/<code>/questions")
@may_edit
def save_corrections(slug: str, code: str) -> Response:
    """Keep those that are ticked."""
    return _corrections(slug, code).save(lambda wrong: _show_corrections(slug, code, wrong))


def _corrections(slug: str, code: str) -> SheetPage:
    chosen = request.values.get("page", "")
    return SheetPage(
        slug,
        sheets.find_part("transitions", code),
        lambda document: sheets.corrections_entries(document, chosen),
        part="corrections",
        then=url_for("builder.move_form", slug=slug, code=code, fait="enregistre"),
    )


def _show_corrections(slug: str, code: str, wrong: Wrong = None) -> Response:
    chosen = request.values.get("page", "")
    step = draft_of(slug).document.step(chosen)
    return _corrections(slug, code).show(
        "sheet.html",
        title=_("Réponses à corriger : page « %(title)s »", title=str(step.title) if step else chosen),
        tab=TAB,
        wrong=wrong,
        hidden={"page": chosen},
        submit="",
        nothing=_("Aucune question de cette page ne peut être redemandée."),
        back=url_for("builder.move_form", slug=slug, code=code),
    )
