"""Read one's answers again, then send them, once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import Step
from portal.casework.catalogue.fields import (
    check_all,
    field_concept,
    field_name_for_errors,
    field_options,
    visible_fields,
    visible_steps,
)
from portal.casework.consents.service import ConsentView, Outcome
from portal.casework.requests import service as requests
from portal.engine.journey_kit import wording
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.folder import Folder, hold, is_over, open_folder
from portal.engine.journey_kit.pieces import told_files
from portal.engine.journey_kit.start import to_choice, trail_of, without_draft
from portal.engine.prefill.service import Prefilled, held_answers, mark_of
from portal.ground.dictionary.service import display
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.logs import get_logger
from portal.ground.web import actor, page, redirect_to, unit
from portal.ground.web.access import resident_only
from portal.ground.web.formats import format_date
from portal.ground.web.pages import redirect_to_path
from portal.people.accounts.enums import ContactKind
from portal.people.accounts.service import declare_contact
from portal.records.timeline.events import VALUE_FETCHED
from portal.records.timeline.service import append

log = get_logger("journey_kit")
CONTACTS = {"contact.email": ContactKind.EMAIL, "contact.phone": ContactKind.PHONE}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it will be sent. ``mark``: where it comes from, empty when it was typed here."""

    label: str
    text: str
    mark: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step on the check page. ``done`` is False while it is left to answer."""

    step: Step
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
    return redirect_to("journey_kit.check", slug=slug)


@blueprint.post("/<slug>/envoyer")
@resident_only
def send(slug: str) -> Response:
    """Send. The key drawn with the page makes a second press, or a second visit, the same request."""
    folder = open_folder(slug)
    draft_id, key, version = _uuid("dossier"), _uuid("cle"), request.form.get("version", "")
    if draft_id is None or key is None or not (version.isascii() and version.isdigit()):
        return redirect_to("journey_kit.check", slug=slug)
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
    return redirect_to_path(f"/demandes/{sent.reference}/accuse", depot="oui")


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def _send(folder: Folder, draft_id: UUID, key: UUID, version: int) -> requests.SubmittedView:
    if folder.draft is not None and folder.draft.id == draft_id and folder.version == version:
        version = hold(folder, draft_id, version)
    fetched = _fetched(folder)
    sent = requests.submit(unit(), actor(), draft_id, idempotency_key=str(key), version=version)
    if not sent.is_replay:
        _tell_fetched(sent.request_id, fetched)
    if not sent.is_replay and request.form.get("garder") == "oui":
        _keep_contacts(folder)
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


def _keep_contacts(folder: Folder) -> None:
    """Remember how the person wants to be reached. The request is sent whatever becomes of this."""
    person_id = actor().subject
    for _step, one in folder.document.fields():
        kind, value = CONTACTS.get(one.concept), folder.answers.get(one.name)
        if kind is None or not value or person_id is None:
            continue
        try:
            declare_contact(unit(), actor(), person_id, kind=kind, value=str(value))
        except Invalid:
            log.info("contact_not_kept", kind=kind.value)


def _new_contacts(folder: Folder, known: dict[str, Prefilled]) -> bool:
    """Whether the person gave an address or a number that we would have to ask again."""
    for _step, one in folder.document.fields():
        value = folder.answers.get(one.name)
        if one.concept in CONTACTS and value:
            prefilled = known.get(one.name)
            if prefilled is None or prefilled.value != value:
                return True
    return False


def _show(folder: Folder, *, errors: Any = None, conflict: str = "", status: int = 200) -> Response:
    known = folder.known()
    told = _told(folder, known)
    wrong = dict(errors or {})
    if folder.next is None and not wrong:
        _values, wrong = check_all(folder.document, {**folder.answers, **held_answers(known)})
    repairs = _to_repair(folder, wrong)
    return page(
        "journey_kit/check.html",
        title=_("Vérifiez vos réponses, il reste à corriger") if repairs else _("Vérifiez vos réponses"),
        status=status,
        service=folder.procedure.title,
        folder=folder,
        told=told,
        repairs=repairs,
        conflict=conflict,
        ready=folder.next is None and not wrong and conflict != "procedure_closed",
        keep=_new_contacts(folder, known),
        key=str(uuid4()),
        words=wording,
        trail=trail_of(folder, _("Vérifier")),
    )


def _told(folder: Folder, known: dict[str, Prefilled]) -> list[ToldStep]:
    answers = {**folder.answers, **held_answers(known)}
    files = told_files(folder.document, answers)
    told = []
    for step in visible_steps(folder.document, answers):
        lines = []
        for one in visible_fields(folder.document, step, answers):
            value = answers.get(one.name)
            text = files.get(one.name) or display(field_concept(one), value, options=field_options(one))
            source = known.get(one.name)
            if source is not None and source.value == value:
                lines.append(Told(field_name_for_errors(one), text, mark_of(source), source.verified))
            elif value is None and (unknown := _unknown(folder, one)):
                lines.append(Told(field_name_for_errors(one), _("Inconnu"), unknown, verified=False))
            else:
                lines.append(Told(field_name_for_errors(one), text, "", verified=False))
        told.append(ToldStep(step, step.slug in folder.done, lines))
    return told


def _unknown(folder: Folder, field: FormField) -> str:
    """Why there is no answer, when a partner was asked and found nobody: unknown is neither empty nor zero."""
    consent = folder.consents().get(field.name) if field.fetch else None
    if consent is None or consent.outcome is not Outcome.NOT_FOUND or consent.answered_at is None:
        return ""
    day = format_date(consent.answered_at)
    return _("Demandé le %(day)s : aucun dossier trouvé (%(who)s)", day=day, who=consent.provider)


def _to_repair(folder: Folder, wrong: dict[str, str]) -> list[tuple[str, str]]:
    """Each sentence with the step where it is repaired."""
    return [(step.slug, wrong[one.name]) for step, one in folder.document.fields() if one.name in wrong]
