"""One organisation: what it receives, why, on what basis, for how long; the person's consent; where it stands."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.moving_house import wording
from journeys.moving_house.blueprint import BASE, blueprint, read, trail_of
from journeys.moving_house.journey import declaration
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.service import get_version
from portal.casework.life_events import service as life_events
from portal.casework.life_events.enums import EventStatus, Stage
from portal.casework.life_events.shapes import EventView, LineView
from portal.casework.requests import service as requests
from portal.engine.journey_kit.wording import say_retention
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.access import resident_only
from portal.ground.web.sent import key_sent, version_sent

YES, NO = "oui", "non"
ASKABLE = frozenset({Stage.TO_CONFIRM, Stage.DECLINED, Stage.REFUSED, Stage.WITHDRAWN})


@blueprint.get("/<uuid:event_id>/<key>")
@resident_only
def organisation(event_id: UUID, key: str) -> Response:
    """What this organisation would receive, or received, and where it stands."""
    view = read(event_id)
    return _show(view, _line(view, key))


@blueprint.post("/<uuid:event_id>/<key>")
@resident_only
def decide(event_id: UUID, key: str) -> Response:
    """The person agrees, or does it by themselves. The key of the form makes a second press the same request."""
    choice = request.form.get("accord", "")
    if choice not in {YES, NO}:
        view = read(event_id)
        sentence = _("Choisissez : nous le transmettons, ou vous vous en chargez.")
        return _show(view, _line(view, key), errors=[("accord", sentence)], status=422)
    try:
        if choice == NO:
            life_events.decline(unit(), actor(), declaration(), event_id, key)
        else:
            life_events.consent_and_send(
                unit(), actor(), declaration(), event_id, key, version=version_sent(), idempotency_key=key_sent()
            )
    except Invalid as refused:
        undo()
        view = read(event_id)
        errors = [("accord", sentence) for sentence in refused.fields.values()]
        return _show(view, _line(view, key), errors=errors, status=422, incomplete=True)
    except Conflict as conflict:
        undo()
        view = read(event_id)
        return _show(view, _line(view, key), conflict=conflict.code, status=409)
    return redirect_to("moving_house.one_move", event_id=event_id, _anchor="liste")


def _line(view: EventView, key: str) -> LineView:
    found = view.line(key)
    if found is None:
        raise NotFound("organisation_unknown")
    return found


def _show(
    view: EventView,
    line: LineView,
    *,
    errors: list[tuple[str, str]] | None = None,
    conflict: str = "",
    status: int = 200,
    incomplete: bool = False,
) -> Response:
    asks = view.status is EventStatus.OPEN and line.stage in ASKABLE and line.applies and not line.blocked
    return page(
        "moving_house/organisation.html",
        title=line.title,
        status=status,
        service=_("Mon espace"),
        errors=errors or [],
        conflict=conflict,
        incomplete=incomplete,
        view=view,
        line=line,
        consent=declaration().consent,
        asks=asks,
        key=str(uuid4()),
        words=wording,
        back=f"{BASE}/{view.id}",
        trail=trail_of(view, line.title),
        **_content(view, line, asks=asks),
    )


def _content(view: EventView, line: LineView, *, asks: bool) -> dict[str, Any]:
    """What was sent, as the request has it; what would be, when there is none or when another may be made."""
    whole = requests.get_request(unit(), actor(), line.request.reference) if line.request else None
    if whole is not None and not asks:
        document: ProcedureDocument | None = get_version(unit(), whole.procedure_id, whole.procedure_version).document
        told = [(one.label, one.text) for step in whole.steps for one in step.lines]
        kept_back: Sequence[str] = ()
    else:
        preview, document = life_events.preview_line(unit(), view, line.key)
        told, kept_back = [(one.label, one.text) for one in preview.lines], preview.kept_back
    return {
        "told": told,
        "kept_back": kept_back,
        "basis": str(document.legal_basis) if document else "",
        "kept": say_retention(document.retention_days) if document else "",
        "decision": whole.decision if whole else None,
    }
