"""A step that asks for supporting documents: its questions, adding a file, taking one back, reusing one."""

from datetime import timedelta
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import Step
from portal.casework.catalogue.fields import asks_files, field_accepts, field_name_for_errors
from portal.casework.documents import service as documents
from portal.casework.documents.enums import Refusal
from portal.casework.documents.policy import takes_files
from portal.casework.documents.service import Received, Refused, StorageFull
from portal.casework.documents.wording import REFUSALS
from portal.casework.requests import service as requests
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.flow import is_open
from portal.engine.journey_kit.folder import Folder, open_folder
from portal.engine.journey_kit.question_page import show_again, step_of
from portal.engine.journey_kit.setting import setting
from portal.engine.journey_kit.start import go_on
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.web import actor, background_unit, settings, take, undo, unit
from portal.ground.web.access import resident_only
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.uploads import takes_file

# Twice what is kept of a file, so that one that is too large is told so on its own page.
MAX_BODY = 20 * 1024 * 1024
PER_HOUR = 60


@blueprint.post("/<slug>/<step_slug>/pieces")
@takes_file(MAX_BODY)
@resident_only
def add_file(slug: str, step_slug: str) -> Response:
    """Examine a file, keep it, add it to the answer. Sent twice, it is there once."""
    folder, step, field = _place(slug, step_slug)
    if not is_open(folder.document, folder.answers, folder.done, step.slug):
        return go_on(folder)
    try:
        received = _receive(field, request.files.get("fichier"))
        return _keep(slug, step_slug, received)
    except Refused as refused:
        return _refuse(slug, step_slug, field, str(REFUSALS[refused.code]), 422)
    except Invalid as refused:
        return _refuse(slug, step_slug, field, refused.fields.get(field.name, ""), 422)
    except (Busy, StorageFull, Conflict) as trouble:
        return _refuse(slug, step_slug, field, _say(trouble), trouble.status)


def _place(slug: str, step_slug: str) -> tuple[Folder, Step, FormField]:
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    name = request.form.get("question", "")
    field = next((one for one in step.fields if one.name == name and asks_files(one)), None)
    if field is None:
        raise NotFound("question_unknown")
    return folder, step, field


def _receive(field: FormField, sent: FileStorage | None) -> Received:
    """Examined and scanned while no unit is open: a slow scanner must not keep others from writing."""
    undo()
    if not takes_files(settings()):
        raise Conflict("files_not_taken")
    with background_unit() as session:
        take(session, "upload", str(actor().id), limit=PER_HOUR, per=timedelta(hours=1))
    if sent is None or not sent.filename:
        raise Refused(Refusal.EMPTY)
    return documents.receive(
        sent.stream,
        name=sent.filename,
        declared=sent.mimetype,
        accepts=field_accepts(field),
        scanner=documents.scanner_of(settings()),
    )


def _keep(slug: str, step_slug: str, received: Received) -> Response:
    folder, _step, field = _place(slug, step_slug)
    draft = folder.draft or requests.start_draft(unit(), actor(), folder.procedure)
    kept = documents.keep(unit(), documents.store_of(settings()), actor(), received, concept=field.concept)
    requests.attach_document(unit(), actor(), draft.id, field=field.name, document_id=kept.id)
    folder.setting.saved()
    return _back_to(slug, step_slug, field)


def _back_to(slug: str, step_slug: str, field: FormField) -> Response:
    return redirect_to_path(f"{setting().base}/{slug}/{step_slug}#pieces-{field.name}")


def _say(trouble: Busy | StorageFull | Conflict) -> str:
    if trouble.code == "files_not_taken":
        return _(
            "Ce portail ne prend pas encore de fichiers. Donnez ce document au service, au guichet ou par courrier."
        )
    if trouble.code == "wallet_full":
        return _("Vous gardez déjà cent documents. Supprimez ceux qui ne servent plus dans « Mes documents ».")
    if trouble.code == "rate_upload":
        return _("Vous avez envoyé beaucoup de fichiers. Attendez quelques minutes, puis ajoutez celui-ci.")
    return _(
        "Nous ne pouvons pas prendre ce fichier pour l’instant. Vos réponses sont gardées : réessayez dans un moment."
    )


def _refuse(slug: str, step_slug: str, field: FormField, sentence: str, status: int) -> Response:
    undo()
    label = field_name_for_errors(field)
    full = sentence if sentence.startswith("«") else _("« %(label)s » : %(sentence)s", label=label, sentence=sentence)
    folder = open_folder(slug)
    response = show_again(folder, step_of(folder, step_slug), {field.name: full}, status)
    if status in {429, 503}:
        response.headers["Retry-After"] = "60"
    return response


@blueprint.post("/<slug>/<step_slug>/pieces/choix")
@resident_only
def choose_file(slug: str, step_slug: str) -> Response:
    """Take a file back from the answer, or reuse one of the wallet."""
    folder, step, field = _place(slug, step_slug)
    if folder.draft is None or not is_open(folder.document, folder.answers, folder.done, step.slug):
        return go_on(folder)
    taking_back = "retirer" in request.form
    if folder.setting.at_desk and not taking_back:  # what the person keeps besides this draft is not the agent's to see
        raise NotFound("document_unknown")
    act = requests.detach_document if taking_back else requests.attach_document
    try:
        document_id = UUID(request.form.get("retirer") or request.form.get("reprendre", ""))
        act(unit(), actor(), folder.draft.id, field=field.name, document_id=document_id)
        folder.setting.saved()
    except ValueError:
        return _refuse(slug, step_slug, field, _("Choisissez un document dans la liste."), 422)
    except Invalid as refused:
        return _refuse(slug, step_slug, field, refused.fields.get(field.name, ""), 422)
    return _back_to(slug, step_slug, field)
