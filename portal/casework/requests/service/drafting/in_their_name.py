"""What of a person may be opened in their name, for the room that checks a mandate. No answer is read here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.service import ProcedureView, documents_of, with_version_keys
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import Draft, ServiceRequest
from portal.casework.requests.service.drafting.drafts import open_draft
from portal.ground.errors import NotFound

LISTED = 100


@dataclass(frozen=True, slots=True)
class HeldDraft:
    """A draft, with the theme of its procedure."""

    id: UUID
    procedure_id: UUID
    slug: str
    title: str
    theme: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """A request, with the theme of its procedure."""

    id: UUID
    reference: str
    procedure_id: UUID
    slug: str
    title: str
    theme: str
    status: RequestStatus
    submitted_at: datetime


def held_drafts(session: Session, account_id: UUID | None) -> list[HeldDraft]:
    """The drafts of an account, the latest first. Two statements at most."""
    if account_id is None:
        return []
    query = select(Draft.id, Draft.procedure_id, Draft.updated_at).where(Draft.account_id == account_id)
    ordered = query.order_by(Draft.updated_at.desc(), Draft.id).limit(LISTED)
    found = _with_documents(session, ordered, Draft.procedure_id.expression, Draft.procedure_version.expression)
    return [
        HeldDraft(row.id, row.procedure_id, document.slug, str(document.title), document.theme, row.updated_at)
        for row, document in found
    ]


def held_requests(session: Session, person_id: UUID, account_id: UUID | None) -> list[HeldRequest]:
    """The requests of a person, the newest first. Two statements at most."""
    mine: ColumnElement[bool] = ServiceRequest.person_id == person_id
    if account_id is not None:
        mine = or_(mine, ServiceRequest.account_id == account_id)
    query = select(
        ServiceRequest.id,
        ServiceRequest.reference,
        ServiceRequest.procedure_id,
        ServiceRequest.status,
        ServiceRequest.submitted_at,
    ).where(mine)
    found = _with_documents(
        session,
        query.order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc()).limit(LISTED),
        ServiceRequest.procedure_id.expression,
        ServiceRequest.procedure_version.expression,
    )
    return [
        HeldRequest(
            id=row.id,
            reference=row.reference,
            procedure_id=row.procedure_id,
            slug=document.slug,
            title=str(document.title),
            theme=document.theme,
            status=row.status,
            submitted_at=row.submitted_at,
        )
        for row, document in found
    ]


def start_draft_for(session: Session, account_id: UUID, procedure: ProcedureView) -> UUID:
    """Open a draft of this account for a procedure, or give back the one already open; its id.

    Only for a room that has checked a mandate of this person.
    """
    return open_draft(session, account_id, procedure).id


def reference_of(session: Session, request_id: UUID) -> str:
    """The reference of a request, for who has the right to know it.

    :raises NotFound: it is erased.
    """
    found = session.scalar(select(ServiceRequest.reference).where(ServiceRequest.id == request_id))
    if found is None:
        raise NotFound("request_unknown")
    return found


def _with_documents(
    session: Session, query: Select[*tuple[Any, ...]], procedure_id: ColumnElement[UUID], version: ColumnElement[int]
) -> list[tuple[Any, ProcedureDocument]]:
    rows = session.execute(with_version_keys(query, procedure_id, version)).all()
    documents = documents_of(session, {row.version_id: row.published_at for row in rows})
    return [(row, documents[row.version_id]) for row in rows]
