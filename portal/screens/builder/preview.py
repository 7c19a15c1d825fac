"""« Aperçu » : the step pages as a resident meets them, with nobody there and nothing kept.

The answers travel in a hidden field of the form; no draft, no request, no line of anything is written. The forms are
made by the journey kit, as those of residents; conditions are looked at when the page is sent, without any script.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Exit, ProcedureDocument, Step
from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.fields import asks_files, field_hint, field_name_for_errors, visible_fields
from portal.casework.catalogue.publishing.service import Edited
from portal.casework.catalogue.trials import STAND_IN, Passage, check_typed, exit_of, walk
from portal.engine.journey_kit.flow import place_of
from portal.engine.journey_kit.forms import StepForm
from portal.engine.prefill.service import Prefilled, mark_of
from portal.ground.clock import today
from portal.ground.dictionary.service import SIMPLIFIED, Source, display, get_concept, has_concept
from portal.people.accounts.enums import ValueSource
from portal.screens.builder.answers import read_answers, told, write_answers
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.reviewing import find_edited, show

PHONE, DESKTOP = "telephone", "ecran"
SIMPLE, FULL = "simplifie", "courant"
# Whom FranceConnect vouches for in a preview. Nobody.
NOBODY: Mapping[str, str] = {
    "person.family_name": "EXEMPLE",
    "person.given_names": "Camille",
    "person.birthdate": "1985-04-12",
    "person.gender": "female",
    "person.birth_place": "75107",
    "person.birth_country": "99100",
}


@dataclass(frozen=True)
class _Sent:
    """What the form of the last page sent: the answers so far, the pages done, and how the pages are looked at."""

    answers: dict[str, Any]
    done: tuple[str, ...]
    step: str
    width: str
    words: str


@dataclass(frozen=True)
class _Shown:
    """How a page is shown: what was typed, and what is wrong in it."""

    typed: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)
    revealed: str = ""


@blueprint.get("/<slug>/apercu")
@may_edit
def preview(slug: str) -> Response:
    """The first page."""
    edited = find_edited(slug)
    sent = _read(edited.latest.document, request.args)
    return _go_on(edited, sent)


@blueprint.post("/<slug>/apercu")
@may_edit
def preview_step(slug: str) -> Response:
    """What comes after the page that was filled: the next one, the same with what is wrong, an exit, or the end."""
    edited = find_edited(slug)
    document = edited.latest.document
    sent = _read(document, request.form)
    step = document.step(sent.step)
    if "reprendre" in request.form:
        return _go_on(edited, sent)
    if step is None or "recommencer" in request.form:
        return _go_on(edited, _with(sent, {}, ()))
    if "revenir" in request.form:
        return _go_on(edited, _with(sent, sent.answers, _before(document, sent, step)))
    if "affichage" in request.form:
        return _show_step(edited, sent, step, _Shown(typed=request.form))
    return _continue(edited, sent, step)


def _read(document: ProcedureDocument, source: Any) -> _Sent:
    done = tuple(slug for slug in source.get("faites", "").split() if document.step(slug))
    width = PHONE if source.get("largeur", PHONE) != DESKTOP else DESKTOP
    words = SIMPLE if source.get("texte") == SIMPLE else FULL
    asked = source.get("affichage", "")
    width = asked if asked in {PHONE, DESKTOP} else width
    words = asked if asked in {SIMPLE, FULL} else words
    if words == SIMPLE:
        g.reading_language = SIMPLIFIED
    return _Sent(read_answers(document, source.get("reponses", "")), done, source.get("etape", ""), width, words)


def _with(sent: _Sent, answers: dict[str, Any], done: tuple[str, ...]) -> _Sent:
    return _Sent(answers, done, "", sent.width, sent.words)


def _before(document: ProcedureDocument, sent: _Sent, step: Step) -> tuple[str, ...]:
    """The pages done, without the one to go back to and those after. From the end, it is the last one done."""
    place = place_of(document, _values(document, sent), step.slug)
    target = step if step.slug in sent.done else place.before if place else None
    slugs = [one.slug for one in document.steps]
    last = slugs.index(target.slug) if target else 0
    return tuple(slug for slug in sent.done if slugs.index(slug) < last)


def _values(document: ProcedureDocument, sent: _Sent) -> Mapping[str, Any]:
    """The answers that count, of the pages done."""
    return walk(document, sent.answers, only=sent.done).values


def _continue(edited: Edited, sent: _Sent, step: Step) -> Response:
    document = edited.latest.document
    raw = _typed(step)
    kept = {name: value for name, value in sent.answers.items() if name not in {one.name for one in step.fields}}
    answers = {**kept, **({step.repeat.name: [raw]} if step.repeat else raw)}
    found, errors = check_typed(document, step, answers, _values(document, sent))
    if errors:
        on_page = set(request.form.get("vues", "").split())
        blamed = {name: sentence for name, sentence in errors.items() if name in on_page or not on_page}
        revealed = next((name for name in errors if name not in blamed), "")
        tried = _Sent(answers, sent.done, step.slug, sent.width, sent.words)
        return _show_step(edited, tried, step, _Shown(request.form, blamed, revealed))
    done = (*(slug for slug in sent.done if slug != step.slug), step.slug)
    now = _with(sent, answers, done)
    leaving = exit_of(step, {**_values(document, now), **found})
    return _show_exit(edited, now, step, leaving) if leaving else _go_on(edited, now)


def _typed(step: Step) -> dict[str, Any]:
    """What was typed in the page; identity is that of nobody, and a tick stands for each file."""
    held = _held(step)
    asked = [one for one in step.fields if not asks_files(one) and one.name not in held]
    raw = StepForm(asked, shown={}, known={}, typed=request.form).answers()
    files = {one.name: STAND_IN for one in step.fields if asks_files(one) and request.form.get(f"f_{one.name}")}
    return raw | files | {name: known.value for name, known in held.items()}


def _held(step: Step) -> dict[str, Prefilled]:
    """What the identity would vouch for."""
    return {
        one.name: Prefilled(
            NOBODY[one.concept],
            display(get_concept(one.concept), NOBODY[one.concept]),
            ValueSource.FRANCECONNECT,
            verified=True,
            as_of=today(),
            held=True,
        )
        for one in step.fields
        if one.prefill and one.concept in NOBODY and _is_vouched(one)
    }


def _is_vouched(one: FormField) -> bool:
    if not has_concept(one.concept):
        return False
    concept = get_concept(one.concept)
    return concept.critical and concept.source_of_truth is Source.FRANCECONNECT


def _go_on(edited: Edited, sent: _Sent) -> Response:
    document = edited.latest.document
    passage = walk(document, sent.answers, only=sent.done)
    step = passage.next
    if step is None:
        return _show_end(edited, sent, passage)
    return _show_step(edited, sent, step, _Shown())


def _show_step(edited: Edited, sent: _Sent, step: Step, how: _Shown) -> Response:
    document = edited.latest.document
    values = _values(document, sent)
    place = place_of(document, values, step.slug)
    if place is None:
        return _go_on(edited, _with(sent, sent.answers, sent.done))
    held = _held(step)
    shown = _saved(step, sent.answers)
    now = {**values, **(_now(document, step, values) if how.typed is not None else shown)}
    fields = [one for one in visible_fields(document, step, now) if one.name not in held]
    files = [one for one in fields if asks_files(one)]
    made = StepForm([one for one in fields if not asks_files(one)], shown=shown, known={}, typed=how.typed)
    made.refuse(how.errors)
    return _page(
        edited,
        sent,
        "preview_step.html",
        title=_("Aperçu, Étape %(number)d sur %(total)d", number=place.number, total=place.total),
        place=place,
        step=step,
        form=made.form,
        held=[
            (field_name_for_errors(one), held[one.name].text, mark_of(held[one.name]))
            for one in step.fields
            if one.name in held
        ],
        files=[_file_line(one, sent, how) for one in files],
        partners=[str(one.fetch.provider) for one in fields if one.fetch],
        asked=" ".join(one.name for one in fields),
        errors=made.form.summary + [(f"f-{one.name}", how.errors[one.name]) for one in files if one.name in how.errors],
        revealed=f"q-{how.revealed}" if how.revealed else "",
        refused=bool(how.errors),
        current=step.slug,
    )


def _saved(step: Step, answers: Mapping[str, Any]) -> dict[str, Any]:
    rows = answers.get(step.repeat.name) if step.repeat else [answers]
    row = rows[0] if rows and isinstance(rows[0], Mapping) else {}
    return {one.name: row[one.name] for one in step.fields if one.name in row}


def _now(document: ProcedureDocument, step: Step, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers that decide which questions of the page are seen, from what was just typed."""
    raw = _typed(step)
    found, _errors = check_typed(document, step, {step.repeat.name: [raw]} if step.repeat else raw, values)
    return (found.get(step.repeat.name) or [{}])[0] if step.repeat else found


