"""Reading mandates: the department's list, the person's own, the journal of one."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from portal.casework.mandates import policy
from portal.casework.mandates.models import Mandate, MandateEvent, MandateTheme
from portal.casework.mandates.service.rows import held_row, own_row, people_of, view_of, views_of
from portal.casework.mandates.shapes import MandateEventView, MandateView, Place
from portal.ground import clock
from portal.ground.errors import Forbidden
from portal.ground.permissions import Actor, Permission
from portal.ground.vault.service import hold_data_keys

PAGE = 25
JOURNAL = 200


class Shelf(StrEnum):
    """The three parts of the department's list."""

    ACTIVE = "actifs"
    WAITING = "attente"
    ENDED = "finis"


def get_mandate(session: Session, actor: Actor, mandate_id: UUID) -> MandateView:
    """One mandate, for an agent of its department or for the person.

    :raises NotFound: none of theirs: another department's and somebody else's look like none.
    :raises Forbidden: neither a resident nor a counter agent in their own name.
    """
    if actor.is_agent:
        return view_of(session, held_row(session, actor, mandate_id))
    return view_of(session, own_row(session, actor, mandate_id), named=False)


def list_for_person(session: Session, actor: Actor) -> list[MandateView]:
    """Every mandate that a signed-in resident gave or is asked for, whatever the department, the newest first.

    :raises Forbidden: not a resident acting for themselves.
    """
    query = select(Mandate).where(Mandate.person_id.in_(people_of(session, actor)))
    return views_of(session, session.scalars(query.order_by(Mandate.created_at.desc(), Mandate.id.desc())).all())


def list_for_departments(
    session: Session, actor: Actor, shelf: Shelf, *, after: Place | None = None, limit: int = PAGE
) -> list[MandateView]:
    """A page of the mandates of the agent's departments, with names, the newest first.

    :raises Forbidden: no counter agent in their own name.
    """
    if not actor.is_agent or actor.assisted is not None or not actor.can(Permission.DRAFTS_ASSIST):
        raise Forbidden("permission")
    query = select(Mandate).where(Mandate.department_id.in_(actor.department_ids), _on(shelf))
    if after is not None:
        query = query.where(tuple_(Mandate.created_at, Mandate.id) < tuple_(after.created_at, after.id))
    rows = session.scalars(query.order_by(Mandate.created_at.desc(), Mandate.id.desc()).limit(limit)).all()
    with hold_data_keys(session, {row.data_key_id for row in rows}):
        return views_of(session, rows, named=True)


def _on(shelf: Shelf) -> ColumnElement[bool]:
    at = clock.now()
    left = (
        select(MandateTheme.theme)
        .where(MandateTheme.mandate_id == Mandate.id, MandateTheme.revoked_at.is_(None))
        .exists()
    )
    ongoing = and_(Mandate.ended_at.is_(None), Mandate.expires_at > at)
    fresh = Mandate.created_at > at - policy.PROPOSAL_LIFE
    active = and_(ongoing, Mandate.confirmed_at.is_not(None), left)
    waiting = and_(ongoing, Mandate.confirmed_at.is_(None), fresh)
    return {Shelf.ACTIVE: active, Shelf.WAITING: waiting}.get(shelf, ~or_(active, waiting))


def journal_of(session: Session, actor: Actor, mandate_id: UUID, *, limit: int = JOURNAL) -> list[MandateEventView]:
    """The journal of a mandate, the newest line first, for whoever may read it.

    :raises NotFound: none of theirs.
    """
    get = held_row if actor.is_agent else own_row
    return _lines(session, {get(session, actor, mandate_id).id}, limit)


def _lines(session: Session, ids: Collection[UUID], limit: int) -> list[MandateEventView]:
    query = select(MandateEvent).where(MandateEvent.mandate_id.in_(ids))
    rows = session.scalars(query.order_by(MandateEvent.occurred_at.desc(), MandateEvent.id.desc()).limit(limit))
    return [
        MandateEventView(row.occurred_at, row.kind, row.actor_kind, row.actor_id, row.request_id, row.payload)
        for row in rows
    ]
