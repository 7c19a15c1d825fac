"""The requests of one person, as lists show them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.casework.catalogue.service import ProcedureDocument, documents_of, workflow_of
from portal.casework.delays.service import Delays, read_delays, with_delays
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service import RequestSummary

SHOWN_OF_EACH = 5
WAITING, MOVING, OVER = "waiting", "moving", "over"
ENDED = (RequestStatus.ACCEPTED, RequestStatus.REJECTED, RequestStatus.CLOSED, RequestStatus.WITHDRAWN)


class Awaited(StrEnum):
    """What a department waits for from the person."""

    ANSWER = "answer"
    CORRECTIONS = "corrections"
    APPOINTMENT = "appointment"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class ListedRequest(RequestSummary):
    """A request in the lists of « Mon espace ». ``awaited``: what the person is awaited for; None when they are not."""

    procedure_id: UUID = field(kw_only=True)
    awaited: Awaited | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class HomeRequests:
    """The newest requests of each group; ``totals`` by group, ``delays`` by procedure where they were measured."""

    waiting: tuple[ListedRequest, ...]
    moving: tuple[ListedRequest, ...]
    over: tuple[ListedRequest, ...]
    totals: Mapping[str, int]
    delays: Mapping[UUID, Delays]

    @property
    def hidden(self) -> int:
        """How many are in no list of the page."""
        return sum(self.totals.values()) - len(self.waiting) - len(self.moving) - len(self.over)


def version_of_request() -> ColumnElement[bool]:
    """The version of its procedure that a request was made with, for a join."""
    return and_(
        ProcedureVersion.procedure_id == ServiceRequest.procedure_id,
        ProcedureVersion.version == ServiceRequest.procedure_version,
    )


def _own_requests() -> tuple[Select[*tuple[Any, ...]], ColumnElement[str]]:
    """The requests of an account as lists show them, and the group that each stands in. No answer is read."""
    status = ServiceRequest.status
    group = case(
        (status == RequestStatus.WAITING_FOR_RESIDENT, literal(WAITING)),
        (status.in_(list(ENDED)), literal(OVER)),
        else_=literal(MOVING),
    )
    query = (
        select(
            ServiceRequest.id,
            ServiceRequest.reference,
            ServiceRequest.procedure_id,
            status,
            ServiceRequest.workflow_state,
            ServiceRequest.corrections_asked,
            ServiceRequest.submitted_at,
            ServiceRequest.updated_at,
            ServiceRequest.transmitted_at,
            ServiceRequest.received_at,
            ServiceRequest.taken_into_account_at,
            Procedure.slug,
            ProcedureVersion.id.label("version_id"),
            ProcedureVersion.published_at,
            ProcedureVersion.title,
            group.label("place"),
        )
        .join(ProcedureVersion, version_of_request())
        .join(Procedure, Procedure.id == ServiceRequest.procedure_id)
        .where(ServiceRequest.account_id == bindparam("account_id", type_=Uuid()))
    )
    return query, group


def _home_requests() -> Select[*tuple[Any, ...]]:
    """Ranked by what is small in each row; the few that are shown are then read whole."""
    query, group = _own_requests()
    newest = (ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc())
    ranked = (
        select(
            ServiceRequest.id,
            func.row_number().over(partition_by=group, order_by=newest).label("rank"),
            func.count().over(partition_by=group).label("total"),
        )
        .where(ServiceRequest.account_id == bindparam("account_id", type_=Uuid()))
        .subquery("ranked")
    )
    shown = query.add_columns(ranked.c.total).join(ranked, ranked.c.id == ServiceRequest.id)
    shown = with_delays(shown, ServiceRequest.procedure_id.expression)
    return shown.where(ranked.c.rank <= SHOWN_OF_EACH).order_by(*newest)


_HOME_REQUESTS = _home_requests()
_OWN_REQUESTS, _GROUP = _own_requests()
_PAGE_OF_REQUESTS = _OWN_REQUESTS.order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc())


def home_requests(session: Session, account_id: UUID) -> HomeRequests:
    """The newest requests of each group, and how many there are in it: one statement, a few rows, whatever there is."""
    found: dict[str, list[ListedRequest]] = {WAITING: [], MOVING: [], OVER: []}
    totals = dict.fromkeys(found, 0)
    delays: dict[UUID, Delays] = {}
    rows = session.execute(_HOME_REQUESTS, {"account_id": account_id}).all()
    awaited = _awaited(session, [row for row in rows if row.place == WAITING])
    for row in rows:
        found[row.place].append(_listed(row, awaited.get(row.id)))
        totals[row.place] = row.total
        measured = read_delays(row)
        if measured is not None:
            delays[row.procedure_id] = measured
    return HomeRequests(tuple(found[WAITING]), tuple(found[MOVING]), tuple(found[OVER]), totals, delays)


def requests_of(session: Session, account_id: UUID, *, skip: int, limit: int) -> list[ListedRequest]:
    """Every request of this account, the newest first, a page at a time."""
    rows = session.execute(_PAGE_OF_REQUESTS.offset(skip).limit(limit), {"account_id": account_id})
    return [_listed(row) for row in rows]


def _awaited(session: Session, rows: Collection[Row[*tuple[Any, ...]]]) -> dict[UUID, Awaited]:
    """What the person is awaited for in each of these: from the procedure, which this process read once already."""
    documents = documents_of(session, {row.version_id: row.published_at for row in rows})
    return {row.id: _awaited_in(documents[row.version_id], row) for row in rows}


def _awaited_in(document: ProcedureDocument, row: Row[*tuple[Any, ...]]) -> Awaited:
    workflow = workflow_of(document)
    here = workflow.at(row.workflow_state).code if workflow else ""
    if workflow and any("resident" in move.who for move in workflow.leaving(here)):
        led = [move for move in workflow.transitions if move.target == here]
        return Awaited.APPOINTMENT if any(move.action("appointment") for move in led) else Awaited.CHOICE
    return Awaited.CORRECTIONS if row.corrections_asked else Awaited.ANSWER


def _listed(row: Any, awaited: Awaited | None = None) -> ListedRequest:
    return ListedRequest(
        id=row.id,
        reference=row.reference,
        procedure_id=row.procedure_id,
        procedure_slug=row.slug,
        procedure_title=row.title,
        status=row.status,
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
        transmitted_at=row.transmitted_at,
        received_at=row.received_at,
        taken_into_account_at=row.taken_into_account_at,
        waiting_for_me=row.status is RequestStatus.WAITING_FOR_RESIDENT,
        awaited=awaited,
    )
