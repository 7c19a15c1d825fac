"""The agents' pages: write a poll, see it as people will, publish it, follow the turnout, close it early.

No page of an agent shows a ballot, a mark or a result before the end: only how many people voted.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from accessibility.forms import AccessibleForm
from journeys.participation import wording
from journeys.participation.enums import Phase
from journeys.participation.forms import poll_form, read_terms, terms_to_known
from journeys.participation.service import (
    change_poll,
    close_early,
    create_poll,
    get_poll,
    list_all,
    publish_poll,
    read_turnout,
)
from journeys.participation.shapes import PollView
from portal.ground import web
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.people.accounts.service import get_authority
from portal.screens.backoffice.casefile import kept_form

blueprint = Blueprint("participation_desk", __name__, url_prefix="/agents/sondages", template_folder="templates")
may_manage = agent_only(Permission.PARTICIPATION_MANAGE)
SHOWN = 100


@blueprint.get("")
@may_manage
def polls() -> Response:
    """Every poll, with where it stands and how many people voted."""
    return web.page(
        "participation/desk_polls.html",
        title=_("Sondages"),
        service=_("Agents"),
        lines=list_all(web.unit(), SHOWN),
        words=wording,
    )


@blueprint.get("/nouveau")
@may_manage
def new() -> Response:
    """An empty form, or what was typed in it when the session ended."""
    kept = kept_form()
    return _show_form(poll_form(MultiDict(kept) if kept else None), None)


@blueprint.post("/nouveau")
@may_manage
def create() -> Response:
    """Keep a new poll, which nobody sees before it is published."""
    form = poll_form(request.form)
    terms = read_terms(form)
    if terms is None:
        return _show_form(form, None, status=422)
    try:
        authority = get_authority(web.unit())
        made = create_poll(web.unit(), web.actor(), authority.id, terms)
    except Invalid as refused:
        return _show_invalid(form, None, refused.fields)
    return web.redirect_to("participation_desk.one", poll_id=made.id)


@blueprint.get("/<uuid:poll_id>")
@may_manage
def one(poll_id: UUID) -> Response:
    """A poll as people will see it, or its turnout once it is published."""
    return _show(get_poll(web.unit(), poll_id))


@blueprint.get("/<uuid:poll_id>/modifier")
@may_manage
def edit(poll_id: UUID) -> Response:
    """The form of a poll that is not published."""
    poll = get_poll(web.unit(), poll_id)
    if poll.phase is not Phase.DRAFT:
        return _show(poll, status=409, refused="published")
    kept = kept_form()
    form = poll_form(MultiDict(kept)) if kept else poll_form(known=terms_to_known(poll.terms))
    return _show_form(form, poll)


@blueprint.post("/<uuid:poll_id>/modifier")
@may_manage
def change(poll_id: UUID) -> Response:
    """Keep other terms."""
    form = poll_form(request.form)
    poll = get_poll(web.unit(), poll_id)
    terms = read_terms(form)
    if terms is None:
        return _show_form(form, poll, status=422)
    try:
        change_poll(web.unit(), web.actor(), poll_id, terms)
    except Invalid as refused:
        return _show_invalid(form, poll, refused.fields)
    except Conflict:
        web.undo()
        return _show(get_poll(web.unit(), poll_id), status=409, refused="published")
    return web.redirect_to("participation_desk.one", poll_id=poll_id)


@blueprint.post("/<uuid:poll_id>/publier")
@may_manage
def publish(poll_id: UUID) -> Response:
    """Show it to people; its questions do not change any more."""
    try:
        publish_poll(web.unit(), web.actor(), poll_id)
    except Invalid as refused:
        web.undo()
        poll = get_poll(web.unit(), poll_id)
        return _show_invalid(poll_form(known=terms_to_known(poll.terms)), poll, refused.fields)
    except Conflict:
        web.undo()
        return _show(get_poll(web.unit(), poll_id), status=409, refused="published")
    return web.redirect_to("participation_desk.one", poll_id=poll_id, fait="publication")


@blueprint.get("/<uuid:poll_id>/clore")
@may_manage
def close_form(poll_id: UUID) -> Response:
    """Ask why it ends before its day."""
    poll = get_poll(web.unit(), poll_id)
    if poll.phase is not Phase.OPEN:
        return _show(poll, status=409, refused="not_open")
    return _show_close(poll, kept_form().get("reason", ""))


@blueprint.post("/<uuid:poll_id>/clore")
@may_manage
def close(poll_id: UUID) -> Response:
    """End the vote now; ballots already cast are counted, and the reason is published."""
    reason = request.form.get("reason", "")
    try:
        close_early(web.unit(), web.actor(), poll_id, reason)
    except Invalid as refused:
        web.undo()
        errors = list(refused.fields.items())
        return _show_close(get_poll(web.unit(), poll_id), reason, errors=errors, status=422)
    except Conflict:
        web.undo()
        return _show(get_poll(web.unit(), poll_id), status=409, refused="not_open")
    return web.redirect_to("participation_desk.one", poll_id=poll_id)


def _show(poll: PollView, *, status: int = 200, refused: str = "") -> Response:
    return web.page(
        "participation/desk_poll.html",
        title=poll.terms.title,
        status=status,
        service=_("Agents"),
        poll=poll,
        turnout=read_turnout(web.unit(), poll.id),
        refused=refused,
        published=request.args.get("fait") == "publication",
        words=wording,
        trail=_trail(poll.terms.title),
    )


def _show_form(form: AccessibleForm, poll: PollView | None, *, status: int = 200) -> Response:
    heading = _("Modifier le sondage") if poll else _("Préparer un sondage")
    return web.page(
        "participation/desk_form.html",
        title=heading,
        heading=heading,
        status=status,
        service=_("Agents"),
        form=form,
        poll=poll,
        errors=form.summary,
        trail=_trail(heading),
    )


def _show_invalid(form: AccessibleForm, poll: PollView | None, sentences: Mapping[str, str]) -> Response:
    web.undo()
    form.refuse(sentences)
    return _show_form(form, poll, status=422)


def _show_close(poll: PollView, reason: str, *, errors: Any = (), status: int = 200) -> Response:
    return web.page(
        "participation/desk_close.html",
        title=_("Clore le sondage avant la fin"),
        status=status,
        service=_("Agents"),
        poll=poll,
        reason=reason,
        turnout=read_turnout(web.unit(), poll.id),
        errors=list(errors),
        trail=_trail(_("Clore")),
    )


def _trail(here: str) -> list[tuple[str, str | None]]:
    return [(_("Sondages"), "/agents/sondages"), (here, None)]
