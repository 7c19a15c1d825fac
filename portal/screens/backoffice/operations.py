"""What did not leave, and how the connections fare."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.notifications.service import SMS_LANE, Usage, read_usage
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Closing
from portal.ground import clock, web
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.formats import format_month
from portal.ground.web.sent import read_instant
from portal.records.connections import service as connections
from portal.records.outbox import service as outbox
from portal.screens.backoffice import wording
from portal.screens.backoffice.casefile import Errors, kept_form
from portal.screens.backoffice.queries import count_sendings
from portal.screens.backoffice.queries.dead_letters import Letter, find_dead, references_of

LETTERS = 50
MAX_REASON = 200


def _registry() -> connections.ConnectionRegistry:
    registry: connections.ConnectionRegistry = current_app.extensions["parvis_connections"]
    return registry


def _known(name: str) -> str:
    if name not in _registry():
        raise NotFound("connection_unknown")
    return name


def connection_list() -> Response:
    """Health of every connection: when it last worked, what waits, what was paused and why."""
    registry, session = _registry(), web.unit()
    states = connections.list_states(session)
    counts, restored = outbox.lane_counts(session), outbox.count_restored(session)
    lines: list[dict[str, Any]] = [
        {
            "name": name,
            "title": registry.title(name),
            "manifest": registry.manifest(name),
            "state": states.get(name) or connections.ConnectionView(name=name),
            "counts": counts.get(name, {}),
            "restored": restored.get(name, 0),
        }
        for name in registry.names()
    ]
    return web.page(
        "backoffice/connections.html",
        title=_("Connexions"),
        service=_("Agents"),
        lines=lines,
        words=wording,
        usage=_sms_usage() if SMS_LANE in registry else [],
        may_operate=web.actor().can(Permission.CONNECTIONS_OPERATE),
        done=request.args.get("fait", ""),
    )


def _sms_usage() -> list[tuple[str, Usage]]:
    """What left by SMS this month and the one before, under the name of the month."""
    first = clock.today().replace(day=1)
    months = (first, (first - timedelta(days=1)).replace(day=1))
    found = read_usage(web.unit(), [f"{month:%Y-%m}" for month in months])
    return [(format_month(month), found[f"{month:%Y-%m}"]) for month in months]


def pause_form(name: str) -> Response:
    """Ask before stopping what leaves for a partner."""
    return _ask_reason(name)


def _ask_reason(name: str, error: str | None = None) -> Response:
    title = _registry().title(_known(name))
    return web.page(
        "backoffice/pause.html",
        title=_("Mettre en pause « %(title)s »", title=title),
        status=422 if error else 200,
        service=_("Agents"),
        name=name,
        connection_title=title,
        reason=request.form.get("reason") or kept_form().get("reason", ""),
        errors=[("reason", error)] if error else [],
    )


def pause(name: str) -> Response:
    """Stop; messages are kept."""
    _known(name)
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _ask_reason(name, _("Écrivez la raison, par exemple « maintenance du logiciel jusqu’à 14 h »."))
    if len(reason) > MAX_REASON:
        return _ask_reason(name, _("Écrivez %(limit)d caractères au plus.", limit=MAX_REASON))
    connections.pause(web.unit(), name, web.actor(), reason)
    return web.redirect_to("backoffice.connections", fait="pause")


def resume(name: str) -> Response:
    """Start again: what waited leaves at once."""
    connections.resume(web.unit(), _known(name), web.actor())
    outbox.free_lane(web.unit(), name)
    return web.redirect_to("backoffice.connections", fait="reprise")


def check(name: str) -> Response:
    """Ask the worker for a check; no page calls a partner."""
    connections.request_check(web.unit(), _known(name), web.actor())
    return web.redirect_to("backoffice.connections", fait="verification")


def dead_letters() -> Response:
    """What will not leave by itself: a person decides. Longest dead first, page by page."""
    session, after = web.unit(), read_instant(request.args.get("apres"))
    found = outbox.list_dead(session, limit=LETTERS + 1, after=after)
    letters = found[:LETTERS]
    total, mine = count_sendings(session, web.actor())
    groups = {UUID(letter.group) for letter in letters if letter.group}
    return web.page(
        "backoffice/deliveries.html",
        title=_("Envois en échec"),
        service=_("Agents"),
        letters=letters,
        total=total,
        mine=mine,
        references=references_of(session, groups),
        titles={name: _registry().title(name) for name in _registry().names()} | dict(wording.OWN_LANES),
        words=wording,
        may_read=web.actor().can(Permission.REQUESTS_READ),
        first="/agents/envois" if after else None,
        next=_after(letters[-1].dead_at) if len(found) > LETTERS else None,
        done=request.args.get("fait", ""),
    )


def _after(instant: datetime) -> str:
    return f"/agents/envois?{urlencode({'apres': instant.isoformat()})}"


def replay(message_id: UUID) -> Response:
    """Send it again, with a whole schedule before it; a request that has ended is not sent any more."""
    letter = find_dead(web.unit(), message_id)
    if letter is not None and letter.kind == requests.FORWARD_KIND and letter.request_id is not None:
        try:
            requests.check_resendable(web.unit(), letter.request_id)
        except Conflict:
            return web.redirect_to("backoffice.deliveries", fait="terminee")
    outbox.requeue(web.unit(), message_id, web.actor())
    return web.redirect_to("backoffice.deliveries", fait="rejoue")


def _needs_words(letter: Letter | None) -> bool:
    """Whether the person whose request it is reads what becomes of this sending."""
    kinds = {requests.FORWARD_KIND, *requests.FOLLOW_UP_KINDS}
    return letter is not None and letter.request_id is not None and letter.kind in kinds


def close_form(message_id: UUID) -> Response:
    """Ask what was done, before giving a sending up."""
    return _ask_closing(message_id)


def _ask_closing(message_id: UUID, errors: Errors | None = None) -> Response:
    letter = find_dead(web.unit(), message_id)
    if letter is None:
        raise Conflict("message_not_dead")
    known, typed = _registry(), kept_form()
    return web.page(
        "backoffice/close.html",
        title=_("Clore un envoi"),
        status=422 if errors else 200,
        service=_("Agents"),
        message_id=message_id,
        kind=letter.kind,
        kinds=requests,
        needs_words=_needs_words(letter),
        reference=letter.reference or _("sans demande"),
        recipient=known.title(letter.lane) if letter.lane in known else wording.OWN_LANES.get(letter.lane, letter.lane),
        closings=[(one.value, label) for one, label in wording.CLOSINGS.items()],
        chosen=request.form.get("suite") or typed.get("suite", ""),
        text=request.form.get("mots") or typed.get("mots", ""),
        errors=errors or [],
    )


def close(message_id: UUID) -> Response:
    """Somebody says what was done of it; the request tells it to the person in the same words."""
    letter = find_dead(web.unit(), message_id)
    if not _needs_words(letter):
        outbox.close_dead(web.unit(), message_id, web.actor())
        return web.redirect_to("backoffice.deliveries", fait="clos")
    if request.form.get("suite") not in set(Closing):
        return _ask_closing(message_id, [("suite-other_way", _("Choisissez ce qui a été fait."))])
    try:
        outbox.close_dead(web.unit(), message_id, web.actor())
        _record_closing(message_id, letter)
    except Invalid as refused:
        web.undo()
        return _ask_closing(message_id, [("mots", sentence) for sentence in refused.fields.values()])
    return web.redirect_to("backoffice.deliveries", fait="clos")


def _record_closing(message_id: UUID, letter: Letter | None) -> None:
    if letter is None or letter.request_id is None:
        return
    closing, words, key = Closing(request.form["suite"]), request.form.get("mots", ""), str(message_id)
    if letter.kind == requests.FORWARD_KIND:
        requests.record_delivery_closed(
            web.unit(), letter.request_id, letter.lane, web.actor(), closing=closing, words=words, key=key
        )
    else:
        requests.record_follow_up_closed(
            web.unit(),
            letter.request_id,
            letter.lane,
            web.actor(),
            kind=letter.kind,
            closing=closing,
            words=words,
            key=key,
        )


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    blueprint.get("/connexions", endpoint="connections")(agent_only(Permission.CONNECTIONS_READ)(connection_list))
    one = "/connexions/<name>"
    blueprint.get(f"{one}/pause", endpoint="pause_form")(agent_only(Permission.CONNECTIONS_OPERATE)(pause_form))
    for path, view in (("pause", pause), ("reprendre", resume), ("verifier", check)):
        blueprint.post(f"{one}/{path}", endpoint=view.__name__)(agent_only(Permission.CONNECTIONS_OPERATE)(view))
    blueprint.get("/envois", endpoint="deliveries")(agent_only(Permission.DELIVERIES_RETRY)(dead_letters))
    letter = "/envois/<uuid:message_id>"
    blueprint.post(f"{letter}/rejouer", endpoint="replay")(agent_only(Permission.DELIVERIES_RETRY)(replay))
    blueprint.get(f"{letter}/clore", endpoint="close_form")(agent_only(Permission.DELIVERIES_RETRY)(close_form))
    blueprint.post(f"{letter}/clore", endpoint="close")(agent_only(Permission.DELIVERIES_RETRY)(close))
