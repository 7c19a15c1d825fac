"""One request: read it, take it, write to the person, ask for something."""

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.documents import service as documents
from portal.casework.notifications.service import list_deliveries
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act
from portal.casework.wordings.service import WordingKind, note_use, proposed_wordings
from portal.casework.worklists import service as worklists
from portal.engine.prefill.service import say_origin
from portal.ground import web
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.context import SAFE_METHODS
from portal.ground.web.downloads import as_download
from portal.people.accounts.service import list_departments
from portal.people.identity.service import take_stash
from portal.records.outbox.enums import MessageState
from portal.screens.backoffice import wording
from portal.screens.backoffice.filled import KINDS, filled_text, gaps_error
from portal.screens.backoffice.history import Historian, agents_in
from portal.screens.backoffice.notices import receipts_of, say_delivery
from portal.screens.backoffice.queries import agent_names, names_and_team

NOTICES_SHOWN = 6
TEXTS_SHOWN = 6
Errors = list[tuple[str, str]]


def read_request(reference: str) -> requests.RequestView:
    """The request, its reading noted in the journal: on a page that only reads, by a unit of its own.

    In the same unit, colleagues are told that the agent is there, and the agent which of them are (``g.present``).
    """
    if request.method in SAFE_METHODS:
        with web.background_unit() as journal:
            view = requests.get_request(web.unit(), web.actor(), reference, journal=journal)
            g.present = worklists.touch_presence(journal, web.actor(), view.id)
            return view
    return requests.get_request(web.unit(), web.actor(), reference, journal=web.unit())


def show_request(view: requests.RequestView, *, status: int = 200, **extra: Any) -> Response:
    """The page of a request. ``refused``: the act that came too late; ``typed``: what was written for it."""
    holder = {view.assigned_agent_id} if view.assigned_agent_id else set()
    named = holder | {one.answered_by for one in view.opinions if one.answered_by}
    present: list[worklists.Present] = g.get("present", [])
    named |= {one.agent_id for one in present} | {one.author_id for one in view.notes}
    names, team = names_and_team(web.unit(), named.union(*map(agents_in, view.events)), view.department.id)
    deliveries = list_deliveries(web.unit(), view.id)
    may_retry = web.actor().can(Permission.DELIVERIES_RETRY)
    recipients = {one.connection: one.recipient for one in view.forwardings}
    historian = Historian(names, recipients, {str(one.id): one.text for one in view.messages}, may_retry, view.workflow)
    context: dict[str, Any] = {
        "errors": [],
        "typed": "",
        "form_key": str(uuid4()),
        "wrong": None,
        "refused": None,
        "meanwhile": "",
        "wording_id": "",
        "joined": False,
        "kept": False,
    }
    context |= extra
    departments = {one.id: one.name for one in list_departments(web.unit())} if view.opinions else {}
    return web.page(
        "backoffice/request.html",
        title=_("%(reference)s, %(name)s", reference=view.reference, name=view.applicant_name),
        status=status,
        service=_("Agents"),
        view=view,
        choices=[("", _("Personne")), *((str(agent_id), names[agent_id]) for agent_id in team)],
        names=names,
        assigned=names.get(view.assigned_agent_id) if view.assigned_agent_id else None,
        history=historian.tell(view.events),
        notices=[say_delivery(one) for one in deliveries[-NOTICES_SHOWN:]],
        receipts=receipts_of(deliveries),
        present=[wording.say_present(names.get(one.agent_id, ""), one.opened_at) for one in present],
        texts=_texts(view) if Act.MESSAGE in view.acts else [],
        tasks=tasks_of(view),
        can_type_survey=view.decision is not None and web.actor().can(Permission.REQUESTS_ENTER),
        departments=departments,
        may_retry=may_retry,
        may_note=web.actor().can(Permission.REQUESTS_MESSAGE),
        may_book=web.actor().can(Permission.APPOINTMENTS_KEEP),
        may_join=web.actor().can(Permission.ACCOUNTS_JOIN),
        words=wording,
        say_origin=say_origin,
        Act=Act,
        **context,
    )


def _texts(view: requests.RequestView) -> list[tuple[str, str]]:
    """The texts that a message or a question may start from, those used last first."""
    kinds = {WordingKind.MESSAGE, WordingKind.INFORMATION}
    found = proposed_wordings(web.unit(), web.actor(), view.department.id, view.procedure_slug, kinds)
    return [(str(one.id), f"{KINDS[one.kind]} : {one.title}") for one in found[:TEXTS_SHOWN]]


def tasks_of(view: requests.RequestView) -> list[tuple[str, str]]:
    """What the portal could not tell a recipient, and somebody must: title and sentence."""
    known = {
        requests.WITHDRAWAL_KIND: (
            _("Prévenez le destinataire"),
            _("La personne a retiré sa demande après sa transmission : %(who)s. Le portail n’a pas pu l’en prévenir."),
        ),
        requests.AMENDMENT_KIND: (
            _("Transmettez la correction"),
            _("La personne a corrigé sa demande, et ce destinataire a encore les anciennes réponses : %(who)s."),
        ),
        requests.COMPLEMENT_KIND: (
            _("Transmettez la réponse"),
            _("La personne a répondu à une question de : %(who)s. Le portail n’a pas pu la lui transmettre."),
        ),
    }
    dead = [one for one in view.follow_ups if one.state is MessageState.DEAD]
    return [(known[one.kind][0], known[one.kind][1] % {"who": one.recipient}) for one in dead]


