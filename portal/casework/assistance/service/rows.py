"""Rows of the room, for the room's own use."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from portal.casework.assistance import policy
from portal.casework.assistance.enums import Closing
from portal.casework.assistance.models import Assistance
from portal.casework.assistance.shapes import AssistanceView
from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import Use
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor, ActorKind
from portal.people.accounts.service import get_agent


def own_row(session: Session, actor: Actor, assistance_id: UUID, *, lock: bool = False) -> Assistance:
    """An assistance of this agent.

    :raises NotFound: none, or a colleague's.
    """
    query = select(Assistance).where(Assistance.id == assistance_id, Assistance.agent_id == actor.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None or not actor.is_agent:
        raise NotFound("assistance_unknown")
    return row


def settled_view(session: Session, actor: Actor, row: Assistance) -> AssistanceView:
    """An assistance as it stands at this click: what was opened under a mandate ends with it."""
    view = view_of(row)
    if view.ended is None and row.mandate_id is not None and row.theme is not None:
        holds = mandates.allows(session, row.mandate_id, actor.department_ids, row.theme, hold=False)
        return view if holds else replace(view, ended=Closing.MANDATE)
    return view


def holds_mandate(session: Session, row: Assistance) -> bool:
    """Whether what an assistance was opened under still covers it; held so until the end of the unit."""
    if row.mandate_id is None or row.theme is None:
        return True
    agent = get_agent(session, row.agent_id)
    if not agent.active:
        return False
    return mandates.allows(session, row.mandate_id, agent.department_ids, row.theme, hold=True)


def tell_closed(session: Session, row: Assistance) -> None:
    """The end of a session under a mandate, in its journal: the person is told."""
    if row.mandate_id is not None:
        agent = Actor(ActorKind.AGENT, row.agent_id, subject=row.person_id, mandate_id=row.id)
        mandates.note_use(session, agent, row.mandate_id, Use.CLOSED, theme=row.theme, request_id=row.request_id)


def end_open_of_draft(session: Session, draft_id: UUID, why: Closing) -> None:
    """Put out every agent who is in a draft."""
    _end(session, (Assistance.draft_id == draft_id, Assistance.closed_at.is_(None)), why)


def end_open_of_agent(session: Session, agent_id: UUID | None) -> None:
    """An agent has one file open at a time: another tab that holds one is told so at its next click."""
    _end(session, (Assistance.agent_id == agent_id, Assistance.closed_at.is_(None)), Closing.REPLACED)


def _end(session: Session, still: tuple[ColumnElement[bool], ...], why: Closing) -> None:
    under = session.scalars(select(Assistance).where(*still, Assistance.mandate_id.is_not(None))).all()
    session.execute(update(Assistance).where(*still).values(closed_at=clock.now(), closing=why))
    session.flush()
    for row in under:
        tell_closed(session, row)


def view_of(row: Assistance) -> AssistanceView:
    """An assistance as the room gives it."""
    return AssistanceView(
        id=row.id,
        agent_id=row.agent_id,
        account_id=row.account_id,
        person_id=row.person_id,
        draft_id=row.draft_id,
        channel=row.channel,
        proof=row.proof,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        closed_at=row.closed_at,
        ended=policy.ending(row, clock.now()),
        request_id=row.request_id,
        procedure_id=row.procedure_id,
        mandate_id=row.mandate_id,
        theme=row.theme,
        read_id=row.read_id,
    )
