"""Data that departments use alone, and their proposal for the common dictionary."""

from uuid import UUID

from flask import make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.proposing import service as proposing
from portal.casework.catalogue.proposing.service import OwnConcept, ProposalState
from portal.casework.catalogue.publishing.service import list_documents
from portal.ground import web
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.reviewing import HOME

SHOWN = 30


@blueprint.get("/concepts")
@may_edit
def own_concepts() -> Response:
    """The data that the dictionary does not know, who asks them, and where their proposal stands."""
    proposals = {one.concept.id: one for one in reversed(proposing.list_proposals(web.unit()))}
    found = _own()
    return web.page(
        "builder/concepts.html",
        title=_("Données propres aux services"),
        service=_("Agents"),
        concepts=[(one, proposals.get(one.concept.id)) for one in found[:SHOWN]],
        hidden=max(0, len(found) - SHOWN),
        done=request.args.get("fait", ""),
        trail=[(_("Démarches"), HOME), (_("Données propres aux services"), None)],
    )


def _own() -> tuple[OwnConcept, ...]:
    return proposing.own_concepts(list_documents(web.unit()))


def _find(concept_id: str) -> OwnConcept:
    for one in _own():
        if one.concept.id == concept_id:
            return one
    raise NotFound("concept_unknown")


@blueprint.get("/concepts/<concept_id>/proposer")
@may_edit
def propose_form(concept_id: str) -> Response:
    """Ask why."""
    return _ask(_find(concept_id))


def _ask(one: OwnConcept, error: str = "", status: int = 200) -> Response:
    return web.page(
        "builder/propose.html",
        title=_("Proposer « %(label)s » au dictionnaire commun", label=one.concept.label),
        status=status,
        service=_("Agents"),
        own=one,
        reason=request.form.get("raison", ""),
        limit=proposing.MAX_REASON,
        errors=[("raison", error)] if error else [],
        trail=[(_("Démarches"), HOME), (_("Données propres aux services"), f"{HOME}/concepts"), (_("Proposer"), None)],
    )


@blueprint.post("/concepts/<concept_id>/proposer")
@may_edit
def propose(concept_id: str) -> Response:
    """Keep the proposal; one at a time for each datum."""
    one = _find(concept_id)
    try:
        proposing.propose_concept(web.unit(), web.actor(), one.concept, request.form.get("raison", ""))
    except Invalid as refused:
        return _ask(one, refused.fields["raison"], 422)
    except Conflict:
        return web.redirect_to("builder.own_concepts", fait="deja")
    return web.redirect_to("builder.own_concepts", fait="propose")


@blueprint.get("/concepts/propositions")
@agent_only(Permission.CONCEPTS_DECIDE)
def proposals() -> Response:
    """What waits for an answer, and what was answered lately."""
    found = proposing.list_proposals(web.unit())
    waiting = [one for one in found if one.state is ProposalState.PROPOSED]
    decided = [one for one in found if one.state is not ProposalState.PROPOSED]
    return web.page(
        "builder/proposals.html",
        title=_("Propositions pour le dictionnaire"),
        service=_("Agents"),
        waiting=waiting[:SHOWN],
        decided=decided[:SHOWN],
        accepted=any(one.state is ProposalState.ACCEPTED for one in decided),
        done=request.args.get("fait", ""),
    )


@blueprint.get("/concepts/propositions/<uuid:proposal_id>")
@agent_only(Permission.CONCEPTS_DECIDE)
def proposal(proposal_id: UUID) -> Response:
    """One proposal, with its fragment of the dictionary."""
    return _show(proposal_id)


def _show(proposal_id: UUID, error: str = "", status: int = 200) -> Response:
    found = next((one for one in proposing.list_proposals(web.unit()) if one.id == proposal_id), None)
    if found is None:
        raise NotFound("proposal_unknown")
    return web.page(
        "builder/proposal.html",
        title=_("« %(label)s » dans le dictionnaire ?", label=found.concept.label),
        status=status,
        service=_("Agents"),
        proposal=found,
        answer=request.form.get("reponse", ""),
        limit=proposing.MAX_REASON,
        errors=[("reponse", error)] if error else [],
        trail=[
            (_("Propositions pour le dictionnaire"), f"{HOME}/concepts/propositions"),
            (str(found.concept.label), None),
        ],
    )


@blueprint.post("/concepts/propositions/<uuid:proposal_id>")
@agent_only(Permission.CONCEPTS_DECIDE)
def decide(proposal_id: UUID) -> Response:
    """Accept or refuse; a colleague may have been faster."""
    wanted = ProposalState.ACCEPTED if request.form.get("decision") == "accepter" else ProposalState.REFUSED
    try:
        proposing.decide_proposal(web.unit(), web.actor(), proposal_id, wanted, request.form.get("reponse", ""))
    except Invalid as refused:
        return _show(proposal_id, refused.fields["reponse"], 422)
    except Conflict:
        web.undo()
        return web.redirect_to("builder.proposals", fait="deja")
    return web.redirect_to("builder.proposals", fait=wanted.value)


@blueprint.get("/concepts/acceptes.yaml")
@agent_only(Permission.CONCEPTS_DECIDE)
def accepted_file() -> Response:
    """The accepted data, as they are written in the file of the dictionary."""
    response = make_response(proposing.write_fragment(proposing.list_proposals(web.unit())))
    response.headers["Content-Type"] = "application/yaml; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="concepts-acceptes.yaml"'
    return response
