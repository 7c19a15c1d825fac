"""Agents: provisioned by the authority first, linked to a sign-in once, by what was provisioned."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from portal.ground.clock import now
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.models import Agent, AgentDepartment, Department
from portal.people.accounts.policy import is_siret_allowed
from portal.people.accounts.shapes import AgentClaims, AgentView

AgentMember = aliased(AgentDepartment)
_WITH_DEPARTMENTS: Select[*tuple[Any, ...]] = select(Agent, AgentDepartment.department_id).outerjoin(
    AgentDepartment, AgentDepartment.agent_id == Agent.id
)


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
    address = agent_address(email)
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

    :raises Forbidden: ``siret_not_allowed``, ``agent_disabled``, ``agent_unknown``, or ``agent_moved``: the record is
        tied to another sign-in, see :func:`portal.people.accounts.service.relinking.ask_relink`.
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
    address = agent_address(claims.email)
    row = session.scalars(select(Agent).where(Agent.siret == claims.siret, Agent.email == address)).first()
    if row is None or not address:
        raise Forbidden("agent_unknown")
    if not row.active:
        raise Forbidden("agent_disabled")
    if row.sub is not None:
        raise Forbidden("agent_moved")
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
    found = _views(session.execute(_WITH_DEPARTMENTS.where(Agent.id == agent_id)).all())
    if not found:
        raise NotFound("agent_unknown")
    return found[0]


def present_agents(session: Session, ids: Collection[UUID], *, first_only: bool = False) -> dict[UUID, str]:
    """Name and departments of agents, as the law has them presented (CRPA L111-2). One statement.

    :param first_only: the first name alone, where the authority chose so for the safety of its agents.
    """
    if not ids:
        return {}
    query = (
        select(Agent.id, Agent.display_name, Department.title)
        .outerjoin(AgentDepartment, AgentDepartment.agent_id == Agent.id)
        .outerjoin(Department, Department.id == AgentDepartment.department_id)
        .where(Agent.id.in_(ids))
        .order_by(Agent.id, Department.slug)
    )
    names: dict[UUID, list[str]] = {}
    for row in session.execute(query):
        shown = row.display_name.partition(" ")[0] if first_only else row.display_name
        said = names.setdefault(row.id, [shown])
        if row.title:
            said.append(row.title["fr"])
    return {agent_id: ", ".join(said) for agent_id, said in names.items()}


def acting_agent(session: Session, agent_id: UUID) -> Actor:
    """An agent as the author of what is done later in their name: with the rights they have now, none once disabled.

    :raises NotFound: there is none with this id.
    """
    view = get_agent(session, agent_id)
    permissions = ROLE_PERMISSIONS[view.role] if view.active else frozenset()
    departments = view.department_ids if view.active else frozenset()
    return Actor(ActorKind.AGENT, view.id, permissions=permissions, department_ids=departments, label=view.display_name)


def agents_of(session: Session, department_id: UUID) -> list[AgentView]:
    """The active agents of a department, by name."""
    member = exists().where(AgentMember.agent_id == Agent.id, AgentMember.department_id == department_id)
    query = _WITH_DEPARTMENTS.where(member, Agent.active).order_by(Agent.display_name, Agent.id)
    return _views(session.execute(query).all())


def heads_of(session: Session, department_id: UUID) -> list[AgentView]:
    """The active heads of a department, by name. One statement."""
    return [one for one in agents_of(session, department_id) if one.role is Role.SUPERVISOR]


def _agent(session: Session, agent_id: UUID) -> Agent:
    row = session.get(Agent, agent_id)
    if row is None:
        raise NotFound("agent_unknown")
    return row


def _views(found: Sequence[Row[*tuple[Any, ...]]]) -> list[AgentView]:
    """Rows of agents, one for each department of theirs, in the order of the rows."""
    departments: dict[UUID, set[UUID]] = {}
    for row in found:
        departments.setdefault(row.Agent.id, set()).update({row.department_id} if row.department_id else ())
    agents = {row.Agent.id: row.Agent for row in found}
    return [
        AgentView(
            id=row.id,
            display_name=row.display_name,
            email=row.email,
            role=row.role,
            department_ids=frozenset(departments[row.id]),
            active=row.active,
        )
        for row in agents.values()
    ]


def agent_address(email: str) -> str:
    """The form in which addresses of agents are kept and compared: case and spaces around make no difference."""
    return email.strip().lower()
