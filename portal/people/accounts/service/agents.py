"""Agents: provisioned by the authority first, linked to a sign-in once, by what was provisioned."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import Role
from portal.people.accounts.models import Agent, AgentDepartment
from portal.people.accounts.policy import is_siret_allowed
from portal.people.accounts.shapes import AgentClaims, AgentView


def provision_agent(
    session: Session,
    *,
    local_authority_id: UUID,
    siret: str,
    email: str,
    display_name: str,
    role: Role,
    department_ids: Iterable[UUID] = (),
) -> AgentView:
    """Record an agent who may sign in. The invitation is accepted once, by a first sign-in with this SIRET and e-mail.

    :raises Conflict: an agent with the same SIRET and e-mail exists.
    """
    if role is Role.RESIDENT:
        raise ValueError("a resident is not an agent")
    address = _address(email)
    if session.scalar(select(Agent.id).where(Agent.siret == siret, Agent.email == address)) is not None:
        raise Conflict("agent_exists")
    row = Agent(local_authority_id=local_authority_id, siret=siret, email=address, display_name=display_name, role=role)
    session.add(row)
    session.flush()
    session.add_all(AgentDepartment(agent_id=row.id, department_id=department) for department in set(department_ids))
    session.flush()
    return get_agent(session, row.id)


def link_agent(
    session: Session, *, issuer: str, sub: str, claims: AgentClaims, allowed_sirets: Collection[str]
) -> AgentView:
    """The agent behind a checked sign-in; at the first one, ties the provisioned record to ``(issuer, sub)`` for good.

    ProConnect gives another ``sub`` to an agent who changes provider: the record must then be released by an
    administrator, so that nobody takes it over by owning an equal e-mail address elsewhere.

    :raises Forbidden: ``siret_not_allowed``, ``agent_disabled`` or ``agent_unknown``.
    """
    if not is_siret_allowed(claims.siret, allowed_sirets):
        raise Forbidden("siret_not_allowed")
    row = session.scalars(select(Agent).where(Agent.issuer == issuer, Agent.sub == sub)).first()
    if row is None:
        row = _accept_invitation(session, issuer, sub, claims)
    if not row.active:
        raise Forbidden("agent_disabled")
    if row.siret != claims.siret:
        raise Forbidden("agent_unknown")
    return get_agent(session, row.id)


def _accept_invitation(session: Session, issuer: str, sub: str, claims: AgentClaims) -> Agent:
    address = _address(claims.email)
    row = session.scalars(select(Agent).where(Agent.siret == claims.siret, Agent.email == address)).first()
    if row is None or not address:
        raise Forbidden("agent_unknown")
    if not row.active:
        raise Forbidden("agent_disabled")
    taken = session.execute(
        update(Agent)
        .where(Agent.id == row.id, Agent.sub.is_(None), Agent.active)
        .values(issuer=issuer, sub=sub, linked_at=now())
        .returning(Agent.id)
    ).first()
    if taken is None:
        raise Forbidden("agent_unknown")
    session.refresh(row)
    return row


def release_agent(session: Session, agent_id: UUID) -> None:
    """Forget the sign-in of an agent, so that the next one with the provisioned SIRET and e-mail is accepted."""
    row = _agent(session, agent_id)
    row.issuer = row.sub = row.linked_at = None
    session.flush()


def set_agent_active(session: Session, agent_id: UUID, active: bool) -> None:
    """Enable or disable an agent. A disabled agent is out at the next request: every session re-reads the record."""
    row = _agent(session, agent_id)
    row.active = active
    row.disabled_at = None if active else now()
    session.flush()


def set_agent_departments(session: Session, agent_id: UUID, department_ids: Iterable[UUID]) -> AgentView:
    """Replace the departments of an agent."""
    row = _agent(session, agent_id)
    session.execute(delete(AgentDepartment).where(AgentDepartment.agent_id == row.id))
    session.add_all(AgentDepartment(agent_id=row.id, department_id=department) for department in set(department_ids))
    session.flush()
    return get_agent(session, row.id)


def get_agent(session: Session, agent_id: UUID) -> AgentView:
    """One agent, active or not.

    :raises NotFound: there is none with this id.
    """
    return _views(session, [_agent(session, agent_id)])[0]


def agents_of(session: Session, department_id: UUID) -> list[AgentView]:
    """The active agents of a department, by name."""
    rows = session.scalars(
        select(Agent)
        .join(AgentDepartment, AgentDepartment.agent_id == Agent.id)
        .where(AgentDepartment.department_id == department_id, Agent.active)
        .order_by(Agent.display_name, Agent.id)
    )
    return _views(session, list(rows))


def _agent(session: Session, agent_id: UUID) -> Agent:
    row = session.get(Agent, agent_id)
    if row is None:
        raise NotFound("agent_unknown")
    return row


def _views(session: Session, rows: list[Agent]) -> list[AgentView]:
    links = session.execute(
        select(AgentDepartment.agent_id, AgentDepartment.department_id).where(
            AgentDepartment.agent_id.in_([row.id for row in rows])
        )
    ).all()
    return [
        AgentView(
            id=row.id,
            display_name=row.display_name,
            email=row.email,
            role=row.role,
            department_ids=frozenset(department for agent, department in links if agent == row.id),
            active=row.active,
        )
        for row in rows
    ]


def _address(email: str) -> str:
    return email.strip().lower()
