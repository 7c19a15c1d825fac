"""The door of proposals for the dictionary. Everything flushes and nothing commits.

The dictionary is a file, the same for every authority: an accepted proposal is a fragment to add to it, and changes no
procedure by itself.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import yaml
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.enums import ProposalState
from portal.casework.catalogue.models import ConceptProposal
from portal.casework.catalogue.proposing.shapes import OwnConcept, ProposalView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import Concept
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor

__all__ = [
    "MAX_REASON",
    "OwnConcept",
    "ProposalState",
    "ProposalView",
    "decide_proposal",
    "list_proposals",
    "own_concepts",
    "propose_concept",
    "write_fragment",
]

MAX_REASON = 1000


def own_concepts(documents: Iterable[ProcedureDocument]) -> tuple[OwnConcept, ...]:
    """The data of departments that these procedures ask, by id. Pure."""
    found: dict[str, OwnConcept] = {}
    for document in documents:
        for _step, field in document.fields():
            if field.own is None:
                continue
            known = found.get(field.own.id) or OwnConcept(field.own, ())
            titles = tuple(dict.fromkeys((*known.used_in, str(document.title))))
            found[field.own.id] = OwnConcept(field.own, titles, known.agrees and known.concept == field.own)
    return tuple(found[name] for name in sorted(found))


def propose_concept(session: Session, actor: Actor, concept: Concept, reason: str) -> ProposalView:
    """Ask that a datum join the dictionary.

    :raises Invalid: no reason, or one that is too long.
    :raises Conflict: ``already_proposed``.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid(
            {"raison": _("Dites à quoi cette donnée servirait ailleurs, par exemple « Trois services la demandent ».")}
        )
    if len(reason) > MAX_REASON:
        raise Invalid({"raison": _("Écrivez %(limit)d caractères au plus.", limit=MAX_REASON)})
    if actor.id is None:
        raise ValueError("an agent proposes")
    row = ConceptProposal(concept_id=concept.id, concept=_as_data(concept), reason=reason, proposed_by=actor.id)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise Conflict("already_proposed") from None
    record(session, actor, "concept_proposed", details={"concept": concept.id})
    return _view(row)


def list_proposals(session: Session, state: ProposalState | None = None) -> list[ProposalView]:
    """The proposals, the latest first; with ``state``, those only."""
    query = select(ConceptProposal).order_by(ConceptProposal.proposed_at.desc(), ConceptProposal.id)
    if state is not None:
        query = query.where(ConceptProposal.state == state)
    return [_view(row) for row in session.scalars(query)]


def decide_proposal(
    session: Session, actor: Actor, proposal_id: UUID, state: ProposalState, answer: str = ""
) -> ProposalView:
    """Accept or refuse. A refusal says why.

    :raises NotFound: there is none.
    :raises Conflict: ``already_decided``.
    :raises Invalid: a refusal without a word, or too many of them.
    """
    answer = answer.strip()
    if state is ProposalState.REFUSED and not answer:
        raise Invalid({"reponse": _("Dites pourquoi, par exemple « Le dictionnaire a déjà request.comment ».")})
    if len(answer) > MAX_REASON:
        raise Invalid({"reponse": _("Écrivez %(limit)d caractères au plus.", limit=MAX_REASON)})
    query = select(ConceptProposal).where(ConceptProposal.id == proposal_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("proposal_unknown")
    if row.state is not ProposalState.PROPOSED:
        raise Conflict("already_decided")
    row.state, row.answer, row.decided_by, row.decided_at = state, answer, actor.id, clock.now()
    record(session, actor, "concept_decided", details={"concept": row.concept_id, "state": state.value})
    session.flush()
    return _view(row)


def write_fragment(proposals: Iterable[ProposalView]) -> str:
    """The accepted concepts as YAML, to be added to ``concepts.yaml`` under an id without ``department.``."""
    data = [_as_data(proposal.concept) for proposal in proposals if proposal.state is ProposalState.ACCEPTED]
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110) if data else ""


def _as_data(concept: Concept) -> dict[str, Any]:
    return concept.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def _view(row: ConceptProposal) -> ProposalView:
    return ProposalView(
        id=row.id,
        concept=Concept.model_validate(row.concept),
        reason=row.reason,
        state=row.state,
        answer=row.answer,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        decided_at=row.decided_at,
    )
