"""What everyone sees: the list, one report, « moi aussi ». Reading a list is one statement."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.daily_services.reports import service, wording
from journeys.daily_services.reports.enums import ReportState
from journeys.daily_services.reports.plan import draw_plan
from journeys.daily_services.reports.policy import is_open
from journeys.daily_services.reports.queries import Cursor, list_reports, read_report
from portal.casework.documents import service as documents
from portal.ground.dictionary.service import ValueRefused, clean_line, get_concept, validate
from portal.ground.errors import Busy, Conflict
from portal.ground.web import actor, background_unit, page, redirect_to, settings, take, undo, unit
from portal.ground.web.access import public
from portal.ground.web.downloads import as_download
from portal.ground.web.limits import client_network
from portal.ground.web.sent import key_sent

BASE: Final = "/quotidien/signalements"
VOICES_PER_HOUR: Final = 20
MAX_EMAIL: Final = 254
Trail = list[tuple[str, str | None]]


def trail(here: str | None = None) -> Trail:
    """Home, the journey, the reports, and the page inside them."""
    start: Trail = [(_("Accueil"), "/"), (_("Au quotidien"), "/quotidien")]
    if here is None:
        return [*start, (_("Signalements"), None)]
    return [*start, (_("Signalements"), BASE), (here, None)]


@public
def listed() -> Response:
    """Every report, the newest first, by kind and by state; the plan says the same as the list."""
    kind = request.args.get("genre", "")
    kind = kind if kind in dict(wording.kinds()) else ""
    state = next((one for one in ReportState if one.value == request.args.get("etat")), None)
    after = Cursor.read(request.args.get("apres", ""))
    found = list_reports(unit(), kind=kind, state=state, after=after)
    return page(
        "daily_services/reports/list.html",
        title=_("Signalements dans la rue"),
        found=found,
        plan=draw_plan(found.lines),
        kind=kind,
        state=state,
        words=wording,
        states=list(ReportState),
        address=_address,
        first=_address(kind, state) if after else None,
        next=_address(kind, state, found.next) if found.next else None,
        trail=trail(),
    )


def _address(kind: str = "", state: ReportState | None = None, after: Cursor | None = None) -> str:
    """The address of a list."""
    asked = {"genre": kind, "etat": state.value if state else "", "apres": str(after) if after else ""}
    kept = {name: value for name, value in asked.items() if value}
    return f"{BASE}?{urlencode(kept)}" if kept else BASE


@public
def one(report_id: UUID) -> Response:
    """One report, without anything about a person."""
    return _show(report_id, done=request.args.get("fait", ""))


def _show(report_id: UUID, *, status: int = 200, **extra: Any) -> Response:
    found = read_report(unit(), report_id)
    kind = wording.say_kind(found.line.kind)
    opened = is_open(found.line.state)
    context: dict[str, Any] = {"errors": [], "email": "", "done": "", "ended": False, "key": str(uuid4())} | extra
    if not opened and context["errors"]:  # the form that they speak of is no longer there
        context |= {"errors": [], "ended": True}
    return page(
        "daily_services/reports/one.html",
        title=f"{kind}, {found.line.place}" if found.line.place else kind,
        status=status,
        report=found,
        line=found.line,
        kind=kind,
        opened=opened,
        words=wording,
        base=f"{BASE}/{report_id}",
        trail=trail(kind),
        **context,
    )


@public
def photo(report_id: UUID) -> Response:
    """The photo that an agent approved, made small."""
    content = service.open_photo(unit(), documents.store_of(settings()), report_id)
    return as_download(content, "image/jpeg", "signalement.jpg", "jpeg")


@public
def repair_photo(report_id: UUID) -> Response:
    """The photo that the team took once it was repaired."""
    content = service.open_photo(unit(), documents.store_of(settings()), report_id, repaired=True)
    return as_download(content, "image/jpeg", "reparation.jpg", "jpeg")


@public
def me_too(report_id: UUID) -> Response:
    """Say « moi aussi », with an address to be told or without."""
    typed = clean_line(request.form.get("courriel", ""))[: MAX_EMAIL + 1]
    key = key_sent()
    try:
        _count()
        email = str(validate(get_concept("contact.email"), typed, label=_("Votre courriel")) or "")
        added = service.add_voice(unit(), actor(), report_id, email=email, form_key=key)
    except ValueRefused as refused:
        undo()
        return _show(report_id, status=422, errors=[("courriel", refused.message)], email=typed, key=key)
    except Busy as busy:
        undo()
        sentence = _("Beaucoup de messages viennent de votre connexion. Attendez un moment, puis réessayez.")
        response = _show(report_id, status=busy.status, errors=[("courriel", sentence)], email=typed, key=key)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response
    except Conflict:
        undo()
        return _show(report_id, status=409, ended=True)
    return redirect_to("daily_services.report", report_id=report_id, fait="ajoute" if added else "deja")


def _count() -> None:
    with background_unit() as session:
        network = client_network(request.remote_addr)
        take(session, "street_voice", network, limit=VOICES_PER_HOUR, per=timedelta(hours=1))


def register(blueprint: Blueprint) -> None:
    """Add the views to the journey's blueprint."""
    blueprint.get("/signalements", endpoint="reports")(listed)
    blueprint.get("/signalements/<uuid:report_id>", endpoint="report")(one)
    blueprint.get("/signalements/<uuid:report_id>/photo", endpoint="report_photo")(photo)
    blueprint.get("/signalements/<uuid:report_id>/photo-apres", endpoint="repair_photo")(repair_photo)
    blueprint.post("/signalements/<uuid:report_id>/moi-aussi", endpoint="me_too")(me_too)
