"""One request: where it stands, what happened, who wrote, who looked; write, withdraw."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments.service import list_offers
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import field_options
from portal.casework.notifications.service import DeliveryProgress, NoticeChannel, list_deliveries
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act, RequestStatus
from portal.engine.prefill.service import say_origin
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import ActorKind
from portal.ground.web import actor, page, reading_language, redirect_to, unit
from portal.ground.web.access import resident_only
from portal.ground.web.sent import key_sent
from portal.people.identity.service import drop_stash, take_stash
from portal.screens.myspace import standing, wording
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.follow_ups import notes_of, withdrawal_marks
from portal.screens.myspace.queries.readings import agent_names, agents_presented, gather_readings, who_read
from portal.screens.myspace.reading import note_reading
from portal.screens.myspace.story import Item, Teller, signature, tell_all
from portal.screens.myspace.survey import survey_of

WAYS = ("portal", "unposted", "letter", "hand")
Trail = list[tuple[str, str | None]]


def _read(reference: str) -> requests.RequestView:
    return requests.get_request(unit(), actor(), reference)


def _trail(view: requests.RequestView, here: str | None = None) -> Trail:
    start: Trail = [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace")]
    if here is None:
        return [*start, (view.procedure_title, None)]
    return [*start, (view.procedure_title, f"/demandes/{view.reference}"), (here, None)]


@blueprint.get("/demandes/<reference>")
@resident_only
def one_request(reference: str) -> Response:
    """The whole request on one page; a loosely typed reference leads to its exact address."""
    view = _read(reference)
    if view.reference != reference:
        return redirect_to("myspace.one_request", reference=view.reference)
    note_reading(view, actor())
    return _show(view, written=request.args.get("ecrit") == "oui", corrected=request.args.get("corrige") == "oui")


@blueprint.get("/demandes/<reference>/messages")
@resident_only
def resume_message(reference: str) -> Response:
    """Where a person lands who had to sign in again while writing: what they wrote is still there."""
    view = _read(reference)
    token, account_id = request.args.get("reprise", ""), actor().id
    kept = take_stash(unit(), token, account_id) if account_id else None
    if not kept:
        return redirect_to("myspace.one_request", reference=view.reference)
    typed = {name: values[0] for name, values in kept.items() if values}
    return _show(view, typed=typed.get("texte", ""), key=typed.get("cle", ""), kept=True, reprise=token)


@blueprint.post("/demandes/<reference>/messages")
@resident_only
def write_message(reference: str) -> Response:
    """Write to the service. The key of the form makes a second press the same message."""
    text, key = request.form.get("texte", ""), key_sent()
    try:
        requests.post_message(unit(), actor(), reference, text, idempotency_key=key)
    except Invalid as refused:
        errors = [("texte", sentence) for sentence in refused.fields.values()]
        return _show(_read(reference), errors=errors, typed=text, key=key, status=422)
    except Conflict:
        return _show(_read(reference), typed=text, stopped=True, status=409)
    account_id = actor().id
    if account_id and request.form.get("reprise"):
        drop_stash(unit(), request.form["reprise"], account_id)
    exact = _read(reference).reference
    return redirect_to("myspace.one_request", reference=exact, ecrit="oui", _anchor="echanges")


@blueprint.get("/demandes/<reference>/reponses")
@resident_only
def answers(reference: str) -> Response:
    """What was sent, step by step."""
    view = _read(reference)
    if view.reference != reference:
        return redirect_to("myspace.answers", reference=view.reference)
    return page(
        "myspace/answers.html",
        title=_("Mes réponses, demande %(reference)s", reference=view.reference),
        service=_("Mon espace"),
        view=view,
        say_origin=say_origin,
        Act=Act,
        trail=_trail(view, _("Mes réponses")),
    )


@blueprint.get("/demandes/<reference>/retirer")
@resident_only
def confirm_withdrawal(reference: str) -> Response:
    """Ask before stopping the request."""
    view = _read(reference)
    if Act.WITHDRAW not in view.acts:
        return redirect_to("myspace.one_request", reference=view.reference)
    return page(
        "myspace/withdraw.html",
        title=_("Retirer cette demande ?"),
        service=_("Mon espace"),
        view=view,
        told=_how_told(view),
        trail=_trail(view, _("Retirer la demande")),
    )


def _how_told(view: requests.RequestView) -> dict[str, str]:
    """The recipients that have the request, by how each would be told of a withdrawal; empty when nobody has it."""
    held = [one for one in view.forwardings if one.is_held_there and not one.finished_at]
    found = {way: ", ".join(one.recipient for one in held if _way(one) == way) for way in WAYS}
    return found if held else {}


def _way(one: requests.ForwardingView) -> str:
    if one.prepared_at:
        return "letter" if one.transmitted_at else "unposted"
    registry = current_app.extensions["parvis_connections"]
    takes = one.connection in registry and "withdraws" in registry.manifest(one.connection).capabilities
    return "portal" if takes and one.external_ref else "hand"


@blueprint.post("/demandes/<reference>/retirer")
@resident_only
def withdraw(reference: str) -> Response:
    """Stop the request; a request decided meanwhile is shown as it is."""
    try:
        requests.withdraw(unit(), actor(), reference)
    except Conflict:
        return _show(_read(reference), decided_first=True, status=409)
    return redirect_to("myspace.one_request", reference=_read(reference).reference)


def _show(view: requests.RequestView, *, status: int = 200, key: str = "", **extra: Any) -> Response:
    accesses = who_read(unit(), view.id)
    known = {one.agent_id: one.name for one in accesses if one.agent_id and one.name}
    # Most of those who were given the request have read it: their names are known already.
    names = {**known, **agent_names(unit(), _assigned(view) - known.keys()), **_helpers(view)}
    rail, minor = tell_rail(view, names)
    context: dict[str, Any] = {
        "errors": [],
        "typed": "",
        "kept": False,
        "reprise": "",
        "stopped": False,
        "written": False,
        "decided_first": False,
        "corrected": False,
    }
    return page(
        "myspace/request.html",
        title=_("%(title)s, demande %(reference)s", title=view.procedure_title, reference=view.reference),
        status=status,
        service=_("Mon espace"),
        view=view,
        lead=wording.lead_of(view),
        marks=withdrawal_marks(view) or wording.marks_of(view),
        notes=notes_of(view),
        state=standing.say_state(view),
        invited=_invited(view),
        late=standing.say_late(view),
        advice=standing.advice_after_silence(view),
        measured=standing.say_delays(view.delays) if view.delays and view.status not in wording.ENDED else "",
        bad_address=_bad_address(view),
        bad_phone=_bad_phone(view),
        rail=rail,
        minor=minor,
        readings=gather_readings(accesses, _("Un agent du service")),
        sent_to=_sent_to(view),
        survey=survey_of(view, actor().id),
        key=key or str(uuid4()),
        signature=signature,
        words=wording,
        Act=Act,
        trail=_trail(view),
        **(context | extra),
    )


def _invited(view: requests.RequestView) -> list[tuple[str, str]]:
    """The appointments that the request calls for, and where to choose a time. One statement, when there are some."""
    kinds = requests.kinds_to_book(view)
    offers = list_offers(unit(), invited=True) if kinds else []
    asked = urlencode({"demande": view.reference})
    return [
        (one.kind.say_title(), f"/rendez-vous/{one.kind.facts.slug}?{asked}")
        for one in offers
        if one.kind.facts.slug in kinds
    ]


def tell_rail(view: requests.RequestView, names: Mapping[UUID, str]) -> tuple[list[Item], list[Item]]:
    """What happened, where we are and what comes next; then what is shown on demand."""
    past, minor = tell_all(Teller(view, names, _labels(view.document)), view.events)
    return [*_now(view, past), *_ahead(view)], minor


def rail_of(view: requests.RequestView) -> tuple[list[Item], list[Item]]:
    """:func:`tell_rail`, with the names of the agents who were given the request."""
    return tell_rail(view, {**agent_names(unit(), _assigned(view)), **_helpers(view)})


def _bad_address(view: requests.RequestView) -> str:
    """The address to which the last e-mail could not be delivered; empty when it could, or was corrected since."""
    told = [event.type for event in view.events if event.type in {"email_sent", "email_refused", "request_amended"}]
    if not told or told[-1] != "email_refused":
        return ""
    return requests.contact_address(unit(), actor(), view.reference)


def _bad_phone(view: requests.RequestView) -> bool:
    """Whether the last text message about this request did not arrive."""
    texts = [one for one in list_deliveries(unit(), view.id) if one.channel is NoticeChannel.SMS]
    return bool(texts) and texts[-1].progress is DeliveryProgress.REFUSED


def _assigned(view: requests.RequestView) -> set[UUID]:
    found = {str(event.payload.get("agent_id") or "") for event in view.events if event.type == "request_assigned"}
    return {UUID(text) for text in found if text}


def _helpers(view: requests.RequestView) -> dict[UUID, str]:
    """Those who filled or sent it for the person, with their service."""
    known = {"request_submitted", "draft_assisted"}
    return agents_presented(
        unit(),
        {
            event.actor_id
            for event in view.events
            if (event.type in known or event.payload.get("from") == "mandate")
            and event.actor_kind is ActorKind.AGENT
            and event.actor_id
        },
    )


def _labels(document: ProcedureDocument) -> dict[str, str]:
    """The words of the procedure's choices, for the codes that a recipient reports back."""
    return {option.code: str(option.label) for _step, field in document.fields() for option in field_options(field)}


