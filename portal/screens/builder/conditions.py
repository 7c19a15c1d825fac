"""Conditions, line by line, as sentences: a former question, a comparison, an answer."""

from typing import Any, cast

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from portal.casework.catalogue import saying
from portal.casework.catalogue.asked import concept_of, label_of, options_of
from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.casework.catalogue.editing import conditions
from portal.casework.catalogue.editing.conditions import Kind, Target
from portal.ground.dictionary.service import ConceptType
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.saving import Typing, draft_of, page, save

ANY_ANSWER, NO_ANSWER = "filled", "empty"
ADDRESS = "/<slug>/condition/<any(page,question,sortie):kind>/<key>"


@blueprint.get(ADDRESS)
@may_edit
def condition_form(slug: str, kind: str, key: str) -> Response:
    """The lines of a condition, and one more to add."""
    return _show(slug, Target(cast(Kind, kind), key))


def _show(slug: str, target: Target, wrong: dict[str, str] | None = None) -> Response:
    draft = draft_of(slug)
    document = draft.document
    condition = target.read(document)
    known = conditions.lines_of(condition)
    asked = target.former_questions(document)
    chosen = next((one for one in asked if one.name == request.values.get("question")), None)
    return page(
        "condition.html",
        draft,
        title=_heading(document, target),
        tab="questions",
        errors=list((wrong or {}).items()),
        action=url_for("builder.condition_form", slug=slug, kind=target.kind, key=target.key),
        sentence=saying.say_condition(condition, document),
        known=known,
        joint_word=_("ou") if known and known.joint == "any" else _("et"),
        lines=[saying.say_condition(one, document) for one in known.lines] if known else [],
        questions=[(one.name, label_of(one)) for one in asked],
        chosen=chosen,
        chosen_label=label_of(chosen) if chosen else "",
        comparisons=comparisons_for(chosen) if chosen else [],
        answers=answers_for(chosen) if chosen else [],
        typed=request.form,
        back=_back(slug, target, document),
    )


def _heading(document: ProcedureDocument, target: Target) -> str:
    if target.kind == "page":
        step = document.step(target.key)
        return _("Quand montrer la page « %(title)s »", title=str(step.title) if step else target.key)
    if target.kind == "question":
        field = document.field(target.key)
        words = label_of(field) if field else target.key
        return _("Quand poser la question « %(title)s »", title=words)
    return _("Quand montrer cette page de sortie")


def _back(slug: str, target: Target, document: ProcedureDocument) -> str:
    if target.kind == "question":
        return url_for("builder.question_form", slug=slug, name=target.key)
    return url_for("builder.page_form", slug=slug, step_slug=target.page(document))


def answers_for(field: Field) -> list[tuple[str, str]]:
    """The answers to choose from: those of the list, yes and no; none where the answer is free."""
    concept = concept_of(field)
    if concept is not None and concept.type is ConceptType.BOOLEAN:
        return [("oui", _("oui")), ("non", _("non"))]
    return [(option.code, str(option.label)) for option in options_of(field)]


def comparisons_for(field: Field) -> list[tuple[str, str]]:
    """The comparisons that make sense of this question's answers."""
    concept = concept_of(field)
    kind = concept.type.value if concept else ""
    names = [name for name in saying.COMPARISONS if name != "within"]
    if kind in {"boolean", "declaration"}:
        names = ["equals"]
    elif kind == "several":
        names = [name for name in names if name in {"contains", "filled"}]
    elif kind in {"choice", "school_year"}:
        names = [name for name in names if name in {"equals", "not_equals", "filled"}]
    elif kind in {"files", "identity_file"}:
        names = ["filled"]
    said = [(name, str(saying.COMPARISONS[name])) for name in names]
    return [*said, (NO_ANSWER, _("est sans réponse"))] if "filled" in names else said


@blueprint.post(ADDRESS)
@may_edit
def save_condition(slug: str, kind: str, key: str) -> Response:
    """Add a line, take one away, or say whether all or any must hold."""
    target = Target(cast(Kind, kind), key)
    if "retirer" in request.form:
        return _remove(slug, target)
    if "liaison" in request.form and "question" not in request.form:
        return _join(slug, target)
    document = draft_of(slug).document
    field = next((one for one in target.former_questions(document) if one.name == request.form.get("question")), None)
    line = _line(field)
    if isinstance(line, str):
        return _show(slug, target, {"reponse" if field else "question": line})
    return save(
        slug,
        lambda known: conditions.add_line(known, target, line),
        part="condition",
        then=url_for("builder.condition_form", slug=slug, kind=kind, key=key, fait="ajout"),
        again=lambda _wrong: _show(slug, target, {"reponse": _("Cette réponse ne convient pas à la comparaison.")}),
        typing=Typing({"question": _("Question"), "reponse": _("Réponse")}, lambda known: _there(target, known)),
    )


def _there(target: Target, document: ProcedureDocument) -> dict[str, str]:
    return {"question": saying.say_condition(target.read(document), document)}


def _line(field: Field | None) -> dict[str, Any] | str:
    """The line that the form describes, else what to do."""
    if field is None:
        return _("Choisissez une question posée avant.")
    comparison, answer = request.form.get("comparaison", ""), request.form.get("reponse", "").strip()
    if comparison not in dict(comparisons_for(field)):
        return _("Choisissez une comparaison.")
    if comparison in {ANY_ANSWER, NO_ANSWER}:
        return {"field": field.name, "filled": comparison == ANY_ANSWER}
    answers = dict(answers_for(field))
    if not answer or (answers and answer not in answers):
        return _("Choisissez la réponse à comparer.")
    concept = concept_of(field)
    yes_no = concept is not None and concept.type in {ConceptType.BOOLEAN} | _declarations()
    return {"field": field.name, comparison: answer == "oui" if yes_no else answer}


def _declarations() -> set[ConceptType]:
    return {kind for kind in ConceptType if kind.value == "declaration"}


def _remove(slug: str, target: Target) -> Response:
    text = request.form.get("retirer", "")
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise BadRequest
    return save(
        slug,
        lambda document: conditions.remove_line(document, target, int(text)),
        part="condition",
        then=url_for("builder.condition_form", slug=slug, kind=target.kind, key=target.key, fait="retrait"),
        again=lambda _wrong: _show(
            slug,
            target,
            {"question": _("Une page de sortie garde au moins une condition : ajoutez-en une autre d’abord.")},
        ),
    )


def _join(slug: str, target: Target) -> Response:
    joint = request.form.get("liaison")
    if joint not in {"all", "any"}:
        raise BadRequest
    return save(
        slug,
        lambda document: conditions.join_lines(document, target, cast(conditions.Joint, joint)),
        part="condition",
        then=url_for("builder.condition_form", slug=slug, kind=target.kind, key=target.key, fait="enregistre"),
    )
