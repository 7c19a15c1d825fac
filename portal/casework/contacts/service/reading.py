"""Reading the log: of the agent's departments, page after page; of a person, for themselves."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select, tuple_
from sqlalchemy.orm import Session

from portal.casework.contacts import policy
from portal.casework.contacts.enums import AnswerWay, ContactState
from portal.casework.contacts.models import Contact
from portal.casework.contacts.service.rows import own_contact, view_of
from portal.casework.contacts.shapes import ContactPage, ContactView, Figures, Place
from portal.casework.requests.reference import normalise
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Forbidden
from portal.ground.permissions import Actor, Permission
from portal.ground.vault.service import with_data_keys

WINDOW = timedelta(days=90)
OF_A_PERSON = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def list_contacts(
    session: Session, actor: Actor, *, answered: bool = False, to_post: bool = False, after: Place | None = None
) -> ContactPage:
    """The contacts to answer, the most urgent first; or those answered, the latest first; or letters to post.

    :raises Forbidden: the agent does not hold the permission.
    """
    _check(actor)
    mine = select(Contact).where(Contact.department_id.in_(actor.department_ids))
    if to_post:
        mine = mine.where(_waits_for_the_post())
    query = _answered(mine, after) if answered or to_post else _to_answer(mine, after)
    rows = _read(session, query.limit(policy.PAGE + 1))
    shown = rows[: policy.PAGE]
    more = len(rows) > policy.PAGE
    return ContactPage(tuple(shown), _place(shown[-1], answered=answered or to_post) if more else None)


def _waits_for_the_post() -> Any:
    return and_(Contact.replied_by == AnswerWay.LETTER, Contact.posted_on.is_(None))


def _to_answer(query: Select[Contact], after: Place | None) -> Select[Contact]:
    query = query.where(Contact.state == ContactState.TO_ANSWER)
    if after is not None:
        query = query.where(tuple_(Contact.due_on, Contact.id) > tuple_(date.fromisoformat(after.at), after.id))
    return query.order_by(Contact.due_on, Contact.id)


def _answered(query: Select[Contact], after: Place | None) -> Select[Contact]:
    query = query.where(Contact.answered_at.is_not(None))
    if after is not None:
        at = EPOCH + timedelta(microseconds=int(after.at))
        query = query.where(tuple_(Contact.answered_at, Contact.id) < tuple_(at, after.id))
    return query.order_by(Contact.answered_at.desc(), Contact.id.desc())


def _place(last: ContactView, *, answered: bool) -> Place:
    if answered and last.answered_at is not None:
        return Place(str((last.answered_at - EPOCH) // timedelta(microseconds=1)), last.id)
    return Place(last.due_on.isoformat(), last.id)


def count_contacts(session: Session, actor: Actor) -> Figures:
    """The log of the agent's departments in figures, in one statement.

    :raises Forbidden: the agent does not hold the permission.
    """
    _check(actor)
    waits = Contact.state == ContactState.TO_ANSWER
    lately = Contact.answered_at > clock.now() - WINDOW
    on_time = and_(lately, func.date(Contact.answered_at) <= Contact.due_on)

    def total(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    query = select(
        total(waits),
        total(and_(waits, Contact.due_on < clock.today())),
        total(_waits_for_the_post()),
        total(lately),
        total(on_time),
    ).where(Contact.department_id.in_(actor.department_ids))
    return Figures(*session.execute(query).one())


def get_contact(session: Session, actor: Actor, contact_id: UUID, *, journal: Session) -> ContactView:
    """One contact; that it was read is in the journal of the person whose it is.

    :param journal: the session that writes the line.
    :raises NotFound: none, or another department's.
    """
    row = own_contact(session, actor, contact_id)
    if row.person_id is not None:
        details = {"medium": row.medium.value, "contact": str(row.id)}
        record(journal, actor, "contact_read", subject_id=row.person_id, details=details)
    return view_of(session, row)


def find_by_reference(session: Session, actor: Actor, typed: str) -> UUID | None:
    """The contact of the agent's departments whose reference somebody says; None: none of theirs.

    :raises Forbidden: the agent does not hold the permission.
    """
    _check(actor)
    reference = normalise(typed)
    query = select(Contact.id).where(Contact.department_id.in_(actor.department_ids))
    return session.scalar(query.where(Contact.reference == reference)) if reference else None


def list_for_opening(session: Session, actor: Actor, person_id: UUID) -> list[ContactView]:
    """What a person said to the agent's departments, the latest first, for the file that is open at the desk."""
    scope = (Contact.person_id == person_id, Contact.department_id.in_(actor.department_ids))
    query = select(Contact).where(*scope).order_by(Contact.occurred_on.desc(), Contact.id.desc())
    return _read(session, query.limit(policy.PAGE)) if actor.is_agent else []


def list_for_person(
    session: Session, actor: Actor, person_ids: Collection[UUID], *, limit: int = OF_A_PERSON
) -> list[ContactView]:
    """The person's own contacts with every department, the latest first.

    :param limit: how many at most.
    :raises Forbidden: not a resident acting for themselves.
    """
    if not actor.is_resident or actor.subject not in person_ids:
        raise Forbidden("resident_needed")
    query = select(Contact).where(Contact.person_id.in_(person_ids))
    return _read(session, query.order_by(Contact.occurred_on.desc(), Contact.id.desc()).limit(limit))


def _read(session: Session, query: Select[Contact]) -> list[ContactView]:
    rows = session.execute(with_data_keys(query, Contact.data_key_id.expression)).all()
    return [view_of(session, row.Contact) for row in rows]


def _check(actor: Actor) -> None:
    if not actor.is_agent or actor.assisted is not None or not actor.can(Permission.CONTACTS_KEEP):
        raise Forbidden("permission")
