"""When ProConnect gives another ``sub`` to an agent who changed provider: asked by the sign-in, decided by a person.

An equal address elsewhere is no proof: until an administrator has asked the agent, nothing opens.
"""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.ground.audit.service import record
from portal.ground.clock import now
from portal.ground.errors import Conflict
from portal.ground.permissions import ANONYMOUS, Actor
from portal.people.accounts.models import Agent, AgentRelink
from portal.people.accounts.service.administering import hold_agent, journal_agent
from portal.people.accounts.service.agents import agent_address
from portal.people.accounts.shapes import AgentClaims


def ask_relink(session: Session, *, issuer: str, sub: str, claims: AgentClaims) -> None:
    """Note that this sign-in claims the record of an agent; asked again by the same one, it changes nothing.

    A later one takes the place of the first under another id, so that what is approved is what was looked at.
    """
    query = select(Agent).where(Agent.siret == claims.siret, Agent.email == agent_address(claims.email), Agent.active)
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is None or row.sub is None:
        return
    known = session.scalars(select(AgentRelink).where(AgentRelink.agent_id == row.id)).one_or_none()
    if known is not None and (known.issuer, known.sub) == (issuer, sub):
        return
    session.execute(delete(AgentRelink).where(AgentRelink.agent_id == row.id))
    session.add(AgentRelink(agent_id=row.id, issuer=issuer, sub=sub, asked_at=now()))
    session.flush()
    record(session, ANONYMOUS, "agent_relink_asked", details={"agent": str(row.id)})


def settle_relink(
    session: Session, actor: Actor, agent_id: UUID, relink_id: UUID, *, version: int, accept: bool
) -> None:
    """Accept the new sign-in, or leave the record as it is. Whoever calls ends the sessions of the former one.

    :raises Forbidden: ``own_access``, or the actor does not administer agents.
    :raises Conflict: ``agent_changed`` since; ``relink_gone``: settled, or another sign-in asked; ``sign_in_taken``.
    """
    row = hold_agent(session, actor, agent_id, version)
    asked = session.scalars(select(AgentRelink).where(AgentRelink.agent_id == agent_id)).one_or_none()
    if asked is None or asked.id != relink_id:
        raise Conflict("relink_gone")
    if accept:
        taken = select(Agent.id).where(Agent.issuer == asked.issuer, Agent.sub == asked.sub)
        if session.scalar(taken) is not None:
            raise Conflict("sign_in_taken")
        row.issuer, row.sub, row.linked_at = asked.issuer, asked.sub, now()
    row.version += 1
    session.execute(delete(AgentRelink).where(AgentRelink.id == relink_id))
    session.flush()
    journal_agent(session, actor, "agent_relinked" if accept else "agent_relink_refused", agent_id, {})
