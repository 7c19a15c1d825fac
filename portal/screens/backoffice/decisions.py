"""Deciding: choose and give the reason, read again what the person will read, send."""

from uuid import uuid4

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act, RequestStatus
from portal.ground import web
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.screens.backoffice import wording
from portal.screens.backoffice.casefile import (
    Errors,
    back_to_request,
    kept_form,
    read_request,
    show_refused,
    show_request,
)
from portal.screens.backoffice.filled import filled_text, gaps_error


def _chosen(value: str | None) -> RequestStatus | None:
    return next((status for status in wording.DECISIONS if status.value == value), None)


def decision_form(reference: str) -> Response:
    """Choose and give the reason; a request that is not to be decided any more is shown as it stands."""
    view = read_request(reference)
    if Act.DECIDE not in view.acts:
        return show_request(view, status=409, refused=Act.DECIDE)
    kept, filled = kept_form(), filled_text(view)
    kind, reason = filled or ("", "")
    chosen = _chosen(kept.get("decision") or request.args.get("decision") or kind)
    return _show(view, chosen=chosen, reason=kept.get("reason") or reason)


def _show(
    view: requests.RequestView,
    *,
    chosen: RequestStatus | None,
    template: str = "decide",
    status: int = 200,
    errors: Errors | None = None,
    reason: str = "",
) -> Response:
    titles = {"decide": _("Décider de la demande"), "confirm": _("Vérifiez votre décision")}
    return web.page(
        f"backoffice/{template}.html",
        title=f"{titles[template]} {view.reference}",
        status=status,
        service=_("Agents"),
        view=view,
        chosen=chosen,
        reason=request.form.get("reason", reason),
        form_key=request.form.get("form_key") or str(uuid4()),
        errors=errors or [],
        words=wording,
    )


def decide(reference: str) -> Response:
    """First a page that shows what will be said to the person, then the decision."""
    chosen, reason = _chosen(request.form.get("decision")), request.form.get("reason", "").strip()
    wanted = request.form.get("then")
    if wanted == "edit":
        return _show(read_request(reference), chosen=chosen)
    errors = _missing(chosen, reason)
    if errors or chosen is None:
        return _show(read_request(reference), chosen=chosen, status=422, errors=errors)
    if wanted == "send":
        return _send(reference, chosen, reason)
    view = read_request(reference)
    if Act.DECIDE not in view.acts:
        return show_refused(reference, Act.DECIDE, reason)
    return _show(view, chosen=chosen, template="confirm")


def _missing(chosen: RequestStatus | None, reason: str) -> Errors:
    errors = []
    if chosen is None:
        errors.append(("decision-accepted", _("Choisissez une décision : accepter, refuser ou clore.")))
    if not reason:
        errors.append(("reason", _("Écrivez le motif, par exemple « Une place est libre à l’école choisie ».")))
    return errors + gaps_error(reason, "reason")


def _send(reference: str, chosen: RequestStatus, reason: str) -> Response:
    key = request.form.get("form_key") or str(uuid4())
    try:
        requests.decide(web.unit(), web.actor(), reference, chosen, reason, idempotency_key=key)
    except Invalid as refused:
        web.undo()
        wrong = [("reason", sentence) for sentence in refused.fields.values()]
        return _show(read_request(reference), chosen=chosen, status=422, errors=wrong)
    except Conflict:
        return show_refused(reference, Act.DECIDE, reason)
    return back_to_request(reference)


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    path = "/dossiers/<reference>/decider"
    blueprint.get(path, endpoint="decision_form")(agent_only(Permission.REQUESTS_DECIDE)(decision_form))
    blueprint.post(path, endpoint="decide")(agent_only(Permission.REQUESTS_DECIDE)(decide))
