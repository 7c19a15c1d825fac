"""An opinion given on paper after a request, typed in by an agent and marked so."""

from collections.abc import Mapping

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests.service import find_asked
from portal.casework.satisfaction import service as satisfaction
from portal.casework.satisfaction import texts
from portal.ground import clock, web
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only

TYPED = ("obtained", "ease", "words")


def paper_survey(reference: str) -> Response:
    """The two questions; nothing of the person is shown."""
    return _show(reference, {})


def save_paper_survey(reference: str) -> Response:
    """Keep what is on the paper. The journal says so, and the person may change it."""
    typed = {name: request.form.get(name, "") for name in TYPED}
    try:
        asked = find_asked(web.unit(), web.actor(), reference, lock=True)
        satisfaction.answer(web.unit(), web.actor(), asked, **typed)
    except Invalid as refused:
        web.undo()
        return _show(reference, typed, errors=list(refused.fields.items()), status=422)
    except Conflict:
        web.undo()
        return _show(reference, typed, status=409)
    return web.redirect_to("backoffice.paper_survey", reference=asked.reference, fait="oui")


def _show(
    reference: str,
    typed: Mapping[str, str],
    *,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    """The form, or why nothing can be typed any more.

    :raises NotFound: none of the agent's departments, or not decided.
    """
    asked = find_asked(web.unit(), web.actor(), reference)
    given = satisfaction.find_answer(web.unit(), web.actor(), asked)
    return web.page(
        "backoffice/survey.html",
        title=_("Avis reçu sur papier, demande %(reference)s", reference=asked.reference),
        status=status,
        service=_("Agents"),
        reference=asked.reference,
        until=satisfaction.open_until(asked.ended_at),
        is_over=clock.now() > satisfaction.open_until(asked.ended_at),
        by_person=given is not None and given.origin is satisfaction.Origin.PERSON,
        typed_in=given is not None,
        kept=dict(typed),
        errors=errors or [],
        wrong=dict(errors or []),
        texts=texts,
        most=satisfaction.MAX_WORDS,
        done=request.args.get("fait") == "oui",
    )


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    may_enter = agent_only(Permission.REQUESTS_ENTER)
    blueprint.get("/dossiers/<reference>/satisfaction", endpoint="paper_survey")(may_enter(paper_survey))
    blueprint.post("/dossiers/<reference>/satisfaction", endpoint="save_paper_survey")(may_enter(save_paper_survey))
