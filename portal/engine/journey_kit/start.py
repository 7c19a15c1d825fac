"""Before the first question: what the procedure is, beginning, giving up."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.engine.journey_kit import wording
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.flow import next_step
from portal.engine.journey_kit.folder import Folder, just_sent, look_at_folder, open_folder
from portal.ground.web import actor, page, redirect_to, unit
from portal.ground.web.access import public, resident_only


def trail_of(folder: Folder, here: str | None = None) -> list[tuple[str, str | None]]:
    """Home, procedures, this procedure, and the page inside it."""
    steps: list[tuple[str, str | None]] = [(_("Accueil"), "/"), (_("Démarches"), "/demarches")]
    if here is None:
        return [*steps, (folder.procedure.title, None)]
    return [*steps, (folder.procedure.title, f"/demarches/{folder.slug}"), (here, None)]


def go_on(folder: Folder) -> Response:
    """To the next thing to do: a step, or the check."""
    return go_to(folder, next_step(folder.document, folder.answers, folder.done))


def go_to(folder: Folder, step: Any) -> Response:
    """To a step, or to the check when there is none."""
    if step is None:
        return redirect_to("journey_kit.check", slug=folder.slug)
    return redirect_to("journey_kit.show_step", slug=folder.slug, step_slug=step.slug)


def to_choice(folder: Folder) -> Response:
    """The procedure changed since the draft was begun: the person chooses, knowing what changes."""
    return redirect_to("journey_kit.show_change", slug=folder.slug)


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
        trail=trail_of(folder),
    )


@blueprint.get("/<slug>/commencer")
@resident_only
def resume(slug: str) -> Response:
    """Where a person lands after signing in to begin. Writes nothing: the draft is born with the first answer."""
    folder = open_folder(slug)
    return to_choice(folder) if folder.newer else go_on(folder)


@blueprint.post("/<slug>/commencer")
@resident_only
def begin(slug: str) -> Response:
    """Open a draft, or find the one already open."""
    folder = open_folder(slug)
    if folder.newer:
        return to_choice(folder)
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
        title=_("Effacer ce brouillon ?"),
        service=folder.procedure.title,
        folder=folder,
        trail=trail_of(folder, _("Effacer le brouillon")),
    )


@blueprint.post("/<slug>/abandonner")
@resident_only
def discard(slug: str) -> Response:
    """Erase the draft; asking again changes nothing."""
    folder = look_at_folder(slug)
    if folder.draft is not None:
        requests.discard_draft(unit(), actor(), folder.draft.id)
    return redirect_to("journey_kit.start", slug=slug, efface="oui")
