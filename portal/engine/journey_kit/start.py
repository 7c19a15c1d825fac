"""Before the first question: what the procedure is, beginning, giving up."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.requests import service as requests
from portal.engine.journey_kit import wording
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.flow import next_step
from portal.engine.journey_kit.folder import Folder, just_sent, look_at_folder, open_folder
from portal.ground.errors import NotFound
from portal.ground.web import actor, page, reading_language, redirect_to, unit
from portal.ground.web.access import public, resident_only
from portal.ground.web.pages import redirect_to_path


def trail_of(folder: Folder, here: str | None = None) -> list[tuple[str, str | None]]:
    """Home, procedures, this procedure, and the page inside it; at a desk, the desk and the page."""
    if folder.setting.at_desk:
        return [*folder.setting.trail, (here or folder.procedure.title, None)]
    steps: list[tuple[str, str | None]] = [(_("Accueil"), "/"), (_("Démarches"), "/demarches")]
    if here is None:
        return [*steps, (folder.procedure.title, None)]
    return [*steps, (folder.procedure.title, f"/demarches/{folder.slug}"), (here, None)]


def go_on(folder: Folder) -> Response:
    """To the next thing to do: a step, or the check."""
    return go_to(folder, next_step(folder.document, folder.answers, folder.done))


def go_to(folder: Folder, step: Any) -> Response:
    """To a step, or to the check when there is none."""
    return redirect_to_path(f"{folder.base}/{step.slug if step else 'verifier'}")


def show_sent(folder: Folder, sent: requests.RequestSummary) -> Response:
    """The person came back to a form already sent: nothing is sent twice."""
    return page(
        "journey_kit/sent.html",
        title=_("Votre demande est déjà envoyée"),
        service=folder.procedure.title,
        folder=folder,
        sent=sent,
        trail=trail_of(folder, _("Demande envoyée")),
    )


def without_draft(folder: Folder) -> Response:
    """A page of the form, asked when there is no draft: already sent, or never begun."""
    if folder.setting.at_desk:
        return redirect_to_path(folder.setting.leave)
    sent = just_sent(folder)
    return show_sent(folder, sent) if sent else redirect_to("journey_kit.start", slug=folder.slug)


@blueprint.get("/<slug>")
@public
def start(slug: str) -> Response:
    """What it is for, who may ask, what is needed, what happens next, who answers."""
    folder = look_at_folder(slug)
    return page(
        "journey_kit/start.html",
        title=folder.procedure.title,
        folder=folder,
        rule=folder.document.acknowledgement,
        words=wording,
        evidence=wording.evidence_of(folder.document),
        discarded=request.args.get("efface") == "oui",
        erased=request.args.get("efface") == "definitif",
        given_up=_given_up(folder),
        trail=trail_of(folder),
    )


def _given_up(folder: Folder) -> requests.DiscardedView | None:
    """The draft that the person erased lately, where there is no other to go on with."""
    if not actor().is_resident or folder.draft is not None:
        return None
    return requests.find_discarded(unit(), actor(), folder.procedure.id)


@blueprint.get("/<slug>/commencer")
@resident_only
def resume(slug: str) -> Response:
    """Where a person lands after signing in to begin. Writes nothing: the draft is born with the first answer.

    A draft begun earlier is shown first; ``suite=oui`` comes from a link that said « Reprendre ».
    """
    folder = open_folder(slug)
    if folder.done and request.args.get("suite") != "oui":
        return _show_existing(folder)
    return go_on(folder)


def _show_existing(folder: Folder) -> Response:
    """« Vous avez déjà un brouillon » : when it was begun, how far it is; go on, or begin again."""
    last = folder.document.step(folder.done[-1])
    return page(
        "journey_kit/existing.html",
        title=_("Vous avez déjà un brouillon"),
        service=folder.procedure.title,
        folder=folder,
        last=last.title.get(reading_language()) if last else "",
        trail=trail_of(folder, _("Brouillon")),
    )


@blueprint.post("/<slug>/commencer")
@resident_only
def begin(slug: str) -> Response:
    """Open a draft, or find the one already open."""
    folder = open_folder(slug)
    if folder.done:
        return redirect_to("journey_kit.resume", slug=slug)
    if folder.draft is None:
        folder = Folder(folder.procedure, requests.start_draft(unit(), actor(), folder.procedure))
    return go_on(folder)


@blueprint.get("/<slug>/abandonner")
@resident_only
def confirm_discard(slug: str) -> Response:
    """Ask before erasing."""
    folder = look_at_folder(slug)
    if folder.draft is None:
        return redirect_to("journey_kit.start", slug=slug)
    return page(
        "journey_kit/discard.html",
        title=_("Effacer et recommencer ?") if _again(request.args) else _("Effacer ce brouillon ?"),
        again=_again(request.args),
        service=folder.procedure.title,
        folder=folder,
        trail=trail_of(folder, _("Effacer le brouillon")),
    )


@blueprint.post("/<slug>/abandonner")
@resident_only
def discard(slug: str) -> Response:
    """Give the draft up: it can be found again for a week, and its code ends. Asking again changes nothing.

    With ``recommencer``, an empty form is begun at once.
    """
    folder = look_at_folder(slug)
    if folder.draft is not None:
        assistance.revoke_code(unit(), actor(), folder.draft.id)
        requests.set_draft_aside(unit(), actor(), folder.draft.id)
    if _again(request.form):
        return redirect_to("journey_kit.resume", slug=slug)
    return redirect_to("journey_kit.start", slug=slug, efface="oui")


def _again(sent: Mapping[str, str]) -> bool:
    return sent.get("recommencer") == "oui"


@blueprint.post("/<slug>/brouillon-efface")
@resident_only
def settle_discarded(slug: str) -> Response:
    """Find again the draft given up, or erase it for good."""
    folder = look_at_folder(slug)
    if request.form.get("acte") != "retrouver":
        requests.erase_discarded(unit(), actor(), folder.procedure.id)
        return redirect_to("journey_kit.start", slug=slug, efface="definitif")
    try:
        requests.restore_draft(unit(), actor(), folder.procedure.id)
    except NotFound:  # its week is over, or it was found again from another window
        return redirect_to("journey_kit.start", slug=slug)
    return redirect_to("journey_kit.resume", slug=slug)
