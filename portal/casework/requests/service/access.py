"""Finding rows for an actor: scoped in the query or by the policy; what is not theirs is not found."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from portal.casework.requests import policy
from portal.casework.requests.models import Draft, ServiceRequest
from portal.casework.requests.reference import normalise
from portal.casework.requests.service.thread import mark_read
from portal.ground.audit.service import record
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor

SHOW_MESSAGES = frozenset({"messages_read"})


def account_of(actor: Actor) -> UUID:
    """The account of a resident.

    :raises Forbidden: not a resident.
    """
    if not actor.is_resident or actor.id is None:
        raise Forbidden("resident_needed")
    return actor.id


def drafting_account(actor: Actor) -> UUID | None:
    """The account whose draft this actor fills: a resident's own, or the one an agent was let in to; None for a paper.

    :raises Forbidden: neither.
    """
    if actor.is_agent and actor.assisted is not None:
        return actor.assisted.account_id
    return account_of(actor)


def assisted_draft(actor: Actor) -> UUID:
    """The one draft that an agent was let in to.

    :raises NotFound: none.
    """
    if actor.assisted is None or actor.assisted.draft_id is None:
        raise NotFound("draft_unknown")
    return actor.assisted.draft_id


def drafts_of(actor: Actor) -> ColumnElement[bool]:
    """The drafts that this actor may fill: all of a resident's own, or the only one that an agent was let in to.

    :raises Forbidden: neither.
    """
    account_id = drafting_account(actor)
    mine = Draft.account_id.is_(None) if account_id is None else Draft.account_id == account_id
    return mine if actor.assisted is None else and_(mine, Draft.id == actor.assisted.draft_id)


def lock_request(session: Session, request_id: UUID) -> ServiceRequest:
    """One request, held until the end of the unit so that two acts on it follow each other.

    :raises NotFound: there is none with this id.
    """
    query = select(ServiceRequest).where(ServiceRequest.id == request_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("request_unknown")
    return row


def find_readable(session: Session, actor: Actor, reference: str, *, lock: bool = False) -> ServiceRequest:
    """The request that this actor may read under this reference, loosely typed or not.

    :raises NotFound: none, or none of theirs.
    """
    query = select(ServiceRequest).where(ServiceRequest.reference == exact_reference(reference))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return check_readable(actor, session.scalars(query).one_or_none())


def exact_reference(typed: str) -> str:
    """A reference as it is kept, from one that was loosely typed.

    :raises NotFound: it cannot be one.
    """
    exact = normalise(typed)
    if exact is None:
        raise NotFound("request_unknown")
    return exact


def check_readable(actor: Actor, row: ServiceRequest | None) -> ServiceRequest:
    """The request that was looked for, when this actor may read it.

    :raises NotFound: none, or none of theirs.
    """
    if row is None or not policy.can_read(actor, row):
        raise NotFound("request_unknown")
    return row


def read_and_journal(
    session: Session, actor: Actor, reference: str, journal: Session | None, act: str
) -> ServiceRequest:
    """:func:`find_readable`, and a line in the journal when an agent reads; the person can see that line.

    An agent who opens the request has read what the person wrote: they see that too.

    :param journal: the session that writes the line, mandatory for an agent: no reading without its trace.
    :raises NotFound: none, or none of theirs.
    """
    row = find_readable(session, actor, reference)
    note_reading(actor, row, journal, act)
    if journal is not None and actor.is_agent and actor.assisted is None and act in SHOW_MESSAGES:
        mark_read(journal, row.id, actor)
    return row


def note_reading(actor: Actor, row: ServiceRequest, journal: Session | None, act: str) -> None:
    """The line in the journal of an agent's reading. What a resident reads of their own is not noted.

    :param journal: the session that writes the line, mandatory for an agent.
    """
    if actor.is_agent:
        if journal is None:
            raise ValueError("an agent reads under a journal session")
        record(journal, actor, act, subject_id=row.person_id, request_id=row.id)
