"""Questions: which datum is asked, in which words, within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue import saying
from portal.casework.catalogue.asked import concept_of, label_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import outline
from portal.casework.catalogue.editing.naming import own_concept_id
from portal.casework.catalogue.editing.service import DraftView
from portal.casework.catalogue.ranking import score
from portal.ground.dictionary.service import Concept, ConceptType, Sensitivity, has_concept, list_concepts
from portal.screens.builder import wording
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.connections import connection_titles
from portal.screens.builder.entries import Data, Path
from portal.screens.builder.question_sheet import own_types, question_entries
from portal.screens.builder.saving import Typing, draft_of, page, save
from portal.screens.builder.sheetpages import SheetPage

FOUND = 12
LINE = 300


@dataclass(frozen=True)
class Found:
    """A concept that a search found. ``asked``: the procedure asks for it already."""

    concept: Concept
    kind: str
    asked: bool


def find_concepts(query: str, document: ProcedureDocument) -> list[Found]:
    """The concepts that answer a search, the best first; the words of their id count too."""
    asked = {field.concept for _step, field in document.fields()}
    marks = [
        (score(query, {str(one.label): 3.0, one.id.replace(".", " ").replace("_", " "): 1.0, _hint(one): 0.5}), one)
        for one in list_concepts()
    ]
    best = sorted((pair for pair in marks if pair[0]), key=lambda pair: -pair[0])[:FOUND]
    return [Found(one, wording.say_type(one.type), one.id in asked) for _mark, one in best]


def _hint(concept: Concept) -> str:
    return str(concept.hint) if concept.hint else concept.id


@blueprint.get("/<slug>/pages/<step_slug>/questions/nouvelle")
@may_edit
def new_question(slug: str, step_slug: str) -> Response:
    """Look for a datum in the dictionary, or describe one."""
    return _ask_datum(slug, step_slug=step_slug)


@blueprint.post("/<slug>/pages/<step_slug>/questions/nouvelle")
@may_edit
def add_question(slug: str, step_slug: str) -> Response:
    """Ask for it at the end of the page, in the dictionary's words."""
    draft = draft_of(slug)
    question, wrong = _datum(draft.document)
    if question is None:
        return _ask_datum(slug, step_slug=step_slug, wrong=wrong)
    before = {field.name for _step, field in draft.document.fields()}
    return save(
        slug,
        lambda document: outline.add_question(document, step_slug, question),
        part="question_added",
        then=lambda kept: url_for("builder.question_form", slug=slug, name=_added(kept, before), fait="ajout"),
        again=lambda _wrong: _ask_datum(
            slug, step_slug=step_slug, wrong=_("Cette page a trop de questions : mettez celle-ci sur une autre page.")
        ),
        typing=_typing(),
    )


def _added(kept: DraftView, before: set[str]) -> str:
    return next(field.name for _step, field in kept.document.fields() if field.name not in before)


@blueprint.get("/<slug>/questions/<name>/donnee")
@may_edit
def rebind_form(slug: str, name: str) -> Response:
    """Look for another datum for a question."""
    return _ask_datum(slug, name=name)


@blueprint.post("/<slug>/questions/<name>/donnee")
@may_edit
def rebind(slug: str, name: str) -> Response:
    """Bind the question to it; its conditions follow."""
    question, wrong = _datum(draft_of(slug).document)
    if question is None:
        return _ask_datum(slug, name=name, wrong=wrong)
    return save(
        slug,
        lambda document: outline.bind_question(document, name, question),
        part="question_bound",
        then=lambda kept: url_for("builder.question_form", slug=slug, name=_bound(kept, question), fait="enregistre"),
        again=lambda refused: _ask_datum(slug, name=name, wrong=next(iter(refused.values()))),
        typing=_typing(),
    )


def _bound(kept: DraftView, question: Data) -> str:
    return next(field.name for _step, field in kept.document.fields() if field.concept == question["concept"])


def _typing() -> Typing:
    labels = {"concept": _("Donnée choisie"), "nom": _("Nom de la donnée"), "type": _("Forme de la réponse")}
    return Typing(labels, lambda _document: {})


def _datum(document: ProcedureDocument) -> tuple[Data | None, str]:
    """The question that the form describes, else why there is none."""
    asked = {field.concept for _step, field in document.fields()}
    if request.form.get("propre"):
        return _own_datum(asked)
    concept = request.form.get("concept", "")
    if not has_concept(concept):
        return None, _("Choisissez une donnée dans la liste, ou décrivez celle de votre service.")
    if concept in asked:
        return None, _("Cette donnée est déjà demandée dans la démarche : ne la demandez pas deux fois.")
    return {"concept": concept}, ""