def casefile(reference: str) -> Response:
    """The whole request on one page, with what was being written when the session ended."""
    kept = kept_form()
    view = read_request(reference)
    filled = None if kept else filled_text(view)
    extra: dict[str, Any] = {}
    if filled:
        asking = filled[0] is WordingKind.INFORMATION
        extra = {"typed": filled[1], "wrong": Act.REQUEST_INFORMATION if asking else Act.MESSAGE}
        extra["wording_id"] = request.args.get("modele", "")
    if kept:
        act = Act.REQUEST_INFORMATION if kept.get("kind") == "ask" else Act.MESSAGE
        extra = {"typed": kept.get("text", ""), "wrong": act, "kept": True}
    return show_request(view, joined=request.args.get("fait") == "rattachement", **extra)


def kept_form() -> dict[str, str]:
    """What this agent had typed on this page when the session ended: one value by field. Empty most of the time."""
    token, agent_id = request.args.get("reprise", ""), web.actor().id
    found = take_stash(web.unit(), token, agent_id) if token and agent_id else None
    return {name: values[0] for name, values in (found or {}).items() if values}


def document(reference: str, document_id: UUID) -> Response:
    """A file that the person sent with the request; opening it is noted in the journal before it leaves."""
    with web.background_unit() as journal:
        view = requests.get_request_document(web.unit(), web.actor(), reference, document_id, journal=journal)
    if not view.is_clean:
        return web.page(
            "backoffice/document_not_ready.html",
            title=_("Ce fichier ne peut pas être ouvert"),
            status=409,
            service=_("Agents"),
            document=view,
            reference=reference,
        )
    opened = documents.open_document(web.unit(), documents.store_of(web.settings()), view)
    return as_download(opened.content, opened.media_type, view.name, view.kind.value)


def assign(reference: str) -> Response:
    """Take it, or give it to a colleague, or to nobody."""
    chosen = request.form.get("agent", "")
    try:
        agent_id = UUID(chosen) if chosen else None
        requests.assign(web.unit(), web.actor(), reference, agent_id, seen=_seen())
    except (ValueError, Invalid):
        web.undo()
        errors = [("agent", _("Choisissez un agent dans la liste."))]
        return show_request(read_request(reference), status=422, errors=errors, wrong=Act.ASSIGN)
    except Conflict as refused:
        if refused.code != "assigned_meanwhile":
            return show_refused(reference, Act.ASSIGN)
        return _assigned_meanwhile(reference, agent_id)
    return back_to_request(reference)


def _seen() -> tuple[UUID | None] | None:
    """Who followed the request on the page that was sent; None when the page did not say."""
    if "vu" not in request.form:
        return None
    return (UUID(request.form["vu"]) if request.form["vu"] else None,)


def _assigned_meanwhile(reference: str, wanted: UUID | None) -> Response:
    """Both versions: what a colleague did, and what this agent was about to do."""
    web.undo()
    view = read_request(reference)
    ids = {one for one in (view.assigned_agent_id, wanted) if one}
    names, nobody = agent_names(web.unit(), ids), _("personne")
    theirs = names.get(view.assigned_agent_id, nobody) if view.assigned_agent_id else nobody
    mine = names.get(wanted, nobody) if wanted else nobody
    said = _("Entre-temps, elle est suivie par : %(theirs)s. Vous vouliez : %(mine)s.", theirs=theirs, mine=mine)
    return show_request(view, status=409, refused=Act.ASSIGN, meanwhile=said)


def message(reference: str) -> Response:
    """Write to the person, or ask for a piece of information."""
    text, key = request.form.get("text", ""), request.form.get("form_key", "")
    asking = request.form.get("kind") == "ask"
    act = Act.REQUEST_INFORMATION if asking else Act.MESSAGE
    post = requests.request_information if asking else requests.post_message
    gaps = gaps_error(text, "text-ask" if asking else "text-message")
    if gaps:
        return show_request(read_request(reference), status=422, errors=gaps, typed=text, wrong=act)
    try:
        post(web.unit(), web.actor(), reference, text, idempotency_key=key or str(uuid4()))
    except Invalid as refused:
        web.undo()
        errors = [("text-ask" if asking else "text-message", sentence) for sentence in refused.fields.values()]
        return show_request(read_request(reference), status=422, errors=errors, typed=text, wrong=act)
    except Conflict:
        return show_refused(reference, act, text)
    _note_use(request.form.get("modele", ""))
    return back_to_request(reference, "echanges")


def _note_use(wording_id: str) -> None:
    """The text that the message started from comes first next time."""
    with suppress(ValueError, NotFound):
        note_use(web.unit(), web.actor(), UUID(wording_id))


def show_refused(reference: str, act: Act, typed: str = "", why: str = "") -> Response:
    """The request as it stands now: somebody was faster. Nothing was done, and what was written is given back.

    :param why: what to say, where it is not what is usually said of this act.
    """
    web.undo()
    return show_request(read_request(reference), status=409, refused=act, typed=typed, meanwhile=why)


def back_to_request(reference: str, place: str = "") -> Response:
    """After an act, the page of the request."""
    return web.redirect_to("backoffice.casefile", reference=reference, _anchor=place or None)


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    one = "/dossiers/<reference>"
    blueprint.get(one, endpoint="casefile")(agent_only(Permission.REQUESTS_READ)(casefile))
    blueprint.get(f"{one}/pieces/<uuid:document_id>", endpoint="document")(
        agent_only(Permission.REQUESTS_READ)(document)
    )
    blueprint.post(f"{one}/affecter", endpoint="assign")(agent_only(Permission.REQUESTS_ASSIGN)(assign))
    blueprint.post(f"{one}/messages", endpoint="message")(agent_only(Permission.REQUESTS_MESSAGE)(message))
