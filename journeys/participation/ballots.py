"""Answering a poll: choose, read again, vote. Nothing of these requests is noted in time.

The page that says that a vote is in the urn is the answer to the form itself: an address or a cookie that would carry
the tracking code from one page to the next would be written down somewhere, with the hour. Sent again, the form is
answered by « vous avez déjà voté ». For the same reason, what was chosen is not put aside when nobody is signed in.
"""

import secrets
from typing import Final

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accessibility.forms import AccessibleForm
from journeys.participation import policy, wording
from journeys.participation.forms import ballot_form, is_concerned, read_ballot, said_ballot
from journeys.participation.service import Refused, cast, check_vote, find_published, guest, voter_of
from journeys.participation.shapes import PollView, Receipt, Voter
from journeys.participation.showing import address_of, show_poll, trail_of
from portal.ground import web
from portal.ground.web.access import public
from portal.ground.web.limits import client_network
from portal.ground.web.pages import redirect_to_path

TOKEN_BYTES: Final = 16
TOKEN_LENGTH: Final = 22
CHANGE: Final = "changer"


@public
@web.discreet
def check(slug: str) -> Response:
    """Show the chosen answers again, before anything is final."""
    poll = find_published(web.unit(), slug)
    if _needs_sign_in(poll):
        return redirect_to_path("/connexion", suite=address_of(poll))
    form = ballot_form(poll.terms, request.form)
    answers = read_ballot(form, poll.terms)
    if answers is None:
        return show_poll(poll, "form", status=422, form=form)
    token = device_token() or secrets.token_urlsafe(TOKEN_BYTES)
    try:
        check_vote(web.unit(), poll, _voter(poll, token), answers, concerned=is_concerned(form))
    except Refused as refused:
        return _show_refused(poll, refused)
    return _keep_device(_show_confirm(poll, form), poll, token)


@public
@web.discreet
def vote(slug: str) -> Response:
    """Put the ballot in the urn, or go back to change it."""
    poll = find_published(web.unit(), slug)
    if _needs_sign_in(poll):
        return redirect_to_path("/connexion", suite=address_of(poll))
    form = ballot_form(poll.terms, request.form)
    if request.form.get("then") == CHANGE:
        return show_poll(poll, "form", form=form)
    answers = read_ballot(form, poll.terms)
    if answers is None:
        return show_poll(poll, "form", status=422, form=form)
    token = device_token() or secrets.token_urlsafe(TOKEN_BYTES)
    if poll.is_open_to_all:
        network = client_network(request.remote_addr)
        web.take(web.unit(), "vote", network, limit=policy.GUEST_LIMIT, per=policy.GUEST_PERIOD)
    try:
        receipt = cast(web.unit(), poll.id, _voter(poll, token), answers, concerned=is_concerned(form))
    except Refused as refused:
        return _show_refused(poll, refused)
    return _keep_device(_show_receipt(poll, receipt), poll, token)


def device_token() -> str:
    """What tells this device from others on polls open to all; empty when it never answered one."""
    token = request.cookies.get(_cookie_name(), "")
    return token if len(token) == TOKEN_LENGTH and token.isascii() else ""


def _needs_sign_in(poll: PollView) -> bool:
    return not poll.is_open_to_all and not web.actor().is_resident


def _voter(poll: PollView, token: str) -> Voter:
    return guest(token) if poll.is_open_to_all else voter_of(web.unit(), web.actor())


def _keep_device(response: Response, poll: PollView, token: str) -> Response:
    """Remember the device, on polls open to all only: the cookie serves to count it once, and nothing else."""
    if poll.is_open_to_all:
        https = web.settings().https
        lasts = int(policy.LONGEST.total_seconds())
        response.set_cookie(_cookie_name(), token, max_age=lasts, path="/", secure=https, httponly=True, samesite="Lax")
    return response


def _cookie_name() -> str:
    known = web.settings()
    return f"{'__Host-' if known.https else ''}parvis-{known.instance_id}-sondages"


def _show_confirm(poll: PollView, form: AccessibleForm) -> Response:
    return web.page(
        "participation/confirm.html",
        title=_("Vérifiez votre réponse"),
        service=_("Participer"),
        poll=poll,
        form=form,
        said=said_ballot(form),
        change=CHANGE,
        trail=trail_of(poll, _("Vérifiez votre réponse")),
    )


def _show_receipt(poll: PollView, receipt: Receipt) -> Response:
    return web.page(
        "participation/receipt.html",
        title=_("Votre vote est pris en compte"),
        service=_("Participer"),
        poll=poll,
        receipt=receipt,
        trail=trail_of(poll, _("Votre vote")),
    )


def _show_refused(poll: PollView, refused: Refused) -> Response:
    """Why the ballot was not taken; whatever this request wrote is undone first."""
    web.undo()
    heading, sentence = wording.REFUSALS[refused.reason]
    return web.page(
        "participation/refused.html",
        title=str(heading),
        status=refused.status,
        service=_("Participer"),
        poll=poll,
        heading=heading,
        sentence=sentence,
        day=refused.day,
        trail=trail_of(poll, str(heading)),
    )


def register(blueprint: Blueprint) -> None:
    """Add the views to the journey's blueprint."""
    blueprint.post("/<slug>/verifier", endpoint="check")(check)
    blueprint.post("/<slug>/voter", endpoint="vote")(vote)
