"""« Mandats » : those that people gave to the department, proposing one, printing, going on with one, stopping it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.mandates import service as mandates
from portal.casework.mandates import wording as said
from portal.casework.mandates.enums import Duration, IdentityDocument, ProofKind, Theme
from portal.casework.mandates.service import MandateView, Place, Proposal, Shelf
from portal.ground.dictionary.service import clean_line, display, get_concept
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web import actor, page, redirect_to, settings, undo, unit
from portal.ground.web.access import agent_only
from portal.ground.web.downloads import as_download
from portal.people.accounts.service import find_account_of, list_departments
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.desk import MAX_TYPED, count_attempt
from portal.screens.counter.handles import handle_of, person_of
from portal.screens.counter.mandate_card import show_card, show_moved

MANDATES = "/agents/guichet/mandats"
PAGE = 25
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PROPOSED = (ProofKind.PRESENT, ProofKind.SMS, ProofKind.PAPER)
may_hold = agent_only(Permission.DRAFTS_ASSIST)


@blueprint.get("/guichet/mandats")
@may_hold
def mandate_list() -> Response:
    """A page of the department's mandates, by state."""
    return _list()


def _list(errors: list[tuple[str, str]] | None = None, status: int = 200) -> Response:
    shelf = next((one for one in Shelf if one.value == request.args.get("vue")), Shelf.ACTIVE)
    after = _read_place(request.args.get("apres", ""))
    found = mandates.list_for_departments(unit(), actor(), shelf, after=after, limit=PAGE + 1)
    here = f"{MANDATES}?vue={shelf.value}"
    last = found[PAGE - 1] if len(found) > PAGE else None
    return page(
        "counter/mandates.html",
        title=_("Mandats"),
        status=status,
        service=_("Agents"),
        shelf=shelf,
        shelves=[(Shelf.ACTIVE, _("Actifs")), (Shelf.WAITING, _("En attente")), (Shelf.ENDED, _("Terminés"))],
        mandates=found[:PAGE],
        departments={one.id: one.name for one in list_departments(unit())},
        said=said,
        errors=errors or [],
        typed=clean_line(request.form.get("code", ""))[:MAX_TYPED],
        first=here if after else None,
        next=f"{here}&apres={_write_place(last)}" if last else None,
        trail=[(_("Guichet"), "/agents/guichet"), (_("Mandats"), None)],
    )


def _write_place(last: MandateView) -> str:
    return f"{(last.created_at - EPOCH) // timedelta(microseconds=1)}.{last.id}"


def _read_place(token: str) -> Place | None:
    instant, _dot, row_id = token.partition(".")
    try:
        return Place(EPOCH + timedelta(microseconds=int(instant[:20])), UUID(row_id))
    except (ValueError, OverflowError):
        return None


@blueprint.post("/guichet/mandats")
@may_hold
def find_person() -> Response:
    """The person says the code of their draft: it tells who they are, and a mandate may be proposed to them."""
    typed = clean_line(request.form.get("code", ""))[:MAX_TYPED]
    if assistance.normalise_code(typed) is None:
        return _list([("code", _("Écrivez les 8 lettres du code, par exemple « BCDF-GHJK »."))], 422)
    try:
        count_attempt()
        person_id = assistance.find_person_of_code(unit(), actor(), typed)
    except Busy as busy:
        undo()
        response = _list([("code", _("Trop d’essais. Attendez quelques minutes, puis réessayez."))], busy.status)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response
    except NotFound:
        undo()
        sentence = _("Ce code n’ouvre aucun brouillon. Relisez-le avec la personne, ou demandez-lui un autre code.")
        return _list([("code", sentence)], 422)
    return redirect_to("counter.propose", personne=handle_of(person_id))


@blueprint.get("/guichet/mandats/proposer")
@may_hold
def propose() -> Response:
    """The form of a proposal to the person of a handle."""
    return _ask(person_of(request.args.get("personne", "")))