def _now(view: requests.RequestView, past: list[Item]) -> list[Item]:
    """The past, its last line marked as where we are; while nothing is sent yet, a line says when it will be tried."""
    if view.status in wording.ENDED or not past:
        return past
    here = _("Nous en sommes ici.")
    if view.transmitted_at is None and view.status is RequestStatus.SUBMITTED:
        return [*past, Item(wording.lead_of(view), when=_("En ce moment"), state="now", strong=here)]
    return [*past[:-1], replace(past[-1], state="now", strong=here)]


def _ahead(view: requests.RequestView) -> list[Item]:
    """What comes next."""
    if view.status in wording.ENDED:
        return []
    ahead, following = [], view.document.next
    if following and view.status is not RequestStatus.WAITING_FOR_RESIDENT:
        ahead.append(Item(following.get(reading_language()), when=_("Ce qui suit"), state="next"))
    silence = wording.say_silence(view)
    if silence:
        ahead.append(Item(silence[1], when=silence[0], state="next"))
    return ahead


def _sent_to(view: requests.RequestView) -> list[tuple[requests.ForwardingView, str]]:
    """Each recipient that has the request, and what it was given: only what its declaration names."""
    registry = current_app.extensions.get("parvis_connections")
    told = []
    for one in view.forwardings:
        if one.transmitted_at is None:
            continue
        try:
            allowed = registry.data_sent(one.connection) if registry is not None else frozenset()
        except NotFound:
            allowed = frozenset()
        labels = [line.label for step in view.steps for line in step.lines if line.concept in allowed]
        told.append((one, ", ".join(labels)))
    return told
