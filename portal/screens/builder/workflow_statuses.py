"""One status of a workflow: added, changed, removed with the moves that go with it."""

from collections.abc import Mapping

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.casework.catalogue.editing import workflows
from portal.casework.catalogue.editing.workflows import own_workflow
from portal.casework.catalogue.workflow import Workflow
from portal.casework.catalogue.workflow_checks import workflow_problems
from portal.ground import web
from portal.screens.builder import workflow_sheets as sheets
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.queries import count_in_progress
from portal.screens.builder.saving import Typing, draft_of, page, save
from portal.screens.builder.sheetpages import NewPartPage, SheetPage
from portal.screens.builder.workflow import TAB, problem_at, refuse, workflow_address

Wrong = Mapping[str, str] | None


@blueprint.get("/<slug>/deroulement/etat-nouveau")
@may_edit
def new_status(slug: str) -> Response:
    """Ask for what makes a status."""
    return _show_new_status(slug)


@blueprint.post("/<slug>/deroulement/etat-nouveau")
@may_edit
def add_status(slug: str) -> Response:
    """Add it, before those that end."""
    return _new_status(slug).save(lambda wrong: _show_new_status(slug, wrong))


def _new_status(slug: str) -> SheetPage:
    flow = own_workflow(draft_of(slug).document)
    before = {one.code for one in flow.statuses}
    return NewPartPage(
        slug,
        sheets.new_place(flow, "statuses"),
        sheets.status_entries,
        workflows.add_status,
        part="status_added",
        then=lambda kept: workflow_address(slug, sheets.new_code(kept, "statuses", before), fait="ajout"),
    )


def _show_new_status(slug: str, wrong: Wrong = None) -> Response:
    return _new_status(slug).show(
        "sheet.html",
        title=_("Ajouter un état"),
        tab=TAB,
        wrong=sheets.told_full(wrong, "statuses", _("Un déroulement a 40 états au plus.")),
        hidden={},
        submit=_("Ajouter l’état"),
        back=workflow_address(slug),
    )


@blueprint.get("/<slug>/deroulement/etats/<code>")
@may_edit
def status_form(slug: str, code: str) -> Response:
    """What a status is called, what it means, how long it may last."""
    return _show_status(slug, code)


@blueprint.post("/<slug>/deroulement/etats/<code>")
@may_edit
def save_status(slug: str, code: str) -> Response:
    """Keep what was typed."""
    return _status(slug, code).save(lambda wrong: _show_status(slug, code, wrong))


def _status(slug: str, code: str) -> SheetPage:
    then = workflow_address(slug, code, fait="enregistre")
    return SheetPage(slug, sheets.find_part("statuses", code), sheets.status_entries, part="status", then=then)


def _show_status(slug: str, code: str, wrong: Wrong = None) -> Response:
    document = draft_of(slug).document
    status = own_workflow(document).statuses[workflows.place_of(document, "statuses", code)]
    return _status(slug, code).show(
        "workflow_part.html",
        title=_("État « %(name)s »", name=str(status.label)),
        tab=TAB,
        wrong=wrong,
        problem=problem_at(dict(workflow_problems(document)), f"workflow.statuses.{code}"),
        remove=url_for("builder.confirm_remove_status", slug=slug, code=code),
        pages=[],
        back=workflow_address(slug, code),
    )


@blueprint.get("/<slug>/deroulement/etats/<code>/retirer")
@may_edit
def confirm_remove_status(slug: str, code: str) -> Response:
    """Say which moves go with a status, and what the requests that are there keep."""
    draft = draft_of(slug)
    flow = own_workflow(draft.document)
    status = flow.statuses[workflows.place_of(draft.document, "statuses", code)]
    others = [(one.code, str(one.label)) for one in flow.statuses if one.code != code and one.status != "submitted"]
    return page(
        "workflow_confirm.html",
        draft,
        title=_("Retirer l’état « %(name)s »", name=str(status.label)),
        tab=TAB,
        sentences=_consequences(slug, flow, code),
        instead=others if any(one.target == code for one in flow.transitions) else [],
        action=url_for("builder.remove_status", slug=slug, code=code),
        hidden={},
        submit=_("Retirer cet état"),
        back=workflow_address(slug, code),
    )


def _consequences(slug: str, flow: Workflow, code: str) -> list[str]:
    sentences = []
    leaving = [str(one.label) for one in flow.transitions if set(one.sources) <= {code}]
    arriving = [str(one.label) for one in flow.transitions if one.target == code and not set(one.sources) <= {code}]
    if leaving:
        sentences.append(_("Actions retirées avec lui : %(names)s.", names=", ".join(leaving)))
    if arriving:
        sentences.append(_("Actions qui menaient à lui : %(names)s.", names=", ".join(arriving)))
    there = count_in_progress(web.unit(), slug).get(code, 0)
    if there:
        sentences.append(
            ngettext(
                "%(num)d demande en cours est dans cet état : elle le garde, avec les actions de sa version.",
                "%(num)d demandes en cours sont dans cet état : elles le gardent, avec les actions de leur version.",
                there,
            )
        )
    return [*sentences, _("Vous pourrez annuler, tant que vous ne changez rien d’autre.")]


@blueprint.post("/<slug>/deroulement/etats/<code>/retirer")
@may_edit
def remove_status(slug: str, code: str) -> Response:
    """Remove it; the moves that led there lead elsewhere (``vers``), or go too."""
    instead = request.form.get("vers", "")
    return save(
        slug,
        lambda document: workflows.remove_status(document, code, instead),
        part="status_removed",
        then=workflow_address(slug, fait="retrait"),
        again=lambda _wrong: refuse(slug),
        typing=Typing({}, lambda document: {"vers": str(workflows.place_of(document, "statuses", code))}),
    )
