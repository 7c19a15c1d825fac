"""Acting under a mandate: a draft or a request of its themes is opened, one at a time, and nothing else."""

from uuid import UUID, uuid4

from flask import g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.assistance.service import AssistanceEnded, AssistanceView
from portal.casework.catalogue.service import get_published
from portal.casework.requests.enums import Act
from portal.engine.journey_kit.setting import setting
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, background_unit, page, redirect_to, undo, unit
from portal.ground.web.context import refuse
from portal.screens.counter import wording
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.lending import DESK, enter, show_ended
from portal.screens.counter.mandates import may_hold

OPENED = "/guichet/<uuid:assistance_id>/demande"


@blueprint.post("/guichet/mandats/<uuid:mandate_id>/ouvrir")
@may_hold
def open_under_mandate(mandate_id: UUID) -> Response:
    """Open a draft, start a procedure, or open a request: what the form names, if the mandate covers it."""
    agent = actor()
    if "brouillon" in request.form:
        opened = assistance.resume_under_mandate(unit(), agent, mandate_id, _id("brouillon"))
    elif "demande" in request.form:
        opened = assistance.open_request_under_mandate(unit(), agent, mandate_id, _id("demande"))
        return redirect_to("counter.opened_request", assistance_id=opened.id)
    else:
        procedure = get_published(unit(), request.form.get("demarche", ""))
        opened = assistance.start_under_mandate(unit(), agent, mandate_id, procedure)
    return redirect_to("counter.helping", assistance_id=opened.id)


def _id(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise NotFound("nothing_to_open") from None


@blueprint.get(OPENED)
@may_hold
def opened_request(assistance_id: UUID) -> Response:
    """The request as the person reads it: where it stands, and what was said."""
    return _let_in(assistance_id) or _show(assistance_id)


def _let_in(assistance_id: UUID) -> Response | None:
    """Why the agent may not go on; None when they may. From here on the actor is the agent's own again."""
    refused = enter(assistance_id, DESK)
    g.pop("actor", None)
    return refused


def _opened(assistance_id: UUID) -> AssistanceView:
    return assistance.find_assistance(unit(), actor(), assistance_id)


def _show(
    assistance_id: UUID, *, errors: list[tuple[str, str]] | None = None, typed: str = "", status: int = 200
) -> Response:
    if errors:
        refuse()  # the journal of what is shown is written apart
    opened = _opened(assistance_id)
    with background_unit() as journal:
        view = assistance.read_opened_request(unit(), actor(), opened, journal=journal)
    return page(
        "counter/opened_request.html",
        title=_("%(title)s, suivi %(reference)s", title=view.procedure_title, reference=view.reference),
        status=status,
        service=_("Agents"),
        view=view,
        setting=setting(),
        Act=Act,
        status_word=wording.STATUSES[view.status],
        written=request.args.get("ecrit") == "oui",
        errors=errors or [],
        typed=typed,
        key=request.form.get("cle") or str(uuid4()),
        base=f"{DESK}/{assistance_id}",
        trail=[(_("Guichet"), DESK), (view.reference, None)],
    )


@blueprint.post(OPENED)
@may_hold
def answer_request(assistance_id: UUID) -> Response:
    """Write to the service in the person's name: kept whole with the check of the mandate, or not at all."""
    refused = _let_in(assistance_id)
    if refused is not None:
        return refused
    text, key = request.form.get("texte", ""), request.form.get("cle", "")[:60] or str(uuid4())
    try:
        assistance.answer_opened_request(unit(), actor(), _opened(assistance_id), text, idempotency_key=key)
    except AssistanceEnded as ended:
        undo()
        return show_ended(ended.why, DESK)
    except Invalid as invalid:
        return _show(assistance_id, errors=[("texte", one) for one in invalid.fields.values()], typed=text, status=422)
    except Conflict:
        sentence = _("Cette demande est retirée : on ne peut plus y écrire.")
        return _show(assistance_id, errors=[("texte", sentence)], typed=text, status=409)
    return redirect_to("counter.opened_request", assistance_id=assistance_id, ecrit="oui")
