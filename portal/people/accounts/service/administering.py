"""What an administrator does with agents: invite, change, suspend, bring back. Every act is in the journal.

Nobody changes their own access, and the last administrator stays: somebody must be able to open the door again.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.ground.audit.service import record
from portal.ground.clock import now
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import SYSTEM, Actor, Role
from portal.people.accounts import policy
from portal.people.accounts.models import Agent, AgentDepartment, AgentRelink, Department
from portal.people.accounts.service.agents import agent_address, set_agent_active, set_agent_departments
from portal.people.accounts.service.authorities import get_authority
from portal.people.accounts.shapes import AgentFacts, AgentRecord, RelinkView

MAX_NAME = 200


def get_agent_record(session: Session, actor: Actor, agent_id: UUID) -> AgentRecord:
    """One agent, with all that an administrator decides upon.

    :raises Forbidden: the actor does not administer agents.
    :raises NotFound: there is none with this id.
    """
    check_administrator(actor)
    row = session.get(Agent, agent_id)
    if row is None:
        raise NotFound("agent_unknown")
    return _record_of(session, row)


def invite_agent(session: Session, actor: Actor, facts: AgentFacts, *, allowed_sirets: Collection[str]) -> AgentRecord:
    """Record somebody who may sign in: a first sign-in with this SIRET and this address is theirs.

    :raises Forbidden: the actor does not administer agents.
    :raises Invalid: see :func:`check_facts`.
    :raises Conflict: ``agent_exists``; ``theirs`` is the record with the same SIRET and address.
    """
    check_administrator(actor)
    checked = check_facts(session, facts, allowed_sirets)
    _refuse_twin(session, checked)
    row = Agent(
        local_authority_id=get_authority(session).id,
        siret=checked.siret,
        email=checked.email,
        display_name=checked.display_name,
        role=checked.role,
        invited_at=now(),
    )
    _add_once(session, row, checked)
    _join(session, row.id, checked.department_ids)
    journal_agent(session, actor, "agent_invited", row.id, {"role": row.role.value})
    return _record_of(session, row)


def appoint_administrator(
    session: Session, *, name: str, email: str, siret: str, configured: Collection[str]
) -> AgentRecord:
    """Open the access of an administrator from the operator's command, when nobody can do it in the portal.

    :raises Invalid: see :func:`check_facts`.
    :raises Conflict: ``agent_exists``.
    :raises NotFound: there is no authority yet.
    """
    authority = get_authority(session)
    facts = check_facts(session, AgentFacts(name, email, siret, Role.ADMINISTRATOR), {*configured, authority.siret})
    _refuse_twin(session, facts)
    row = Agent(
        local_authority_id=authority.id,
        siret=facts.siret,
        email=facts.email,
        display_name=facts.display_name,
        role=facts.role,
    )
    _add_once(session, row, facts)
    journal_agent(session, SYSTEM, "agent_invited", row.id, {"role": facts.role.value})
    return _record_of(session, row)


def revise_agent(
    session: Session, actor: Actor, agent_id: UUID, facts: AgentFacts, *, version: int, allowed_sirets: Collection[str]
) -> AgentRecord:
    """Change who an agent is, what they do, for which departments; their open pages follow at the next click.

    The SIRET and the address are those of the sign-in: they are left alone once it is tied to the record.

    :param version: of the record that the change was made from.
    :raises Forbidden: ``own_access``, or the actor does not administer agents.
    :raises Invalid: see :func:`check_facts`.
    :raises Conflict: ``agent_changed`` since; ``last_administrator``; ``agent_exists``.
    """
    row = hold_agent(session, actor, agent_id, version)
    if row.linked_at is not None:
        facts = AgentFacts(facts.display_name, row.email, row.siret, facts.role, facts.department_ids)
    checked = check_facts(session, facts, allowed_sirets if row.linked_at is None else {row.siret})
    if row.role is Role.ADMINISTRATOR and checked.role is not Role.ADMINISTRATOR:
        _keep_one_administrator(session, row.id)
    if (checked.siret, checked.email) != (row.siret, row.email):
        _refuse_twin(session, checked)
    details = {"role_before": row.role.value, "role": checked.role.value}
    row.display_name, row.role, row.siret, row.email = checked.display_name, checked.role, checked.siret, checked.email
    row.version += 1
    session.flush()
    set_agent_departments(session, row.id, checked.department_ids)
    journal_agent(session, actor, "agent_changed", row.id, details)
    return _record_of(session, row)


def suspend_agent(session: Session, actor: Actor, agent_id: UUID, *, version: int) -> AgentRecord:
    """Close an access; it may be opened again. Whoever calls ends the sessions.

    :raises Forbidden: ``own_access``, or the actor does not administer agents.
    :raises Conflict: ``agent_changed`` since, or ``last_administrator``.
    """
    row = hold_agent(session, actor, agent_id, version)
    if row.role is Role.ADMINISTRATOR and row.active:
        _keep_one_administrator(session, row.id)
    set_agent_active(session, row.id, False)
    row.version += 1
    journal_agent(session, actor, "agent_suspended", row.id, {})
    return _record_of(session, row)


def restore_agent(session: Session, actor: Actor, agent_id: UUID, *, version: int) -> AgentRecord:
    """Open an access again, with the role and the departments it had.

    :raises Forbidden: ``own_access``, or the actor does not administer agents.
    :raises Conflict: ``agent_changed`` since.
    """
    row = hold_agent(session, actor, agent_id, version)
    set_agent_active(session, row.id, True)
    row.version += 1
    journal_agent(session, actor, "agent_restored", row.id, {})
    return _record_of(session, row)


def invite_again(session: Session, actor: Actor, agent_id: UUID, *, version: int) -> AgentRecord:
    """Note that the invitation is sent once more.

    :raises Forbidden: ``own_access``, or the actor does not administer agents.
    :raises Conflict: ``agent_changed`` since, ``agent_linked`` (they came) or ``agent_suspended``.
    """
    row = hold_agent(session, actor, agent_id, version)
    if row.linked_at is not None or not row.active:
        raise Conflict("agent_linked" if row.linked_at is not None else "agent_suspended")
    row.invited_at = now()
    row.version += 1
    journal_agent(session, actor, "agent_invited", row.id, {"role": row.role.value})
    return _record_of(session, row)


def check_administrator(actor: Actor) -> None:
    """:raises Forbidden: the actor does not administer agents."""
    if not policy.can_manage_agents(actor):
        raise Forbidden("permission")


def hold_agent(session: Session, actor: Actor, agent_id: UUID, version: int) -> Agent:
    """The row of an agent, held until the end of the unit so that two administrators follow each other.

    Administrators are held with it, all in the same order: two who remove each other are then told one by one.

    :raises Forbidden: ``own_access``, or the actor does not administer agents.
    :raises NotFound: there is none with this id.
    :raises Conflict: ``agent_changed`` since.
    """
    check_administrator(actor)
    query = select(Agent).where(or_(Agent.id == agent_id, Agent.role == Role.ADMINISTRATOR)).order_by(Agent.id)
    held = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    row = next((one for one in held if one.id == agent_id), None)
    if row is None:
        raise NotFound("agent_unknown")
    if row.id == actor.id:
        raise Forbidden("own_access")
    if row.version != version:
        raise Conflict("agent_changed")
    return row


def journal_agent(session: Session, actor: Actor, action: str, agent_id: UUID, details: Mapping[str, str]) -> None:
    """One line about an agent: codes and the id, never the name."""
    record(session, actor, action, details={"agent": str(agent_id), **details})


def check_facts(session: Session, facts: AgentFacts, allowed_sirets: Collection[str]) -> AgentFacts:
    """The facts, cleaned: a role that belongs to no department has none.

    :raises Invalid: ``display_name``, ``email``, ``siret``, ``role`` or ``departments``.
    """
    name, email = " ".join(facts.display_name.split()), agent_address(facts.email)
    siret = "".join(facts.siret.split())
    known = set(session.scalars(select(Department.id).where(Department.id.in_(facts.department_ids))))
    works = policy.works_on_requests(facts.role)
    wrong: dict[str, str] = {}
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        wrong["display_name"] = _("Écrivez le prénom et le nom, en %(most)d caractères au plus.", most=MAX_NAME)
    if not policy.EMAIL.fullmatch(email) or not email.isprintable():
        wrong["email"] = _("Écrivez l’adresse professionnelle, par exemple « prenom.nom@commune.example ».")
    if not policy.is_siret(siret):
        wrong["siret"] = _("Écrivez les 14 chiffres du SIRET de l’employeur.")
    elif not policy.is_siret_allowed(siret, allowed_sirets):
        wrong["siret"] = _("Ce SIRET n’est pas admis. Ajoutez d’abord l’organisation à la liste des partenaires.")
    if facts.role is Role.RESIDENT:
        wrong["role"] = _("Choisissez le rôle de cette personne.")
    if works and not known:
        wrong["departments"] = _("Cochez au moins un service : ce rôle travaille sur les demandes d’un service.")
    if wrong:
        raise Invalid(wrong)
    return AgentFacts(name, email, siret, facts.role, frozenset(known) if works else frozenset())


def _refuse_twin(session: Session, facts: AgentFacts) -> None:
    twin = session.scalars(select(Agent).where(Agent.siret == facts.siret, Agent.email == facts.email)).first()
    if twin is not None:
        raise Conflict("agent_exists", _record_of(session, twin))


def _add_once(session: Session, row: Agent, facts: AgentFacts) -> None:
    """Two administrators may invite the same person at the same instant: the second learns of the first's record."""
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        _refuse_twin(session, facts)
        raise


def _join(session: Session, agent_id: UUID, department_ids: Collection[UUID]) -> None:
    session.add_all(AgentDepartment(agent_id=agent_id, department_id=one) for one in department_ids)
    session.flush()


def _keep_one_administrator(session: Session, leaving: UUID) -> None:
    query = select(Agent.id).where(Agent.role == Role.ADMINISTRATOR, Agent.active, Agent.id != leaving)
    if session.scalar(query.limit(1)) is None:
        raise Conflict("last_administrator")


def _record_of(session: Session, row: Agent) -> AgentRecord:
    departments = session.scalars(select(AgentDepartment.department_id).where(AgentDepartment.agent_id == row.id))
    asked = session.scalars(select(AgentRelink).where(AgentRelink.agent_id == row.id)).one_or_none()
    return AgentRecord(
        id=row.id,
        display_name=row.display_name,
        email=row.email,
        siret=row.siret,
        role=row.role,
        department_ids=frozenset(departments),
        active=row.active,
        linked_at=row.linked_at,
        invited_at=row.invited_at,
        version=row.version,
        relink=RelinkView(asked.id, asked.asked_at) if asked is not None else None,
    )
