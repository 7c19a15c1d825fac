"""The answers that the person is asked to correct, files among them: the same pages with an account or with a code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import LocalText
from portal.casework.catalogue.fields import asks_files, field_hint, field_max_files, file_ids
from portal.casework.catalogue.places import Place, answer_at
from portal.casework.documents import service as documents
from portal.casework.documents.policy import UNUSED_KEPT, takes_files
from portal.casework.documents.service import DocumentView, Refused, StorageFull
from portal.casework.documents.wording import REFUSALS
from portal.casework.requests import service as requests
from portal.casework.requests.service import CorrectionsView
from portal.engine.journey_kit.forms import StepForm
from portal.engine.journey_kit.pieces import say_extensions, say_limits
from portal.engine.journey_kit.receiving import MAX_BODY, receive_file, say_trouble
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.web import background_unit, page, reading_language, settings, undo, unit
from portal.ground.web.access import public, resident_only
from portal.ground.web.sent import key_sent
from portal.ground.web.uploads import takes_file
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.door import Door, code_door, own_door, to_code

SENT, HELD, SEEN = "fichier_", "garde_", "vues"
# What somebody without an account adds and does not send: nobody would find it again.
UNSENT_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CorrectedFiles:
    """A question about files as the page shows it. ``held``: the files it has, each with a box to keep it."""

    name: str
    label: str
    hint: str
    accept: str
    held: list[DocumentView]
    kept: list[str]
    required: bool
    replaces: bool
    error: str | None


@blueprint.get("/demandes/<reference>/corriger")
@resident_only
def corrections_form(reference: str) -> Response:
    """The questions to answer again, and only these, with what was answered."""
    return _open(own_door(reference))


@blueprint.post("/demandes/<reference>/corriger")
@takes_file(MAX_BODY)
@resident_only
def correct(reference: str) -> Response:
    """Take the answers; what was already answered in another window leads back to the request."""
    return _take(own_door(reference))


@blueprint.get("/suivre/<reference>/corriger")
@public
def follow_corrections(reference: str) -> Response:
    """The same, for whoever has shown the code."""
    door = code_door(reference)
    return to_code(reference) if door is None else _open(door)


@blueprint.post("/suivre/<reference>/corriger")
@takes_file(MAX_BODY, from_anyone=True)
@public
def correct_followed(reference: str) -> Response:
    """The same, for whoever has shown the code; files are counted for each request."""
    door = code_door(reference)
    return to_code(reference) if door is None else _take(door)


def _open(door: Door) -> Response:
    try:
        asked = requests.get_corrections(unit(), door.reader, door.reference)
    except (Conflict, NotFound) as error:
        return _elsewhere(door, error)
    kept = door.stashed()
    return _show(door, asked, typed=MultiDict(kept) if kept else None, kept=bool(kept))


def _elsewhere(door: Door, error: Conflict | NotFound) -> Response:
    """Back to the request; whoever came by a code that ended meanwhile finds out there."""
    if isinstance(error, NotFound) and door.has_account:
        raise error
    return door.back()


def _control(place: Place) -> str:
    """The name of a question on the page: a form names its controls as Python does."""
    return place.path.replace(".", "__")


def _questions(places: Sequence[Place]) -> list[FormField]:
    """The questions to be typed, each named after its place and saying which item it is about."""
    return [
        place.field.model_copy(update={"name": _control(place), "label": LocalText({"fr": place.label})})
        if place.number
        else place.field
        for place in places
        if not asks_files(place.field)
    ]


def _typed(places: Sequence[Place]) -> dict[str, Any]:
    """Path → what was typed, unchecked; of files, those kept. What the page did not show stays as it is."""
    seen = set(request.form.get(SEEN, "").split())
    paths = {_control(place): place.path for place in places}
    raw = StepForm(_questions(places), shown={}, known={}, typed=request.form).answers()
    said = {paths[name]: value for name, value in raw.items()}
    said |= {one.path: " ".join(map(str, _kept(one))) for one in places if asks_files(one.field)}
    return {path: value for path, value in said.items() if path in seen}


def _kept(place: Place) -> list[UUID]:
    """The files that are to stay: those whose box is ticked."""
    found = []
    for text in request.form.getlist(HELD + _control(place)):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _take(door: Door) -> Response:
    """Files first, each kept as soon as it is received; then all the answers, checked together."""
    key = key_sent()
    try:
        asked = requests.get_corrections(unit(), door.reader, door.reference)
        added, wrong = _receive(door, asked.places)
        said = _with_added(asked.places, added)
        asked = requests.get_corrections(unit(), door.reader, door.reference, said=said)
        places = (*asked.places, *asked.opened)
        more, also_wrong = _receive(door, asked.opened)
        added, wrong = {**added, **more}, {**wrong, **also_wrong}
        said = _with_added(places, added)
        if not wrong:
            requests.answer_corrections(unit(), door.reader, door.reference, said, idempotency_key=key)
    except Invalid as refused:
        undo()
        wrong = dict(refused.fields)
    except (Conflict, NotFound) as error:
        undo()
        return _elsewhere(door, error)
    if not wrong:
        return door.back(corrige="oui")
    return _show_refused(door, said, wrong)


def _show_refused(door: Door, said: Mapping[str, Any], wrong: Mapping[str, str]) -> Response:
    """Errors on what was on the page; a question that an answer has just opened is asked, not blamed."""
    asked = requests.get_corrections(unit(), door.reader, door.reference, said=said)
    seen = set(request.form.get(SEEN, "").split())
    fresh = {place.path for place in asked.opened if place.path not in seen}
    blamed = {path: sentence for path, sentence in wrong.items() if path not in fresh}
    status = 422 if blamed else 200
    return _show(door, asked, typed=request.form, said=said, errors=blamed, status=status)


def _with_added(places: Sequence[Place], added: Mapping[str, UUID]) -> dict[str, Any]:
    """What was typed, with the files just received: one that is asked alone takes the place of the former."""
    said = _typed(places)
    for place in places:
        new = added.get(place.path)
        if new is not None:
            kept = [] if field_max_files(place.field) == 1 else file_ids(said.get(place.path))
            said[place.path] = " ".join(map(str, [*(one for one in kept if one != new), new]))
    return said


def _receive(door: Door, places: Sequence[Place]) -> tuple[dict[str, UUID], dict[str, str]]:
    """The files that came with the form: path → document, and path → sentence for those that are not taken."""
    added: dict[str, UUID] = {}
    wrong: dict[str, str] = {}
    for place in places:
        sent = request.files.get(SENT + _control(place))
        if not asks_files(place.field) or sent is None or not sent.filename:
            continue
        try:
            received = receive_file(place.field, sent, door.reader)
            kept_for = UNUSED_KEPT if door.has_account else UNSENT_KEPT
            with background_unit() as session:
                store, concept = documents.store_of(settings()), place.field.concept
                kept = documents.keep(session, store, door.reader, received, concept=concept, unused_for=kept_for)
            added[place.path] = kept.id
        except Refused as refused:
            wrong[place.path] = str(REFUSALS[refused.code])
        except (Busy, StorageFull, Conflict) as trouble:
            wrong[place.path] = say_trouble(trouble)
    return added, wrong


def _show(
    door: Door,
    asked: CorrectionsView,
    *,
    typed: Any = None,
    said: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    kept: bool = False,
    status: int = 200,
) -> Response:
    places = (*asked.places, *asked.opened)
    wrong = dict(errors or {})
    shown = {_control(one): value for one in places if (value := answer_at(one, asked.answers)) is not None}
    made = StepForm(_questions(places), shown=shown, known={}, typed=typed)
    made.refuse({_control(one): wrong[one.path] for one in places if one.path in wrong and not asks_files(one.field)})
    pieces = _pieces(asked, said, wrong)
    view = requests.get_request(unit(), door.reader, asked.reference)
    question = next((one for one in reversed(view.messages) if one.kind.value == "information_request"), None)
    paths = {one.path for one in places}
    return page(
        "myspace/corrections.html",
        title=_("Corriger vos réponses, demande %(reference)s", reference=asked.reference),
        status=status,
        service=_("Mon espace") if door.has_account else None,
        asked=asked,
        base=door.base,
        form=made.form,
        seen=" ".join(one.path for one in places),
        opened=f"q-{_control(asked.opened[0])}" if asked.opened and not wrong else "",
        pieces=pieces,
        takes_files=takes_files(settings()),
        errors=made.form.summary + [(f"q-{one.name}", one.error) for one in pieces if one.error],
        elsewhere=[text for path, text in wrong.items() if path not in paths],
        question=question,
        kept=kept,
        key=key_sent(),
        trail=door.trail(asked.procedure_title, _("Corriger vos réponses")),
    )


def _pieces(asked: CorrectionsView, said: Mapping[str, Any] | None, wrong: Mapping[str, str]) -> list[CorrectedFiles]:
    """The questions about files. ``said``: what was just sent, path by path; None before anything was."""
    places = [one for one in (*asked.places, *asked.opened) if asks_files(one.field)]
    before = {one.path: file_ids(answer_at(one, asked.answers)) for one in places}
    now = {one.path: file_ids((said or {}).get(one.path)) if said is not None else before[one.path] for one in places}
    ids = {one for found in (*before.values(), *now.values()) for one in found}
    known = documents.documents_by_id(unit(), asked.person_id, ids) if ids else {}
    return [_piece(one, before[one.path], now[one.path], known, wrong.get(one.path)) for one in places]


def _piece(
    place: Place, before: list[UUID], now: list[UUID], known: Mapping[UUID, DocumentView], error: str | None
) -> CorrectedFiles:
    label = place.label
    told = f"« {label} » : {error}" if error and not error.startswith("«") else error
    return CorrectedFiles(
        name=_control(place),
        label=label,
        hint=" ".join(filter(None, (field_hint(place.field, reading_language()), say_limits(place.field)))),
        accept=say_extensions(place.field),
        held=[known[one] for one in dict.fromkeys([*before, *now]) if one in known],
        kept=[str(one) for one in now],
        required=place.field.required and not now,
        replaces=field_max_files(place.field) == 1,
        error=told,
    )
