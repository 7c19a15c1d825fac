"""« Guichet » : one box and a reason, at most ten lines, and the file of the person chosen opens."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance.service import normalise_code
from portal.casework.openings import policy
from portal.casework.openings import service as openings
from portal.casework.openings.wording import REASONS
from portal.engine.journey_kit.journeys import current_journeys
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Busy, Invalid
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, redirect_to, take, undo, unit
from portal.ground.web.access import agent_only
from portal.people.accounts.service import agents_of
from portal.screens.counter import wording
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.desk import ask_agreement, may_assist
from portal.screens.counter.lending import DESK

NAMES = ("q", "raison", "precision")
may_find = agent_only(Permission.PERSONS_FIND)


@blueprint.get("/guichet")
@may_assist
def desk() -> Response:
    """The empty screen from which each person is begun with."""
    return _ask()


def _ask(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    typed = {name: clean_line(request.form.get(name, "")[: policy.MAX_TYPED]) for name in NAMES}
    return page(
        "counter/desk.html",
        title=_("Guichet"),
        status=status,
        service=_("Agents"),
        errors=list((errors or {}).items()),
        typed=typed,
        reasons=[(one.value, str(text)) for one, text in REASONS.items()],
        closed=request.args.get("ferme") == "oui",
        volumes=_volumes(),
        journeys=current_journeys(),
        opened=openings.find_open(unit(), actor()),
    )


def _volumes() -> tuple[int, int, int] | None:
    """For who heads departments: how much is searched there, as figures."""
    who = actor()
    if not who.can(Permission.PERSONS_OVERSEE):
        return None
    agents = {one.id for department in who.department_ids for one in agents_of(unit(), department)}
    return openings.volumes_of(unit(), agents)


@blueprint.post("/guichet/recherche")
@may_find
def search() -> Response:
    """Look for a person; a resume code goes on to the agreement of its owner."""
    typed = request.form.get("q", "")
    if normalise_code(typed) is not None:
        return ask_agreement(clean_line(typed[: policy.MAX_TYPED]))
    try:
        _count_search()
        found = openings.look_up(
            unit(), actor(), typed, reason=request.form.get("raison", ""), note=request.form.get("precision", "")
        )
    except Invalid as refused:
        undo()
        return _ask(refused.fields, refused.status)
    except Busy as busy:
        undo()
        response = _ask({"q": _("Trop de recherches. Attendez quelques minutes, puis réessayez.")}, busy.status)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response
    return redirect_to("counter.found", lookup_id=found.id)


def _count_search() -> None:
    undo()
    with background_unit() as session:
        take(session, "person_search", str(actor().id), limit=policy.SEARCHES, per=policy.SEARCHES_PER)


@blueprint.get("/guichet/recherche/<uuid:lookup_id>")
@may_find
def found(lookup_id: UUID) -> Response:
    """The persons found: a name and a year, until one is chosen. The screen empties itself after five minutes."""
    return lock_after(
        page(
            "counter/found.html",
            title=_("Personnes trouvées"),
            service=_("Agents"),
            found=openings.get_lookup(unit(), actor(), lookup_id),
            reasons=REASONS,
            most=policy.MOST_FOUND,
            say_birth=wording.say_birth,
            trail=[(_("Guichet"), DESK), (_("Personnes trouvées"), None)],
        ),
        DESK,
    )


def lock_after(response: Response, address: str, *, minutes: timedelta = policy.LOCK_AFTER) -> Response:
    """Have the browser leave this page after five minutes: without a script, and nothing personal stays on it."""
    response.headers["Refresh"] = f"{int(minutes.total_seconds())};url={address}"
    return response


@blueprint.post("/guichet/recherche/<uuid:lookup_id>/distinguer")
@may_find
def tell_apart(lookup_id: UUID) -> Response:
    """Namesakes are told apart by their day of birth and their commune, once that is asked for."""
    openings.tell_apart(unit(), actor(), lookup_id)
    return redirect_to("counter.found", lookup_id=lookup_id)


@blueprint.post("/guichet/recherche/<uuid:lookup_id>/ouvrir")
@may_find
def open_file(lookup_id: UUID) -> Any:
    """Open the file of the person chosen."""
    rank = request.form.get("rang", "")
    chosen = int(rank) if rank.isascii() and rank.isdigit() else 0
    opened = openings.open_person(unit(), actor(), lookup_id, chosen)
    return redirect_to("counter.person", opening_id=opened.id)
