"""Requests of one person, as a desk reads them: those of the agent's own departments, and no other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import with_slugs_and_titles
from portal.casework.requests import policy
from portal.casework.requests.enums import Channel, RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor

RECENT = timedelta(days=30)
LISTED = 10


@dataclass(frozen=True, slots=True)
class Applicant:
    """Whose a request is. Without an account, ``person_id`` is a person of whom nothing else is known."""

    person_id: UUID
    account_id: UUID | None
    reference: str


@dataclass(frozen=True, slots=True)
class DeskRequest:
    """A request in the file of a person at the desk."""

    id: UUID
    reference: str
    procedure_id: UUID
    title: str
    status: RequestStatus
    channel: Channel
    submitted_at: datetime


def find_applicant(session: Session, actor: Actor, reference: str) -> Applicant | None:
    """Whose this request is, for an agent in charge of it; None when there is none, or it is another department's."""
    try:
        row = find_readable(session, actor, reference)
    except NotFound:
        return None
    return Applicant(row.person_id, row.account_id, row.reference)


def list_for_desk(session: Session, actor: Actor, account_id: UUID) -> list[DeskRequest]:
    """The requests of an account that are open, or not a month old, in the departments of this agent; ten at most."""
    query = (
        select(ServiceRequest)
        .where(
            ServiceRequest.account_id == account_id,
            ServiceRequest.department_id.in_(actor.department_ids),
            ServiceRequest.status.in_(policy.OPEN) | (ServiceRequest.submitted_at > clock.now() - RECENT),
        )
        .order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc())
        .limit(LISTED)
    )
    titled = with_slugs_and_titles(
        query, ServiceRequest.procedure_id.expression, ServiceRequest.procedure_version.expression
    )
    return [
        DeskRequest(row.id, row.reference, row.procedure_id, title, row.status, row.channel, row.submitted_at)
        for row, _slug, title in session.execute(titled)
        if policy.can_read(actor, row)
    ]
