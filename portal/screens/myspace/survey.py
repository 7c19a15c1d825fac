"""« Votre avis » : two questions after the answer, with an account or with the code of the request."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.casework.requests.service import RequestView
from portal.casework.satisfaction import service as satisfaction
from portal.casework.satisfaction import texts
from portal.casework.satisfaction.service import Standing
from portal.engine.journey_kit.following import find_following
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Actor
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.access import public, resident_only
from portal.screens.myspace.blueprint import blueprint

TYPED = ("obtained", "ease", "words")


def survey_of(view: RequestView, account_id: UUID | None) -> Standing | None:
    """Whether the applicant is asked about this request; None when there is nothing to ask, or no longer."""
    if view.decision is None or view.decided_at is None:
        return None
    return satisfaction.standing_of(unit(), request_id=view.id, account_id=account_id, ended_at=view.decided_at)


@blueprint.get("/demandes/<reference>/avis")
@resident_only
def survey(reference: str) -> Response:
    """The two questions, with what was answered before."""
    return _show(actor(), reference, f"/demandes/{reference}")


@blueprint.post("/demandes/<reference>/avis")
@resident_only
def save_survey(reference: str) -> Response:
    """Keep the answers."""
    return _save(actor(), reference, lambda: redirect_to("myspace.one_request", reference=reference, _anchor="avis"))


@blueprint.get("/suivre/<reference>/avis")
@public
def follow_survey(reference: str) -> Response:
    """The two questions, for who has shown the code."""
    found = find_following(reference)
    if found is None:
        return redirect_to("myspace.ask_code", reference=reference)
    return _show(found.actor, reference, f"/suivre/{reference}")


@blueprint.post("/suivre/<reference>/avis")
@public
def save_followed_survey(reference: str) -> Response:
    """Keep the answers of who has shown the code."""
    found = find_following(reference)
    if found is None:
        return redirect_to("myspace.ask_code", reference=reference)
    return _save(found.actor, reference, lambda: redirect_to("myspace.follow", reference=reference, _anchor="avis"))


@blueprint.post("/mon-espace/preferences/avis")
@resident_only
def choose_surveys() -> Response:
    """Ask this person no more about any request, or ask again."""
    if request.form.get("choix") == "oui":
        satisfaction.accept_surveys(unit(), actor())
        return redirect_to("myspace.preferences", fait="avis-oui", _anchor="avis")
    satisfaction.refuse_surveys(unit(), actor())
    return redirect_to("myspace.preferences", fait="avis-non", _anchor="avis")


def _show(
    who: Actor,
    reference: str,
    back: str,
    *,
    typed: Mapping[str, str] | None = None,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    """The form; nothing but a sentence once it is too late.

    :raises NotFound: not theirs, or not decided.
    """
    asked = requests.find_asked(unit(), who, reference)
    view = requests.get_request(unit(), who, reference)
    standing = survey_of(view, who.id)
    given = satisfaction.find_answer(unit(), who, asked)
    kept = {"obtained": given.obtained.value, "ease": str(given.ease), "words": given.words} if given else {}
    here = _("Votre avis")
    return page(
        "myspace/survey.html",
        title=_("%(here)s : %(title)s", here=here, title=view.procedure_title),
        status=status,
        service=_("Mon espace"),
        view=view,
        back=back,
        standing=standing,
        given=given,
        kept=dict(typed or kept),
        errors=errors or [],
        wrong=dict(errors or []),
        texts=texts,
        most=satisfaction.MAX_WORDS,
        trail=[(_("Accueil"), "/"), (view.procedure_title, back), (here, None)],
    )


def _save(who: Actor, reference: str, done: Callable[[], Response]) -> Response:
    typed = {name: request.form.get(name, "") for name in TYPED}
    back = request.path.removesuffix("/avis")
    try:
        asked = requests.find_asked(unit(), who, reference, lock=True)
        satisfaction.answer(unit(), who, asked, **typed)
    except Invalid as refused:
        undo()
        return _show(who, reference, back, typed=typed, errors=list(refused.fields.items()), status=422)
    except Conflict:
        undo()
        return _show(who, reference, back, typed=typed, status=409)
    return done()
