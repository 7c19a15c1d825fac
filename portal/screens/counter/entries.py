"""« Saisie d’un courrier » : what came on paper, by phone or at the counter, from a person without an account."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.assistance.enums import AnswerBy
from portal.casework.assistance.service import EntryFacts
from portal.casework.catalogue.service import ProcedureView, get_published, list_published
from portal.casework.contacts import service as contacts
from portal.casework.contacts.enums import AnswerWay, Medium
from portal.casework.documents import service as documents
from portal.casework.documents.policy import takes_files
from portal.casework.documents.service import Received, Refused, StorageFull
from portal.casework.documents.wording import REFUSALS
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Channel
from portal.casework.requests.policy import DRAFT_KEPT
from portal.engine.journey_kit.setting import setting
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, redirect_to, settings, undo, unit
from portal.ground.web.access import agent_only
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.sent import read_id
from portal.ground.web.uploads import takes_file
from portal.screens.counter import wording
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.lending import ENTRIES, acting, enter, go_on
from portal.screens.counter.scans import MAX_BODY, SCAN_CONCEPT, SCAN_EXTENSIONS, receive_scan

NAMES = ("canal", "nom", "reponse", "contact", "echange")
FROM_MEDIUM = {
    Medium.CALL: Channel.PHONE,
    Medium.VISIT: Channel.COUNTER,
    Medium.LETTER: Channel.MAIL,
    Medium.EMAIL: Channel.MAIL,
}
FROM_WAY = {
    AnswerWay.LETTER: AnswerBy.MAIL,
    AnswerWay.EMAIL: AnswerBy.EMAIL,
    AnswerWay.PHONE: AnswerBy.PHONE,
    AnswerWay.SMS: AnswerBy.PHONE,
}
may_enter = agent_only(Permission.REQUESTS_ENTER)


@blueprint.get("/saisie")
@may_enter
def entry_procedures() -> Response:
    """Which procedure the paper is for."""
    query = request.args.get("q", "").strip()[:100]
    found = list_published(unit(), query or None)
    titles = {one.id: one.title for one in found}
    begun = [] if query else assistance.list_entries(unit(), actor())
    return page(
        "counter/entry_procedures.html",
        title=_("Saisie d’un courrier"),
        service=_("Agents"),
        query=query,
        contact=str(read_id(request.args.get("echange", "")) or ""),
        procedures=found,
        begun=[(one, titles.get(one.procedure_id, ""), wording.say_entry(one.facts)) for one in begun],
        closed=request.args.get("ferme") == "oui",
        erased=request.args.get("efface") == "oui",
    )


@blueprint.get("/saisie/<slug>")
@may_enter
def entry_form(slug: str) -> Response:
    """What is known of the paper before its answers."""
    return _ask(get_published(unit(), slug), _known(request.args.get("echange", "")))


def _known(contact_id: str) -> dict[str, Any]:
    """What a contact of the department already says of the paper."""
    found = read_id(contact_id)
    if found is None:
        return {}
    with background_unit() as journal:
        facts = contacts.get_contact(journal, actor(), found, journal=journal).facts
    day = facts.occurred_on
    return {
        "echange": contact_id,
        "canal": FROM_MEDIUM[facts.medium].value,
        "recu": {"day": day.day, "month": day.month, "year": day.year},
        "nom": facts.name,
        "reponse": FROM_WAY[facts.answer_by].value if facts.answer_by in FROM_WAY else "",
        "contact": facts.where,
    }


def _ask(
    procedure: ProcedureView,
    typed: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    similar: list[requests.SimilarRequest] | None = None,
) -> Response:
    errors = errors or {}
    return page(
        "counter/entry_form.html",
        title=_("Saisir « %(title)s »", title=procedure.title),
        status=422 if errors else 200,
        service=_("Agents"),
        procedure=procedure,
        typed=typed,
        errors=list(errors.items()),
        sentences=errors,
        similar=similar or [],
        came=wording.CAME_BY,
        channels=[(one.value, str(text)) for one, text in wording.CHANNELS.items()],
        answers=[(one.value, str(text)) for one, text in wording.ANSWERS.items()],
        trail=[(_("Saisie d’un courrier"), ENTRIES), (procedure.title, None)],
    )


@blueprint.post("/saisie/<slug>")
@may_enter
def open_entry(slug: str) -> Response:
    """Open the form, unless a request of the same name came lately: the agent looks first, then goes on."""
    procedure = get_published(unit(), slug)
    typed: dict[str, Any] = {name: request.form.get(name, "") for name in NAMES}
    typed["recu"] = {part: request.form.get(f"recu-{part}", "") for part in ("day", "month", "year")}
    try:
        facts = assistance.check_entry(typed)
    except Invalid as refused:
        return _ask(procedure, typed, errors=refused.fields)
    similar = requests.find_similar(unit(), actor(), procedure.id, facts.applicant)
    if similar and request.form.get("quand-meme") != "oui":
        return _ask(procedure, typed, similar=similar)
    return _start(procedure, facts)


def _start(procedure: ProcedureView, facts: EntryFacts) -> Response:
    found = read_id(request.form.get("echange", ""))
    if found is not None:
        contacts.mark_entered(unit(), actor(), found)
    opened = assistance.start_entry(unit(), actor(), procedure, facts)
    return redirect_to("counter.original", assistance_id=opened.id)


@blueprint.get("/saisie/<uuid:assistance_id>/suite")
@may_enter
def entering(assistance_id: UUID) -> Response:
    """Where a paper form opens: its next step."""
    return enter(assistance_id, ENTRIES) or go_on(assistance_id, ENTRIES)


@blueprint.post("/saisie/<uuid:assistance_id>/reprendre")
@may_enter
def reopen_entry(assistance_id: UUID) -> Response:
    """Take up again a paper that was begun."""
    opened = assistance.reopen_entry(unit(), actor(), assistance_id)
    return redirect_to("counter.entering", assistance_id=opened.id)


@blueprint.post("/saisie/<uuid:assistance_id>/effacer")
@may_enter
def erase_entry(assistance_id: UUID) -> Response:
    """Erase a paper that was begun."""
    assistance.erase_entry(unit(), actor(), assistance_id)
    return redirect_to("counter.entry_procedures", efface="oui")


@blueprint.post("/saisie/<uuid:assistance_id>/fermer")
@may_enter
def close_entry(assistance_id: UUID) -> Response:
    """The agent stops here: the paper can be taken up again from the list."""
    assistance.close(unit(), actor(), assistance_id)
    return redirect_to("counter.entry_procedures", ferme="oui")


def original() -> Response:
    """The scans of the paper: those that are there, and a place to add one."""
    missing = request.args.get("manque") == "oui"
    return _show_scans(_("Joignez le courrier numérisé avant d’enregistrer la demande.") if missing else "")


def _base() -> str:
    return f"{ENTRIES}/{actor().mandate_id}"


def _show_scans(sentence: str = "", status: int = 200) -> Response:
    who = actor()
    opened = assistance.find_assistance(unit(), who, who.mandate_id) if who.mandate_id else None
    entry = assistance.find_entry(unit(), opened) if opened else None
    if entry is None or who.subject is None:
        raise NotFound("entry_unknown")
    found = documents.documents_by_id(unit(), who.subject, entry.scans)
    return page(
        "counter/original.html",
        title=_("Le papier d’origine"),
        status=status,
        service=_("Agents"),
        setting=setting(),
        base=_base(),
        kept=[found[one] for one in entry.scans if one in found],
        needed=entry.facts.channel is Channel.MAIL,
        errors=[("fichier", sentence)] if sentence else [],
        accept=SCAN_EXTENSIONS,
        open=takes_files(settings()),
        trail=[*setting().trail, (_("Le papier d’origine"), None)],
    )


def add_original() -> Response:
    """Examine a scan, keep it, join it. What cannot be read is refused in the words of any document."""
    try:
        _keep(receive_scan(request.files.get("fichier")))
    except Refused as refused:
        return _refuse(str(REFUSALS[refused.code]), 422)
    except Invalid as refused:
        return _refuse(refused.fields["fichier"], 422)
    except (Busy, StorageFull, Conflict) as trouble:
        sentence = _("Nous ne pouvons pas prendre ce fichier pour l’instant. Réessayez dans un moment.")
        return _refuse(sentence, trouble.status)
    return redirect_to_path(f"{_base()}/original")


def _keep(received: Received) -> None:
    kept = documents.keep(
        unit(), documents.store_of(settings()), actor(), received, concept=SCAN_CONCEPT, unused_for=DRAFT_KEPT
    )
    assistance.add_scan(unit(), actor(), kept.id)


def _refuse(sentence: str, status: int) -> Response:
    undo()
    response = _show_scans(sentence, status)
    if status in {429, 503}:
        response.headers["Retry-After"] = "60"
    return response


def drop_original() -> Response:
    """Take a scan back."""
    try:
        assistance.drop_scan(unit(), actor(), UUID(request.form.get("retirer", "")))
    except ValueError:
        raise NotFound("document_unknown") from None
    return redirect_to_path(f"{_base()}/original")


_place = "/saisie/<uuid:assistance_id>/original"
blueprint.get(_place, endpoint="original")(may_enter(acting(ENTRIES, original)))
blueprint.post(_place, endpoint="add_original")(takes_file(MAX_BODY)(may_enter(acting(ENTRIES, add_original))))
blueprint.post(f"{_place}/retirer", endpoint="drop_original")(may_enter(acting(ENTRIES, drop_original)))