def _own_datum(asked: set[str]) -> tuple[Data | None, str]:
    label, kind = request.form.get("nom", "").strip(), request.form.get("type", "")
    sensitivity = request.form.get("sensible", Sensitivity.PERSONAL.value)
    if not label or len(label) > LINE or kind not in set(ConceptType) or sensitivity not in set(Sensitivity):
        return None, _("Donnez un nom à la donnée et choisissez la forme de la réponse.")
    concept_id = own_concept_id(label, asked)
    own = {"id": concept_id, "label": {"fr": label}, "type": kind, "sensitivity": sensitivity}
    question: Data = {"concept": concept_id, "own": own}
    if kind in {"choice", "several"}:
        options = [("oui", _("Oui")), ("non", _("Non"))]
        question["options"] = [{"code": code, "label": {"fr": str(words)}} for code, words in options]
    return question, ""


def _ask_datum(slug: str, *, step_slug: str = "", name: str = "", wrong: str = "") -> Response:
    draft = draft_of(slug)
    document = draft.document
    if step_slug:
        outline.page_place(document, step_slug)
        back = url_for("builder.overview", slug=slug, page=step_slug)
    else:
        outline.question_place(document, name)
        back = url_for("builder.question_form", slug=slug, name=name)
    query = request.values.get("q", "").strip()[:LINE]
    own = bool(request.values.get("propre"))
    found = find_concepts(query, document) if query and not own else []
    target = ("nom" if own else "concept") if query or own else "q"
    return page(
        "datum.html",
        draft,
        title=_("Ajouter une question") if step_slug else _("Changer la donnée demandée"),
        tab="questions",
        errors=[(target, wrong)] if wrong else [],
        action=request.path,
        query=query,
        found=_options(found),
        hints={one.concept.id: _hint_of(one) for one in found},
        own=own,
        types=own_types(),
        typed=request.form,
        back=back,
    )


def _options(found: list[Found]) -> list[tuple[str, str]]:
    """The answers of the search; the last one is for whoever sees that none will do."""
    return [(one.concept.id, str(one.concept.label)) for one in found] + (
        [("aucune", _("Aucune de ces données"))] if found else []
    )


def _hint_of(one: Found) -> str:
    words = [one.kind, _("donnée %(kind)s", kind=wording.SENSITIVITIES[one.concept.sensitivity])]
    return ", ".join([*words, _("déjà demandée dans cette démarche")] if one.asked else words)


def _sheet(slug: str, name: str) -> SheetPage:
    def find(document: ProcedureDocument) -> Path:
        step, place = outline.question_place(document, name)
        return ("steps", step, "fields", place)

    return SheetPage(
        slug,
        find,
        lambda document: question_entries(document, name, connection_titles()),
        part="question",
        then=url_for("builder.question_form", slug=slug, name=name, fait="enregistre"),
    )


@blueprint.get("/<slug>/questions/<name>")
@may_edit
def question_form(slug: str, name: str) -> Response:
    """How a question is asked."""
    return _show_question(slug, name)


@blueprint.post("/<slug>/questions/<name>")
@may_edit
def save_question(slug: str, name: str) -> Response:
    """Keep what was typed."""
    return _sheet(slug, name).save(lambda wrong: _show_question(slug, name, wrong))


def _show_question(slug: str, name: str, wrong: Mapping[str, str] | None = None) -> Response:
    document = draft_of(slug).document
    step, place = outline.question_place(document, name)
    field = document.steps[step].fields[place]
    return _sheet(slug, name).show(
        "question.html",
        title=_("Question « %(title)s »", title=label_of(field)),
        tab="questions",
        wrong=wrong,
        field=field,
        facts=_facts(concept_of(field)),
        when=saying.say_condition(field.when, document),
        used=[(one.slug, str(one.title)) for one in outline.hangs_on(document, name)],
        back=url_for("builder.overview", slug=slug, page=document.steps[step].slug),
    )


def _facts(concept: Concept | None) -> list[tuple[str, Any]]:
    """What comes with a concept, without anything to type."""
    if concept is None:
        return []
    return [
        (_("Donnée"), f"{concept.label} ({concept.id})"),
        (_("Forme de la réponse"), wording.say_type(concept.type)),
        (_("Remplissage par le navigateur"), concept.autocomplete or _("non")),
        (_("Sensibilité"), wording.SENSITIVITIES[concept.sensitivity]),
        (_("Qui est cru"), wording.SOURCES.get(concept.source_of_truth, concept.source_of_truth.value)),
    ]
