"""Messages of every request of one person, without their words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select, true
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import ProcedureVersion
from portal.casework.notifications.service.inbox import unread_column
from portal.casework.requests.enums import MessageKind
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.casework.requests.policy import DECISIONS
from portal.ground.permissions import ActorKind
from portal.screens.myspace.queries.requests import version_of_request

MESSAGES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A message, without its words. ``answered``: the person has written since. ``read_at``: by the other side.

    ``is_letter``: a decision that has a letter of its own.
    """

    reference: str
    title: str
    kind: MessageKind
    mine: bool
    posted_at: datetime
    read_at: datetime | None
    answered: bool
    is_letter: bool = False


def _received() -> Select[*tuple[Any, ...]]:
    account_id = bindparam("account_id", type_=Uuid())
    mine = (
        select(RequestMessage.request_id, func.max(RequestMessage.posted_at).label("at"))
        .where(RequestMessage.author_kind == ActorKind.RESIDENT)
        .join(ServiceRequest, ServiceRequest.id == RequestMessage.request_id)
        .where(ServiceRequest.account_id == account_id)
        .group_by(RequestMessage.request_id)
        .subquery()
    )
    return (
        select(
            RequestMessage.id,
            RequestMessage.request_id,
            RequestMessage.kind,
            RequestMessage.author_kind,
            RequestMessage.posted_at,
            RequestMessage.read_at,
            ServiceRequest.reference,
            ServiceRequest.status,
            ProcedureVersion.title,
            mine.c.at,
        )
        .join(ServiceRequest, ServiceRequest.id == RequestMessage.request_id)
        .join(ProcedureVersion, version_of_request())
        .outerjoin(mine, mine.c.request_id == RequestMessage.request_id)
        .where(ServiceRequest.account_id == account_id)
        .order_by(RequestMessage.posted_at.desc(), RequestMessage.id.desc())
    )


_MESSAGES = _received()


def _with_unread(latest: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The same rows with the number of notices not read; one row at least, empty where there is no message."""
    unread = select(unread_column(bindparam("account_id", type_=Uuid())).label("unread")).subquery()
    found = latest.subquery()
    return (
        select(unread.c.unread, found)
        .select_from(unread)
        .outerjoin(found, true())
        .order_by(found.c.posted_at.desc(), found.c.id.desc())
    )


_LATEST_RECEIVED = _with_unread(_MESSAGES.where(RequestMessage.author_kind != ActorKind.RESIDENT).limit(MESSAGES_SHOWN))


def latest_received(session: Session, account_id: UUID) -> tuple[list[Exchanged], int]:
    """The last messages sent to this account, the newest first; and how many notices it has not read."""
    rows = session.execute(_LATEST_RECEIVED, {"account_id": account_id}).all()
    return [_exchanged(row) for row in rows if row.request_id is not None], rows[0].unread


def messages_of(session: Session, account_id: UUID, *, skip: int, limit: int) -> list[Exchanged]:
    """The messages of every request of this account, from both sides, the newest first, without their words."""
    rows = session.execute(_MESSAGES.offset(skip).limit(limit), {"account_id": account_id})
    return [_exchanged(row) for row in rows]


def _exchanged(row: Any) -> Exchanged:
    return Exchanged(
        reference=row.reference,
        title=row.title,
        kind=row.kind,
        mine=row.author_kind is ActorKind.RESIDENT,
        posted_at=row.posted_at,
        read_at=row.read_at,
        answered=row.at is not None and row.at >= row.posted_at,
        is_letter=row.kind is MessageKind.DECISION and row.author_kind is ActorKind.AGENT and row.status in DECISIONS,
    )
