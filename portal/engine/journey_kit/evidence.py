"""A step that asks for supporting documents: its questions, adding a file, taking one back, reusing one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.fields import asks_files, field_name_for_errors
from portal.casework.documents import service as documents
from portal.casework.documents.service import Received, Refused, StorageFull
from portal.casework.documents.wording import REFUSALS
from portal.casework.requests import service as requests
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.flow import is_open
from portal.engine.journey_kit.folder import Folder, open_folder
from portal.engine.journey_kit.item_files import show_files
from portal.engine.journey_kit.question_page import Questions, show_again, step_of
from portal.engine.journey_kit.receiving import MAX_BODY, receive_file, say_trouble
from portal.engine.journey_kit.start import go_on, go_to
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.web import actor, settings, undo, unit
from portal.ground.web.access import resident_only
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.sent import version_sent
from portal.ground.web.uploads import takes_file

__all__ = ["MAX_BODY", "add_file", "choose_file"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that asks for files, and where: on a step, or on an item of one."""

    folder: Folder
    asking: Questions
    field: FormField

    @property
    def is_open(self) -> bool:
        """Whether files may be added: the step is reached, and the item is there."""
        folder, step = self.folder, self.asking.step
        there = not self.asking.number or bool(self.asking.row)
        return there and is_open(folder.document, folder.answers, folder.done, step.slug)

    @property
    def which(self) -> dict[str, Any]:
        """The item that the answer is about, and the version in which it had this number."""
        number = self.asking.number
        return {"item": number, "version": version_sent() if number else None}

    def elsewhere(self) -> Response:
        """Where a person goes who may not add a file here."""
        return go_to(self.folder, self.asking.step) if self.asking.number and self.folder.draft else go_on(self.folder)


@blueprint.post("/<slug>/<step_slug>/pieces")
@blueprint.post("/<slug>/<step_slug>/<int:number>/pieces")
@takes_file(MAX_BODY)
@resident_only
def add_file(slug: str, step_slug: str, number: int = 0) -> Response:
    """Examine a file, keep it, add it to the answer. Sent twice, it is there once."""
    address = (slug, step_slug, number)
    asked = _place(*address)
    if not asked.is_open:
        return asked.elsewhere()
    try:
        received = receive_file(asked.field, request.files.get("fichier"))
        return _keep(_place(*address), received)
    except Refused as refused:
        return _refuse(address, asked.field, str(REFUSALS[refused.code]), 422)
    except Invalid as refused:
        return _refuse(address, asked.field, refused.fields.get(asked.field.name, ""), 422)
    except (Busy, StorageFull, Conflict) as trouble:
        return _refuse(address, asked.field, say_trouble(trouble), trouble.status)


def _place(slug: str, step_slug: str, number: int) -> _Asked:
    """:raises NotFound: no such question, or the step is asked for each of several and this is none of them."""
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    name = request.form.get("question", "")
    field = next((one for one in step.fields if one.name == name and asks_files(one)), None)
    if field is None or (step.repeat is None) is not (number == 0):
        raise NotFound("question_unknown")
    return _Asked(folder, Questions(folder, step, number), field)


def _keep(asked: _Asked, received: Received) -> Response:
    folder, field = asked.folder, asked.field
    if not asked.is_open:  # taken away from another window while the file was examined
        return asked.elsewhere()
    draft = folder.draft or requests.start_draft(unit(), actor(), folder.procedure)
    kept = documents.keep(unit(), documents.store_of(settings()), actor(), received, concept=field.concept)
    requests.attach_document(unit(), actor(), draft.id, field=field.name, document_id=kept.id, **asked.which)
    folder.setting.saved()
    return _back_to(asked)


def _back_to(asked: _Asked) -> Response:
    page = f"{asked.asking.address}/pieces" if asked.asking.number else asked.asking.address
    return redirect_to_path(f"{page}#pieces-{asked.field.name}")


def _refuse(address: tuple[str, str, int], field: FormField, sentence: str, status: int) -> Response:
    undo()
    label = field_name_for_errors(field)
    full = sentence if sentence.startswith("«") else _("« %(label)s » : %(sentence)s", label=label, sentence=sentence)
    asking = _place(*address).asking
    if asking.number:
        response = show_files(asking, {field.name: full}, status)
    else:
        response = show_again(asking.folder, asking.step, {field.name: full}, status)
    if status in {429, 503}:
        response.headers["Retry-After"] = "60"
    return response


@blueprint.post("/<slug>/<step_slug>/pieces/choix")
@blueprint.post("/<slug>/<step_slug>/<int:number>/pieces/choix")
@resident_only
def choose_file(slug: str, step_slug: str, number: int = 0) -> Response:
    """Take a file back from the answer, or reuse one of the wallet."""
    address = (slug, step_slug, number)
    asked = _place(*address)
    folder, field = asked.folder, asked.field
    if folder.draft is None or not asked.is_open:
        return asked.elsewhere()
    taking_back = "retirer" in request.form
    if folder.setting.at_desk and not taking_back:  # what the person keeps besides this draft is not the agent's to see
        raise NotFound("document_unknown")
    act = requests.detach_document if taking_back else requests.attach_document
    try:
        document_id = UUID(request.form.get("retirer") or request.form.get("reprendre", ""))
        act(unit(), actor(), folder.draft.id, field=field.name, document_id=document_id, **asked.which)
        folder.setting.saved()
    except ValueError:
        return _refuse(address, field, _("Choisissez un document dans la liste."), 422)
    except Invalid as refused:
        return _refuse(address, field, refused.fields.get(field.name, ""), 422)
    except Conflict as conflict:
        return _refuse(address, field, say_trouble(conflict), conflict.status)
    return _back_to(asked)