def _ask(person_id: UUID, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    errors = errors or {}
    account = find_account_of(unit(), person_id)
    number = mandates.known_number(unit(), person_id)
    own = [one for one in list_departments(unit()) if one.id in actor().department_ids]
    return page(
        "counter/mandate_form.html",
        title=_("Proposer un mandat"),
        status=status,
        service=_("Agents"),
        account=account,
        born=display(get_concept("person.birthdate"), account.birthdate) if account and account.birthdate else "",
        handle=handle_of(person_id),
        typed=request.form,
        chosen=request.form.getlist("domaines"),
        ending=f"•• {number[-2:]}" if number else "",
        themes=[(one.value, str(said.THEMES[one])) for one in Theme],
        durations=[(one.value, str(said.DURATIONS[one])) for one in Duration],
        proofs=[(one.value, str(said.PROOFS[one])) for one in PROPOSED],
        papers=[(one.value, str(said.IDENTITY_DOCUMENTS[one])) for one in IdentityDocument],
        services=[(str(one.id), one.name) for one in own],
        errors=list(errors.items()),
        sentences=errors,
        trail=[(_("Guichet"), "/agents/guichet"), (_("Mandats"), MANDATES), (_("Proposer un mandat"), None)],
    )


@blueprint.post("/guichet/mandats/proposer")
@may_hold
def send_proposal() -> Response:
    """Propose; with the person there, the mandate is confirmed in the same act; by SMS, the code leaves with it."""
    person_id = person_of(request.form.get("personne", ""))
    typed: dict[str, Any] = {"domaines": request.form.getlist("domaines"), "duree": request.form.get("duree")}
    proof = next((one for one in PROPOSED if one.value == request.form.get("preuve")), None)
    document = next((one for one in IdentityDocument if one.value == request.form.get("piece")), None)
    errors = _missing(proof, document)
    try:
        themes, duration = mandates.check_proposal(typed)
        if not errors:
            proposal = Proposal(person_id, _department(), themes, duration, request.form.get("nom", ""))
            return _propose(proposal, proof, document)
    except Invalid as refused:
        undo()
        known = {"phone": "numero"}
        errors = {known.get(name, name): sentence for name, sentence in refused.fields.items()} | errors
    return _ask(person_id, errors, 422)


def _missing(proof: ProofKind | None, document: IdentityDocument | None) -> dict[str, str]:
    if proof is None:
        return {"preuve": _("Dites comment la personne donne son accord.")}
    if proof is ProofKind.PRESENT and document is None:
        return {"piece": _("Dites quelle pièce d’identité vous avez vérifiée. Nous ne gardons pas son numéro.")}
    return {}


def _department() -> UUID:
    """The department that will hold it: the agent's only one, or the one chosen among theirs."""
    own = actor().department_ids
    chosen = next((one for one in own if str(one) == request.form.get("service")), None)
    found = chosen or (next(iter(own)) if len(own) == 1 else None)
    if found is None:
        raise Invalid({"service": _("Choisissez le service qui portera le mandat.")})
    return found


def _propose(proposal: Proposal, proof: ProofKind | None, document: IdentityDocument | None) -> Response:
    made = mandates.propose_mandate(unit(), actor(), proposal)
    if proof is ProofKind.PRESENT and document is not None:
        mandates.confirm_present(unit(), actor(), made.id, document)
        return redirect_to("counter.mandate", mandate_id=made.id, fait="donne")
    if proof is ProofKind.SMS:
        mandates.send_sms_code(unit(), actor(), made.id, request.form.get("numero", ""))
    return redirect_to("counter.mandate", mandate_id=made.id, fait="propose")


@blueprint.get("/guichet/mandats/<uuid:mandate_id>")
@may_hold
def mandate(mandate_id: UUID) -> Response:
    """A mandate: what is still to do for it, or what may be opened under it, and its journal."""
    return show_card(mandate_id)


@blueprint.post("/guichet/mandats/<uuid:mandate_id>/renouveler")
@may_hold
def renew(mandate_id: UUID) -> Response:
    """Propose to go on: the person agrees anew, by any proof."""
    duration = next((one for one in Duration if one.value == request.form.get("duree")), None)
    if duration is None:
        return show_card(mandate_id, [("duree", _("Choisissez jusqu’à quand le mandat est donné."))], 422)
    try:
        made = mandates.renew_mandate(unit(), actor(), mandate_id, duration)
    except Conflict:
        return show_moved(mandate_id)
    return redirect_to("counter.mandate", mandate_id=made.id, fait="propose")


@blueprint.get("/guichet/mandats/<uuid:mandate_id>/arreter")
@may_hold
def ask_to_stop(mandate_id: UUID) -> Response:
    """Before stopping it for good."""
    found = mandates.get_mandate(unit(), actor(), mandate_id)
    return page(
        "counter/mandate_stop.html",
        title=_("Arrêter le mandat"),
        service=_("Agents"),
        mandate=found,
        base=f"{MANDATES}/{mandate_id}",
        trail=[(_("Guichet"), "/agents/guichet"), (_("Mandats"), MANDATES), (_("Arrêter le mandat"), None)],
    )


@blueprint.post("/guichet/mandats/<uuid:mandate_id>/arreter")
@may_hold
def stop_mandate(mandate_id: UUID) -> Response:
    """The person asked for it at the desk: it stops at once."""
    mandates.revoke_mandate(unit(), actor(), mandate_id)
    return redirect_to("counter.mandate", mandate_id=mandate_id, fait="arrete")


@blueprint.get("/guichet/mandats/<uuid:mandate_id>/attestation")
@may_hold
def attestation(mandate_id: UUID) -> Response:
    """What the person takes away, or signs: to print."""
    shown = mandates.show_attestation(unit(), actor(), mandate_id, public_url=settings().public_url)
    return page(
        "counter/attestation.html",
        title=shown.content.title,
        service=_("Agents"),
        paper=shown.content,
        shown=shown,
        base=f"{MANDATES}/{mandate_id}",
        trail=[(_("Guichet"), "/agents/guichet"), (_("Mandats"), MANDATES), (shown.content.title, None)],
    )


@blueprint.get("/guichet/mandats/<uuid:mandate_id>/attestation.pdf")
@may_hold
def attestation_pdf(mandate_id: UUID) -> Response:
    """The same as a file."""
    file = mandates.read_attestation_pdf(unit(), actor(), mandate_id)
    return as_download(file.pdf, "application/pdf", file.name, "pdf")