def _file_line(one: FormField, sent: _Sent, how: _Shown) -> dict[str, Any]:
    ticked = f"f_{one.name}" in how.typed if how.typed is not None else bool(sent.answers.get(one.name))
    label, hint = field_name_for_errors(one), field_hint(one)
    return {"name": one.name, "label": label, "hint": hint, "ticked": ticked, "error": how.errors.get(one.name)}


def _show_exit(edited: Edited, sent: _Sent, step: Step, leaving: Exit) -> Response:
    return _page(edited, sent, "preview_exit.html", exit=leaving, current=step.slug)


def _show_end(edited: Edited, sent: _Sent, passage: Passage) -> Response:
    document = edited.latest.document
    current = passage.steps[-1] if passage.steps else ""
    return _page(edited, sent, "preview_end.html", lines=told(document, passage), current=current)


def _page(
    edited: Edited, sent: _Sent, template: str, *, current: str, title: str = "", errors: Any = (), **context: Any
) -> Response:
    return show(
        template,
        edited,
        "apercu",
        title=title or _("Aperçu"),
        heading=_("Aperçu"),
        status=422 if context.get("refused") else 200,
        sent=sent,
        answers=write_answers(sent.answers),
        finished=" ".join(sent.done),
        current=current,
        phone=sent.width == PHONE,
        simplified=sent.words == SIMPLE,
        errors=list(errors),
        **context,
    )
