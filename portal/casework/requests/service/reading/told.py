"""What each recipient of a person's requests was given: which answers, when, on what basis."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import field_concept, field_name_for_errors
from portal.casework.catalogue.service import documents_of, with_version_keys
from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.casework.requests.service.access import account_of
from portal.casework.requests.service.sealed import answers_of
from portal.casework.requests.shapes import ToldRecipient, ToldRequest
from portal.ground.permissions import Actor
from portal.ground.vault.service import VaultError, with_data_keys


def _mine() -> Select[*tuple[Any, ...]]:
    mine = select(ServiceRequest).where(ServiceRequest.account_id == bindparam("account_id"))
    newest = mine.order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc())
    keyed = with_version_keys(
        newest, ServiceRequest.procedure_id.expression, ServiceRequest.procedure_version.expression
    )
    return with_data_keys(keyed, ServiceRequest.data_key_id.expression)


_MINE = _mine()


def list_told(session: Session, actor: Actor, *, skip: int, limit: int) -> list[ToldRequest]:
    """Requests of a resident, the newest first, with what was asked in them and who was sent it.

    Two statements, and a third the first time that this process meets a version of a procedure.

    :raises Forbidden: not a resident.
    """
    rows = session.execute(_MINE.offset(skip).limit(limit), {"account_id": account_of(actor)}).all()
    documents = documents_of(session, {row.version_id: row.published_at for row in rows})
    sent: dict[UUID, list[Forwarding]] = defaultdict(list)
    query = select(Forwarding).where(Forwarding.request_id.in_([row.ServiceRequest.id for row in rows]))
    for one in session.scalars(query.where(Forwarding.transmitted_at.is_not(None)).order_by(Forwarding.connection)):
        sent[one.request_id].append(one)
    return [_told(session, row.ServiceRequest, documents[row.version_id], sent[row.ServiceRequest.id]) for row in rows]


def _told(
    session: Session, request: ServiceRequest, document: ProcedureDocument, sent: list[Forwarding]
) -> ToldRequest:
    names = {route.connection: str(route.recipient) for route in document.routing}
    recipients = tuple(
        ToldRecipient(one.connection, names.get(one.connection, one.connection), one.transmitted_at)
        for one in sent
        if one.transmitted_at is not None
    )
    return ToldRequest(
        reference=request.reference,
        title=str(document.title),
        submitted_at=request.submitted_at,
        service=document.acknowledgement.service.designation or "",
        basis=str(document.legal_basis),
        concepts=_concepts(session, request, document),
        recipients=recipients,
    )


def _concepts(session: Session, request: ServiceRequest, document: ProcedureDocument) -> tuple[tuple[str, str], ...]:
    """Concept and label of each answer; none of a request that was erased, or cannot be read."""
    try:
        answers = answers_of(session, request)
    except VaultError:
        return ()
    found: dict[str, str] = {}
    for step, field in document.fields():
        if field.name in answers or (step.repeat is not None and answers.get(step.repeat.name)):
            found.setdefault(field_concept(field).id, field_name_for_errors(field))
    return tuple(found.items())
