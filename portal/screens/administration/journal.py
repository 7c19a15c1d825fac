"""« Journal » : for who watches over the data. Acts and their authors, about one person, with a written reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.ground.audit import policy
from portal.ground.audit import service as audit
from portal.ground.audit.service import AuditView, Place, Report
from portal.ground.dictionary.service import clean_block, clean_line
from portal.ground.errors import NotFound
from portal.ground.permissions import ActorKind, Permission
from portal.ground.web import actor, page, redirect_to, unit
from portal.ground.web.access import agent_only
from portal.screens.administration import wording
from portal.screens.administration.agents import Errors
from portal.screens.administration.blueprint import blueprint
from portal.screens.administration.queries import is_person, names_of, references_of
from portal.screens.myspace.consultations import read_place, write_place
from portal.screens.myspace.wording import CONSULTATIONS

PAGE, LATEST, MAX_REFERENCE = 25, 8, 60
WHOLE, ONE = "personne", "demande"
may_search = agent_only(Permission.JOURNAL_READ)


@dataclass(frozen=True, slots=True)
class Line:
    """One act, in words. ``code`` is what the journal itself holds."""

    at: datetime
    who: str
    act: str
    code: str
    reference: str


@blueprint.get("/journal")
@may_search
def journal() -> Response:
    """The search, where the chain of seals stands, and the latest searches of everybody who may make them."""
    return _show({"scope": ONE})


@blueprint.post("/journal")
@may_search
def search_journal() -> Response:
    """Note the reason, then open the lines."""
    typed = {
        "reference": clean_line(request.form.get("reference", ""))[:MAX_REFERENCE],
        "scope": WHOLE if request.form.get("scope") == WHOLE else ONE,
        "reason": clean_block(request.form.get("reason", "")),
    }
    found, errors = _find(typed["reference"]), _check_reason(typed["reason"])
    if found is None:
        sentence = _("Aucune demande ni personne n’a cette référence. Vérifiez-la, par exemple « VSI-7F3K-2M ».")
        errors.insert(0, ("reference", sentence))
    if found is None or errors:
        return _show(typed, errors=errors, status=422)
    subject_id, request_id = found
    only = request_id if typed["scope"] == ONE else None
    opened = audit.open_search(unit(), actor(), subject_id=subject_id, request_id=only, reason=typed["reason"])
    return redirect_to("administration.journal_lines", search_id=opened)


def _find(typed: str) -> tuple[UUID, UUID | None] | None:
    """The person, and the request when it is one that was named."""
    request_id = requests.find_request_id(unit(), typed)
    if request_id is not None:
        return requests.person_of(unit(), request_id), request_id
    try:
        person_id = UUID(typed)
    except ValueError:
        return None
    return (person_id, None) if is_person(unit(), person_id) else None


def _check_reason(reason: str) -> Errors:
    if policy.MIN_REASON <= len(reason) <= policy.MAX_REASON:
        return []
    told = _(
        "Écrivez la raison de cette recherche, en %(least)d à %(most)d caractères.",
        least=policy.MIN_REASON,
        most=policy.MAX_REASON,
    )
    return [("reason", told)]


@blueprint.get("/journal/<uuid:search_id>")
@may_search
def journal_lines(search_id: UUID) -> Response:
    """A stretch of the lines that a search opened, the newest first."""
    search = audit.read_search(unit(), actor(), search_id)
    after = read_place(request.args.get("apres", ""))
    entries = audit.list_about(
        unit(),
        search.subject_id,
        kinds=tuple(ActorKind),
        request_id=search.request_id,
        after=after,
        limit=PAGE + 1,
    )
    start = f"/agents/journal/{search_id}"
    last = entries[PAGE - 1] if len(entries) > PAGE else None
    found = references_of(unit(), {search.request_id} if search.request_id else set())
    reference = found.get(search.request_id, _("effacée")) if search.request_id else ""
    named = _("Journal de la demande %(reference)s", reference=reference)
    return page(
        "administration/journal_lines.html",
        title=named if reference else _("Journal d’une personne"),
        service=_("Agents"),
        search=search,
        lines=_say(entries[:PAGE]),
        first=start if after else None,
        next=f"{start}?apres={write_place(Place(last.occurred_at, last.id))}" if last else None,
    )


@blueprint.post("/journal/verifier")
@may_search
def verify_journal() -> Response:
    """Read the whole chain again, and say what is wrong first. Who asked, and what came of it, is noted."""
    report = audit.verify(unit())
    found = report.finding.fault.value if report.finding is not None else "none"
    audit.record(unit(), actor(), "journal_verified", details={"sealed": str(report.sealed), "fault": found})
    return _show({"scope": ONE}, report=report)


def _show(
    typed: dict[str, str], *, errors: Errors | None = None, report: Report | None = None, status: int = 200
) -> Response:
    searches = audit.list_searches(unit(), actor(), limit=LATEST)
    return page(
        "administration/journal.html",
        title=_("Journal") if report is None else _("Journal relu"),
        status=status,
        service=_("Agents"),
        typed=typed,
        errors=errors or [],
        head=audit.last_seal(unit()),
        report=report,
        faults=wording.FAULTS,
        searches=searches,
        names=names_of(unit(), {one.agent_id for one in searches}),
        references=references_of(unit(), {one.request_id for one in searches if one.request_id}),
        scopes=[(ONE, _("Cette demande seulement")), (WHOLE, _("Tout ce qui concerne la personne"))],
    )


def _say(entries: Sequence[AuditView]) -> list[Line]:
    agents = {one.actor_id for one in entries if one.actor_id and one.actor_kind is ActorKind.AGENT}
    names = names_of(unit(), agents)
    references = references_of(unit(), {one.request_id for one in entries if one.request_id})
    return [
        Line(
            at=one.occurred_at,
            who=_who(one, names),
            act=str(wording.ACTS.get(one.action, CONSULTATIONS.get(one.action, ""))),
            code=one.action,
            reference=references.get(one.request_id, "") if one.request_id else "",
        )
        for one in entries
    ]


def _who(one: AuditView, names: dict[UUID, str]) -> str:
    if one.actor_kind is ActorKind.AGENT and one.actor_id in names:
        return names[one.actor_id]
    if one.actor_kind is ActorKind.PARTNER and one.connection:
        try:
            return str(current_app.extensions["parvis_connections"].title(one.connection))
        except NotFound:
            return one.connection
    return str(wording.ACTOR_KINDS[one.actor_kind])
