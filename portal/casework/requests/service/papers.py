"""What papers are made from, and asking the worker to make them: in the transaction of the act, never in a page."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version
from portal.casework.requests import policy
from portal.casework.requests.enums import MessageKind
from portal.casework.requests.models import Acknowledgement, RequestMessage, ServiceRequest
from portal.casework.requests.service.access import read_and_journal
from portal.casework.requests.service.sealed import acknowledgement_data, message_content, rows_held
from portal.casework.requests.shapes import AcknowledgementView, DecisionLetterView
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor, ActorKind
from portal.records.outbox.service import enqueue

PAPER_LANE: Final = "papiers"
ACKNOWLEDGEMENT_PAPER: Final = "paper_acknowledgement"
DECISION_PAPER: Final = "paper_decision"
PAPER_KINDS: Final[Sequence[str]] = (ACKNOWLEDGEMENT_PAPER, DECISION_PAPER)


def order_paper(session: Session, request_id: UUID, kind: str, *, time: int = 0) -> None:
    """Have the PDF made by the worker. Asking again for the same time changes nothing.

    :param kind: one of ``PAPER_KINDS``, the kind of the outbox message.
    :param time: 0 with the act itself; then the number of times it was asked for in vain.
    """
    enqueue(
        session,
        lane=PAPER_LANE,
        kind=kind,
        payload={"request_id": str(request_id)},
        idempotency_key=f"paper:{request_id}:{time}",
        group=str(request_id),
    )


def get_acknowledgement(
    session: Session, actor: Actor, reference: str, *, journal: Session | None = None
) -> AcknowledgementView:
    """The acknowledgement as issued at submission.

    :param journal: the session that writes the line of the journal; mandatory for an agent.
    :raises NotFound: no request of theirs.
    """
    return _acknowledgement(session, read_and_journal(session, actor, reference, journal, "acknowledgement_read"))


def issued_acknowledgement(session: Session, request_id: UUID) -> AcknowledgementView:
    """The same, for the worker; never for a person.

    :raises VaultDestroyed: the request is erased.
    """
    return _acknowledgement(session, session.get_one(ServiceRequest, request_id))


def _acknowledgement(session: Session, request: ServiceRequest) -> AcknowledgementView:
    with rows_held(session):
        row = session.scalars(select(Acknowledgement).where(Acknowledgement.request_id == request.id)).one()
        data = acknowledgement_data(session, request, row)
    return AcknowledgementView(
        number=data.number,
        data=data,
        content_hash=row.content_hash,
        request_id=request.id,
        data_key_id=request.data_key_id,
    )


def get_decision_letter(
    session: Session, actor: Actor, reference: str, *, journal: Session | None = None
) -> DecisionLetterView:
    """The decision that an agent made, with its reasons.

    :param journal: the session that writes the line of the journal; mandatory for an agent.
    :raises NotFound: no request of theirs, or no agent has decided it.
    """
    return _decision(session, read_and_journal(session, actor, reference, journal, "decision_read"))


def issued_decision(session: Session, request_id: UUID) -> DecisionLetterView:
    """The same, for the worker; never for a person.

    :raises NotFound: no agent has decided it.
    :raises VaultDestroyed: the request is erased.
    """
    return _decision(session, session.get_one(ServiceRequest, request_id))


def _decision(session: Session, request: ServiceRequest) -> DecisionLetterView:
    query = (
        select(RequestMessage)
        .where(
            RequestMessage.request_id == request.id,
            RequestMessage.kind == MessageKind.DECISION,
            RequestMessage.author_kind == ActorKind.AGENT,
        )
        .order_by(RequestMessage.posted_at.desc(), RequestMessage.id.desc())
        .limit(1)
    )
    with rows_held(session):
        message = session.scalars(query).one_or_none()
        if message is None or request.status not in policy.DECISIONS or request.decided_at is None:
            raise NotFound("decision_unknown")
        issued = _acknowledgement(session, request).data
        words = message_content(session, request, message)
    return DecisionLetterView(
        reference=request.reference,
        subject=get_version(session, request.procedure_id, request.procedure_version).title,
        applicant=request.applicant_name,
        submitted_at=request.submitted_at,
        decision=request.status,
        reason=words["text"],
        agent_name=words["author"],
        agent_role=words["role"],
        decided_at=request.decided_at,
        service=issued.service,
        recourse=issued.recourse,
        language=request.language,
        request_id=request.id,
        data_key_id=request.data_key_id,
    )
