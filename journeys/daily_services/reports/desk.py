"""The page where the department works on a report: beside the request itself, what everyone reads of it."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import uuid4

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.daily_services.reports import service, wording
from journeys.daily_services.reports.policy import STATES
from journeys.daily_services.reports.queries import desk_report
from journeys.daily_services.reports.views import BASE
from portal.casework.documents import service as documents
from portal.casework.documents.policy import takes_files
from portal.casework.documents.service import Refused, StorageFull
from portal.casework.documents.wording import REFUSALS
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act
from portal.ground import clock
from portal.ground.dictionary.service import FileKind, clean_block, clean_line
from portal.ground.errors import Busy, Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, redirect_to, settings, undo, unit
from portal.ground.web.access import agent_only
from portal.ground.web.context import SAFE_METHODS
from portal.ground.web.uploads import takes_file

blueprint = Blueprint("street_desk", __name__, url_prefix="/agents/signalements")
MAX_TYPED: Final = 5_000
MAX_BODY: Final = 20 * 1024 * 1024
PARTS: Final = ("year", "month", "day")
Errors = list[tuple[str, str]]


def _read(reference: str) -> requests.RequestView:
    """The request, its reading noted in the journal."""
    if request.method in SAFE_METHODS:
        with background_unit() as journal:
            return requests.get_request(unit(), actor(), reference, journal=journal)
    return requests.get_request(unit(), actor(), reference, journal=unit())


@blueprint.get("/<reference>")
@agent_only(Permission.REQUESTS_READ)
def show(reference: str) -> Response:
    """What was told, what everyone reads, and what may be done now."""
    return _show(reference, done=request.args.get("fait") == "oui")


def _show(reference: str, *, status: int = 200, **extra: Any) -> Response:
    view = _read(reference)
    found = desk_report(unit(), view.id)
    told = {line.concept: line.text for step in view.steps for line in step.lines}
    context: dict[str, Any] = {"errors": [], "done": False, "ended": False, "no_photo": False, "typed": {}}
    return page(
        "daily_services/reports/desk.html",
        title=_("Signalement %(reference)s", reference=view.reference),
        status=status,
        service=_("Agents"),
        view=view,
        report=found,
        state=STATES.get(view.status),
        told=told,
        place=found.place or told.get("street.location", ""),
        text=found.words if found.approved else told.get("report.description", ""),
        photo=next((one for one in view.documents if one.is_clean), None),
        day=_typed_day() or dict(zip(PARTS, clock.today().isoformat().split("-"), strict=True)),
        key=request.form.get("form_key") or str(uuid4()),
        words=wording,
        public=f"{BASE}/{found.id}",
        takes_photos=takes_files(settings()),
        Act=Act,
        **(context | extra),
    )


def _act(reference: str, work: Callable[[], None]) -> Response:
    """Do it, then show the page again; what is refused is said beside what was typed."""
    try:
        work()
    except Invalid as refused:
        undo()
        return _show(reference, status=422, errors=list(refused.fields.items()), typed=_typed())
    except Conflict as conflict:
        undo()
        if conflict.code == "photo_not_ready":
            return _show(reference, status=409, no_photo=True, typed=_typed())
        return _show(reference, status=409, ended=True, typed=_typed())
    return redirect_to("street_desk.show", reference=reference, fait="oui")


def _typed() -> dict[str, str]:
    return {name: value[:MAX_TYPED] for name, value in request.form.items() if name not in {"csrf_token", "form_key"}}


def _typed_day() -> dict[str, str]:
    """The three boxes, as typed; empty when this form was not sent."""
    found = {part: request.form.get(f"jour-{part}", "")[:4] for part in PARTS}
    return found if any(found.values()) else {}


def _block(name: str) -> str:
    return clean_block(request.form.get(name, "")[:MAX_TYPED])


def _key() -> str:
    return request.form.get("form_key") or str(uuid4())


@blueprint.post("/<reference>/prendre")
@agent_only(Permission.REQUESTS_ASSIGN)
def take_up(reference: str) -> Response:
    """« Pris en charge »."""
    return _act(reference, lambda: service.take_up(unit(), actor(), reference))


@blueprint.post("/<reference>/publier")
@agent_only(Permission.REQUESTS_DECIDE)
def publish(reference: str) -> Response:
    """What everyone reads."""
    place = clean_line(request.form.get("lieu", "")[:MAX_TYPED])
    photo = request.form.get("photo") == "oui"
    return _act(
        reference,
        lambda: service.approve(unit(), actor(), reference, place=place, words=_block("texte"), photo=photo),
    )


@blueprint.post("/<reference>/reparer")
@takes_file(MAX_BODY)
@agent_only(Permission.REQUESTS_DECIDE)
def repair(reference: str) -> Response:
    """« Réparé »."""
    typed = _typed_day()
    try:
        day: date | None = date(*(int(typed[part]) for part in PARTS))
    except (KeyError, ValueError, OverflowError):
        day = None
    try:
        photo = _photo()
    except (Refused, Busy, StorageFull) as trouble:
        told = REFUSALS[trouble.code] if isinstance(trouble, Refused) else _("Réessayez dans un moment, ou sans photo.")
        undo()
        return _show(reference, status=422, errors=[("photo-apres", str(told))], typed=_typed())
    return _act(
        reference,
        lambda: service.mark_repaired(
            unit(), actor(), reference, day=day, note=_block("note"), idempotency_key=_key(), photo=photo
        ),
    )


def _photo() -> service.Photo | None:
    """The photo of the repair, examined while no unit is open."""
    sent = request.files.get("fichier")
    if sent is None or not sent.filename or not takes_files(settings()):
        return None
    undo()
    received = documents.receive(
        sent.stream,
        name=sent.filename,
        declared=sent.mimetype,
        accepts=(FileKind.JPEG, FileKind.PNG),
        scanner=documents.scanner_of(settings()),
    )
    return service.Photo(received, documents.store_of(settings()))


@blueprint.post("/<reference>/clore")
@agent_only(Permission.REQUESTS_DECIDE)
def close(reference: str) -> Response:
    """« Clos sans réparation »."""
    reason = request.form.get("raison", "")
    return _act(
        reference,
        lambda: service.close_without_repair(
            unit(), actor(), reference, reason=reason, note=_block("phrase"), idempotency_key=_key()
        ),
    )
