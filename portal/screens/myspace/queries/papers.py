"""What was said in writing to one person: acknowledgements and decisions, with the file of those that have one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, exists, literal, select, union_all
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import ProcedureVersion
from portal.casework.receipts.enums import PaperKind
from portal.casework.receipts.models import Paper
from portal.casework.requests.enums import MessageKind
from portal.casework.requests.models import Acknowledgement, RequestMessage, ServiceRequest
from portal.casework.requests.policy import DECISIONS
from portal.ground.permissions import ActorKind
from portal.screens.myspace.queries.requests import version_of_request


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """A paper, by what it is about. ``size``: of its PDF in bytes, None as long as it was not made."""

    kind: PaperKind
    reference: str
    title: str
    at: datetime
    size: int | None


def _papers(kind: PaperKind, at: ColumnElement[Any], *where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The papers of one kind of every request of an account."""
    return (
        select(
            literal(kind.value).label("kind"),
            ServiceRequest.reference,
            ProcedureVersion.title,
            at.label("at"),
            Paper.size,
        )
        .select_from(ServiceRequest)
        .join(ProcedureVersion, version_of_request())
        .outerjoin(Paper, and_(Paper.request_id == ServiceRequest.id, Paper.kind == kind))
        .where(ServiceRequest.account_id == bindparam("account_id", type_=Uuid()), *where)
    )


def _every_paper() -> Select[*tuple[Any, ...]]:
    acknowledged = _papers(PaperKind.ACKNOWLEDGEMENT, Acknowledgement.issued_at.expression).join(
        Acknowledgement, Acknowledgement.request_id == ServiceRequest.id
    )
    by_an_agent = exists().where(
        RequestMessage.request_id == ServiceRequest.id,
        RequestMessage.kind == MessageKind.DECISION,
        RequestMessage.author_kind == ActorKind.AGENT,
    )
    decided = _papers(
        PaperKind.DECISION,
        ServiceRequest.decided_at.expression,
        ServiceRequest.status.in_(list(DECISIONS)),
        ServiceRequest.decided_at.is_not(None),
        by_an_agent,
    )
    found = union_all(acknowledged, decided).subquery()
    return select(found).order_by(found.c.at.desc(), found.c.reference, found.c.kind)


_EVERY_PAPER = _every_paper()


def papers_of(session: Session, account_id: UUID, *, skip: int, limit: int) -> list[ListedPaper]:
    """The papers of this account, the newest first. One statement."""
    rows = session.execute(_EVERY_PAPER.offset(skip).limit(limit), {"account_id": account_id})
    return [ListedPaper(PaperKind(row.kind), row.reference, row.title, row.at, row.size) for row in rows]
