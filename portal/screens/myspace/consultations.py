"""« Qui a consulté mon dossier » : each reading by an agent, each exchange with a partner, from the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.openings.wording import REASONS_BY_CODE as REASONS
from portal.ground.audit.service import AuditView, Place, list_about
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import ActorKind
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.screens.myspace import wording
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.queries.readings import Concerned, agents_presented, concerned, find_concerned

PAGE = 12
SHOWN = (ActorKind.AGENT, ActorKind.PARTNER)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ADDRESS = "/mon-espace/consultations"


@dataclass(frozen=True, slots=True)
class Consultation:
    """One line, in words."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one request, the newest first; without a request, those about the person."""

    about: Concerned | None
    lines: tuple[Consultation, ...]


@blueprint.get(ADDRESS)
@resident_only
def consultations() -> Response:
    """A stretch of the journal, the newest first, gathered by request; ``demande`` keeps to one of them."""
    who = actor()
    if who.id is None or who.subject is None:
        raise Forbidden("resident_needed")
    asked = request.args.get("demande", "")
    only = find_concerned(unit(), who.subject, who.id, asked) if asked else None
    after = read_place(request.args.get("apres", ""))
    entries = list_about(
        unit(),
        who.subject,
        kinds=SHOWN,
        request_id=only.id if only else None,
        after=after,
        limit=PAGE + 1,
    )
    start = f"{ADDRESS}?demande={only.reference}" if only else ADDRESS
    return page(
        "myspace/consultations.html",
        title=_("Qui a consulté mon dossier"),
        service=_("Mon espace"),
        groups=_gather(entries[:PAGE], who.subject, who.id),
        only=only,
        everything=ADDRESS,
        first=start if after else None,
        next=_next(start, entries),
        trail=[(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (_("Qui a consulté mon dossier"), None)],
    )


def _next(start: str, entries: Sequence[AuditView]) -> str | None:
    if len(entries) <= PAGE:
        return None
    last = entries[PAGE - 1]
    return f"{start}{'&' if '?' in start else '?'}apres={write_place(Place(last.occurred_at, last.id))}"


def write_place(place: Place) -> str:
    """Where a page stopped, for the address: microseconds since 1970 and the id."""
    return f"{(place.occurred_at - EPOCH) // timedelta(microseconds=1)}.{place.id}"


def read_place(token: str) -> Place | None:
    """The place in an address; None, hence the first page, when it was altered."""
    instant, _dot, row_id = token.partition(".")
    try:
        return Place(EPOCH + timedelta(microseconds=int(instant[:20])), UUID(row_id))
    except (ValueError, OverflowError):
        return None


def _gather(entries: Sequence[AuditView], person_id: UUID, account_id: UUID) -> list[Group]:
    about = concerned(unit(), person_id, account_id, {one.request_id for one in entries if one.request_id})
    names = agents_presented(unit(), {one.actor_id for one in entries if one.actor_id})
    gathered: dict[UUID | None, list[Consultation]] = {}
    for one in entries:
        key = one.request_id if one.request_id in about else None
        gathered.setdefault(key, []).append(_say(one, names))
    return [Group(about.get(key) if key else None, tuple(lines)) for key, lines in gathered.items()]


def _say(one: AuditView, names: dict[UUID, str]) -> Consultation:
    what = str(wording.CONSULTATIONS.get(one.action, wording.OTHER_CONSULTATION))
    if one.actor_kind is ActorKind.AGENT:
        who = (names.get(one.actor_id, "") if one.actor_id else "") or _("un agent du service")
        why = REASONS.get(one.details.get("reason", ""))
        if why is not None:
            text = _("%(what)s par %(who)s. Sa raison : %(why)s", what=what, who=who, why=why)
            return Consultation(one.occurred_at, text)
        return Consultation(one.occurred_at, _("%(what)s par %(who)s", what=what, who=who))
    return Consultation(one.occurred_at, _("%(what)s : %(who)s", what=what, who=_partner(one.connection)))


def _partner(name: str | None) -> str:
    registry = current_app.extensions.get("parvis_connections")
    try:
        return str(registry.title(name)) if registry is not None and name else _("un partenaire")
    except NotFound:
        return _("un partenaire")
