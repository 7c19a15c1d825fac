"""The overview of a procedure: its pages, the questions of one of them, and what moves them about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from portal.casework.catalogue import saying
from portal.casework.catalogue import service as catalogue
from portal.casework.catalogue.asked import concept_of, label_of
from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.document import Field, ProcedureDocument, Step
from portal.casework.catalogue.editing import outline
from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.editing.service import DraftView
from portal.ground import web
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Permission
from portal.screens.builder import wording
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.queries import agent_name, find_version
from portal.screens.builder.saving import Typing, draft_of, page, save, sent_revision, show_conflict, show_refusal

QUESTIONS = 20
PAGE_ACTS: Mapping[str, Callable[[ProcedureDocument, str], ProcedureDocument]] = {
    "monter": lambda document, key: outline.move_page(document, key, outline.UP),
    "descendre": lambda document, key: outline.move_page(document, key, outline.DOWN),
    "dupliquer": outline.copy_page,
    "retirer": outline.remove_page,
}
QUESTION_ACTS: Mapping[str, Callable[[ProcedureDocument, str], ProcedureDocument]] = {
    "monter": lambda document, key: outline.move_question(document, key, outline.UP),
    "descendre": lambda document, key: outline.move_question(document, key, outline.DOWN),
    "dupliquer": outline.copy_question,
    "retirer": outline.remove_question,
}
ACTS = {"page": PAGE_ACTS, "question": QUESTION_ACTS}
ENDS = {"retirer": "retrait", "dupliquer": "ajout"}


@dataclass(frozen=True)
class PageLine:
    """A page in the outline. ``problem``: what stands against its publication."""

    step: Step
    title: str
    when: str
    count: int
    problem: str


@dataclass(frozen=True)
class QuestionLine:
    """A question of the page that is unfolded."""

    field: Field
    label: str
    kind: str
    when: str
    formula: str
    problem: str


@blueprint.get("/<slug>")
@may_edit
def overview(slug: str) -> Response:
    """The outline of the draft; of the version offered when nothing is being written."""
    try:
        draft = draft_of(slug)
    except NotFound:
        return _read_only(slug)
    document = draft.document
    chosen = next((step for step in document.steps if step.slug == request.args.get("page")), document.steps[0])
    start = _start(len(chosen.fields))
    problems = problems_of(document)
    shown = chosen.fields[start : start + QUESTIONS]
    names = wording.distinct([(field.name, label_of(field)) for field in shown])
    here = url_for("builder.overview", slug=slug, page=chosen.slug)
    return page(
        "overview.html",
        draft,
        title=_("Questions"),
        tab="questions",
        pages=page_lines(document, problems),
        chosen=chosen,
        chosen_title=str(chosen.title),
        chosen_when=saying.say_condition(chosen.when, document),
        exits=[(one.slug, str(one.title), saying.say_condition(one.when, document)) for one in chosen.exits],
        questions=[_question_line(field, names[field.name], document, problems) for field in shown],
        more=f"{here}&debut={start + QUESTIONS}" if len(chosen.fields) > start + QUESTIONS else None,
        first=here if start else None,
        start=start,
        who=agent_name(web.unit(), draft.edited_by),
        may_publish=web.actor().can(Permission.PROCEDURES_PUBLISH),
    )


def _start(total: int) -> int:
    text = request.args.get("debut", "0")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return start if start < total else 0


def _read_only(slug: str) -> Response:
    procedure_id, latest = find_version(web.unit(), slug)
    view = catalogue.get_version(web.unit(), procedure_id, latest)
    document = view.document
    return web.page(
        "builder/closed_book.html",
        title=_("Questions : %(procedure)s", procedure=view.title),
        service=_("Agents"),
        view=view,
        pages=page_lines(document, {}),
        words=wording,
        trail=[(_("Démarches"), url_for("builder.procedures")), (view.title, None)],
    )


def page_lines(document: ProcedureDocument, problems: Mapping[str, str]) -> list[PageLine]:
    """The pages in order, each with what decides whether it is shown."""
    names = wording.distinct([(step.slug, str(step.title)) for step in document.steps])
    return [
        PageLine(
            step=step,
            title=names[step.slug],
            when=saying.say_condition(step.when, document),
            count=len(step.fields),
            problem=_problem(problems, f"steps.{step.slug}")
            or next(filter(None, (_problem(problems, f"fields.{field.name}") for field in step.fields)), ""),
        )
        for step in document.steps
    ]


def _problem(problems: Mapping[str, str], place: str) -> str:
    return next((text for path, text in problems.items() if path == place or path.startswith(f"{place}.")), "")


def _question_line(field: Field, label: str, document: ProcedureDocument, problems: Mapping[str, str]) -> QuestionLine:
    concept = concept_of(field)
    return QuestionLine(
        field=field,
        label=label,
        kind=wording.say_type(concept.type) if concept else field.concept,
        when=saying.say_condition(field.when, document),
        formula=saying.say_formula(field, document),
        problem=_problem(problems, f"fields.{field.name}") or problems.get(f"concepts.{field.concept}", ""),
    )


@blueprint.post("/<slug>/plan")
@may_edit
def act(slug: str) -> Response:
    """Move, copy or remove a page or a question: ``acte`` is « question:monter:name »."""
    kind, _sep, rest = request.form.get("acte", "").partition(":")
    verb, _sep, key = rest.partition(":")
    change = ACTS.get(kind, {}).get(verb)
    if change is None:
        raise BadRequest
    return save(
        slug,
        lambda document: change(document, key),
        part=f"{kind}_{verb}",
        then=lambda kept: _address(kept, kind, key, ENDS.get(verb, "enregistre")),
        again=lambda _wrong: _last_page(slug),
        typing=Typing(),
    )


def _last_page(slug: str) -> Response:
    sentence = _("Une démarche garde au moins une page, et une page n’accepte qu’un certain nombre de questions.")
    return show_refusal(slug, "questions", sentence)


def _address(kept: DraftView, kind: str, key: str, done: str) -> str:
    document = kept.document
    if kind == "question":
        found = next((step.slug for step, field in document.fields() if field.name == key), request.form.get("page"))
    else:
        found = key
    known = found if document.step(found or "") else None
    return url_for("builder.overview", slug=kept.slug, page=known, fait=done)


@blueprint.post("/<slug>/annuler")
@may_edit
def undo(slug: str) -> Response:
    """Put back what the last change replaced."""
    try:
        editing.undo_change(web.unit(), web.actor(), slug, sent_revision())
    except Conflict as conflict:
        if not isinstance(conflict.theirs, DraftView):
            raise
        web.undo()
        return show_conflict(conflict.theirs, Typing())
    after = "builder.workflow_page" if request.form.get("suite") == "deroulement" else "builder.overview"
    return web.redirect_to(after, slug=slug, fait="annulation")
