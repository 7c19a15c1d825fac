"""Read one's answers again, then send them, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import Step
from portal.casework.catalogue.exits import exit_for
from portal.casework.catalogue.fields import (
    answer_names,
    check_all,
    field_concept,
    field_name_for_errors,
    rows_in,
    show_answer,
    visible_fields,
    visible_steps,
)
from portal.casework.catalogue.places import path_of, said_in
from portal.casework.consents.service import ConsentView, Outcome
from portal.casework.requests import service as requests
from portal.engine.journey_kit import wording
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.folder import Folder, hold, is_over, open_folder
from portal.engine.journey_kit.item_list import repair_page
from portal.engine.journey_kit.keeping import keep, keepable
from portal.engine.journey_kit.pieces import told_files
from portal.engine.journey_kit.setting import setting
from portal.engine.journey_kit.start import to_choice, trail_of, without_draft
from portal.engine.prefill.service import Prefilled, held_answers, mark_of, origin_of
from portal.ground.dictionary.service import ConceptType, Value
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, reading_language, unit
from portal.ground.web.access import resident_only
from portal.ground.web.formats import format_date
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.sent import read_id
from portal.records.timeline.events import VALUE_FETCHED
from portal.records.timeline.service import append

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it will be sent. ``mark``: where it comes from, empty when it was typed here."""

    label: str
    text: str
    mark: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step on the check page, or an item of one. ``done`` is False while it is left to answer."""

    step: Step
    key: str
    title: str
    done: bool
    lines: list[Told]


@blueprint.get("/<slug>/verifier")
@resident_only
def check(slug: str) -> Response:
    """Everything that will be sent, on one page."""
    folder = open_folder(slug)
    if folder.draft is None:
        return without_draft(folder)
    return to_choice(folder) if is_over(folder) else _show(folder)


@blueprint.get("/<slug>/envoyer")
@resident_only
def back_to_check(slug: str) -> Response:
    """Where a person lands who had to sign in again to send: nothing is sent without being read."""
    return redirect_to_path(f"{setting().base}/{slug}/verifier")


@blueprint.post("/<slug>/envoyer")
@resident_only
def send(slug: str) -> Response:
    """Send. The key drawn with the page makes a second press, or a second visit, the same request."""
    folder = open_folder(slug)
    form = request.form
    draft_id, key, version = read_id(form.get("dossier", "")), read_id(form.get("cle", "")), form.get("version", "")
    if draft_id is None or key is None or not (version.isascii() and version.isdigit()):
        return redirect_to_path(f"{folder.base}/verifier")
    try:
        sent = _send(folder, draft_id, key, int(version))
    except NotFound:
        return without_draft(folder)
    except Invalid as refused:
        return _show(open_folder(slug), errors=refused.fields, status=422)
    except Conflict as conflict:
        if conflict.code == "version_over" and actor().is_resident:
            return to_choice(folder)
        return _show(open_folder(slug), conflict=conflict.code, status=409)
    return redirect_to_path(folder.setting.sent_to(sent.reference), depot="oui")


def _send(folder: Folder, draft_id: UUID, key: UUID, version: int) -> requests.SubmittedView:
    if folder.draft is not None and folder.draft.id == draft_id and folder.version == version:
        version = hold(folder, draft_id, version)
    fetched = _fetched(folder)
    sent = folder.setting.send(draft_id, str(key), version, _origins(folder))
    if not sent.is_replay:
        _tell_fetched(sent.request_id, fetched)
    if not sent.is_replay and not folder.setting.at_desk:
        keep(folder, request.form.getlist("garder"))
    return sent


def _fetched(folder: Folder) -> list[ConsentView]:
    """What partners answered, among the answers about to be sent."""
    known = folder.known()
    answers = {**folder.answers, **held_answers(known)}
    steps = visible_steps(folder.document, answers)
    names = [one.name for step in steps for one in visible_fields(folder.document, step, answers)]
    return [consent for name in names if name in known and (consent := known[name].consent) is not None]


def _tell_fetched(request_id: UUID, fetched: list[ConsentView]) -> None:
    """Say in the request where these answers come from: who reads it must not ask for a proof again."""
    for consent in fetched:
        payload = {"connection": consent.connection, "concept": consent.concept}
        payload |= {"source": consent.source, "period": consent.period}
        append(unit(), request_id=request_id, type=VALUE_FETCHED, version=1, payload=payload, actor=actor())


def _origins(folder: Folder) -> dict[str, requests.Origin]:
    """Where each answer comes from that is, as it stands, what a source already says: the others were typed."""
    known = folder.known()
    answers = {**folder.answers, **held_answers(known)}
    said = {place.path: value for place, value in said_in(folder.document.steps, answers)}
    return {path: origin_of(one) for path, one in known.items() if said.get(path) == one.value}


def _show(folder: Folder, *, errors: Any = None, conflict: str = "", status: int = 200) -> Response:
    known = folder.known()
    told = _told(folder, known)
    wrong = dict(errors or {})
    if folder.next is None and not wrong:
        _values, wrong = check_all(folder.document, {**folder.answers, **held_answers(known)})
    repairs = _to_repair(folder, wrong)
    way_out = exit_for(folder.document, folder.answers, folder.done)
    return page(
        "journey_kit/check.html",
        title=_("Vérifiez vos réponses, il reste à corriger") if repairs else _("Vérifiez vos réponses"),
        status=status,
        service=folder.procedure.title,
        folder=folder,
        told=told,
        repairs=repairs,
        way_out=way_out,
        conflict=conflict,
        ready=folder.next is None and not wrong and way_out is None and conflict != "procedure_closed",
        keepable=[] if folder.setting.at_desk else keepable(folder, known),
        key=str(uuid4()),
        words=wording,
        trail=trail_of(folder, _("Vérifier")),
    )


def _told(folder: Folder, known: dict[str, Prefilled]) -> list[ToldStep]:
    answers = {**folder.answers, **held_answers(known)}
    files = told_files(folder.document, answers)
    told = []
    for step in visible_steps(folder.document, answers):
        done, title, rows = step.slug in folder.done, step.title.get(reading_language()), rows_in(step, answers)
        if not rows:
            lines = [] if step.repeat else _lines(folder, step, answers, known, files)
            told.append(ToldStep(step, step.slug, title, done, lines))
        for number, row in enumerate(rows, start=1):
            name = _("%(title)s, %(number)d sur %(total)d", title=title, number=number, total=len(rows))
            said = {**answers, **row}
            marks, names = _of_item(step, number, known), _of_item(step, number, files)
            told.append(ToldStep(step, f"{step.slug}-{number}", name, done, _lines(folder, step, said, marks, names)))
    return told


def _of_item(step: Step, number: int, found: Mapping[str, T]) -> dict[str, T]:
    """What is found about one item, by field name instead of path."""
    paths = {one.name: path_of(step, one.name, number) for one in step.fields}
    return {name: found[path] for name, path in paths.items() if path in found}


def _lines(
    folder: Folder,
    step: Step,
    answers: dict[str, Value],
    known: Mapping[str, Prefilled],
    files: Mapping[str, str],
) -> list[Told]:
    """The answers of a page. What is only read is not one."""
    asked = visible_fields(folder.document, step, answers)
    return [
        _line(folder, one, answers.get(one.name), known.get(one.name), files.get(one.name, ""))
        for one in asked
        if field_concept(one).type is not ConceptType.INFORMATION
    ]


def _line(folder: Folder, field: FormField, value: Value | None, source: Prefilled | None, files: str) -> Told:
    label, text = field_name_for_errors(field), files or show_answer(field, value)
    if source is not None and source.value == value:
        return Told(label, text, mark_of(source), source.verified)
    if value is None and (unknown := _unknown(folder, field)):
        return Told(label, _("Inconnu"), unknown, verified=False)
    return Told(label, text, "", verified=False)


def _unknown(folder: Folder, field: FormField) -> str:
    """Why there is no answer, when a partner was asked and found nobody: unknown is neither empty nor zero."""
    consent = folder.consents().get(field.name) if field.fetch else None
    if consent is None or consent.outcome is not Outcome.NOT_FOUND or consent.answered_at is None:
        return ""
    day = format_date(consent.answered_at)
    return _("Demandé le %(day)s : aucun dossier trouvé (%(who)s)", day=day, who=consent.provider)


def _to_repair(folder: Folder, wrong: dict[str, str]) -> list[tuple[str, str]]:
    """Each sentence with the page where it is repaired: that of a step, of an item of one, or of its files."""
    repairs = []
    for step in folder.document.steps:
        names = {*answer_names(step), *(field.name for field in step.fields)}
        for name, sentence in wrong.items():
            if name.partition(".")[0] in names:
                repairs.append((repair_page(step, name), sentence))
    return repairs
