"""The opinions that other departments ask of ours: the list, one of them, the answer."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.documents import service as documents
from portal.casework.requests import service as requests
from portal.ground import web
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.context import SAFE_METHODS
from portal.ground.web.downloads import as_download
from portal.screens.backoffice.casefile import back_to_request, kept_form
from portal.screens.backoffice.queries import agent_names


def opinions() -> Response:
    """What our departments are asked, the oldest first."""
    return _list()


def _list(*, status: int = 200, **extra: Any) -> Response:
    context: dict[str, Any] = {"given": False, "gone": False, "typed": ""}
    return web.page(
        "backoffice/opinions.html",
        title=_("Avis demandés"),
        status=status,
        service=_("Agents"),
        lines=requests.list_opinions(web.unit(), web.actor()),
        **(context | extra),
    )


def opinion(opinion_id: UUID) -> Response:
    """The question and the request, for as long as it is open; the person sees who read it."""
    return _show(opinion_id, typed=kept_form().get("avis", ""))


def _show(opinion_id: UUID, *, status: int = 200, typed: str = "", error: str = "") -> Response:
    case = _read(opinion_id)
    return web.page(
        "backoffice/opinion.html",
        title=_("Avis demandé, %(reference)s", reference=case.reference),
        status=status,
        service=_("Agents"),
        case=case,
        asked_by=agent_names(web.unit(), {case.asked_by}).get(case.asked_by, ""),
        typed=typed,
        errors=[("avis", error)] if error else [],
    )


def _read(opinion_id: UUID) -> requests.OpinionCase:
    """The question and the request, its reading noted: on a page that only reads, by a unit of its own."""
    if request.method in SAFE_METHODS:
        with web.background_unit() as journal:
            return requests.read_opinion(web.unit(), web.actor(), opinion_id, journal=journal)
    return requests.read_opinion(web.unit(), web.actor(), opinion_id, journal=web.unit())


def give_opinion(opinion_id: UUID) -> Response:
    """Answer; the request is closed to our department from then on."""
    text = request.form.get("avis", "")
    try:
        requests.answer_opinion(web.unit(), web.actor(), opinion_id, text)
    except Invalid as refused:
        web.undo()
        return _show(opinion_id, status=422, typed=text, error=next(iter(refused.fields.values())))
    except Conflict:
        web.undo()
        return _list(status=409, gone=True, typed=text)
    return web.redirect_to("backoffice.opinions")


def opinion_document(opinion_id: UUID, document_id: UUID) -> Response:
    """A file that came with the request, while the opinion is open."""
    with web.background_unit() as journal:
        view = requests.read_opinion_document(web.unit(), web.actor(), opinion_id, document_id, journal=journal)
    if not view.is_clean:
        raise NotFound("document_not_ready")
    opened = documents.open_document(web.unit(), documents.store_of(web.settings()), view)
    return as_download(opened.content, opened.media_type, view.name, view.kind.value)


def stop_waiting(reference: str, opinion_id: UUID) -> Response:
    """Await an opinion no more: the other department cannot read the request any longer."""
    requests.close_opinion(web.unit(), web.actor(), reference, opinion_id)
    return back_to_request(reference, "t-avis")


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    one = "/avis/<uuid:opinion_id>"
    read, write = agent_only(Permission.REQUESTS_READ), agent_only(Permission.REQUESTS_MESSAGE)
    blueprint.get("/avis", endpoint="opinions")(read(opinions))
    blueprint.get(one, endpoint="opinion")(read(opinion))
    blueprint.post(one, endpoint="give_opinion")(write(give_opinion))
    blueprint.get(f"{one}/pieces/<uuid:document_id>", endpoint="opinion_document")(read(opinion_document))
    path = "/dossiers/<reference>/avis/<uuid:opinion_id>/clore"
    blueprint.post(path, endpoint="stop_waiting")(write(stop_waiting))
