"""What an administrator says of the departments, and of the organisations whose agents may sign in."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ground.audit.service import record
from portal.ground.clock import now
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.people.accounts import policy
from portal.people.accounts.models import Agent, Department, PartnerOrganisation
from portal.people.accounts.service.administering import check_administrator
from portal.people.accounts.service.agents import agent_address
from portal.people.accounts.service.authorities import department_view, get_authority
from portal.people.accounts.shapes import DepartmentFacts, DepartmentView, PartnerView

MAX_TITLE, MAX_ADDRESS, MAX_PHONE, MAX_HOURS, MAX_SLUG = 120, 300, 30, 600, 60
_PHONE = re.compile(r"[0-9+(). -]{0,30}")


def open_department(session: Session, actor: Actor, facts: DepartmentFacts) -> DepartmentView:
    """Create a department; its identifier comes from its French name and never changes.

    :raises Forbidden: the actor does not administer agents.
    :raises Invalid: ``title``, ``email``, ``phone``, ``address`` or ``opening``; ``title`` too when the name is taken.
    """
    check_administrator(actor)
    checked = _check_department(facts)
    slug, authority = _slug(checked.title["fr"]), get_authority(session).id
    taken = select(Department.id).where(Department.local_authority_id == authority, Department.slug == slug)
    if session.scalar(taken) is not None:
        raise Invalid({"title": _("Un service porte déjà ce nom.")})
    row = Department(local_authority_id=authority, slug=slug)
    _write(row, checked)
    session.add(row)
    session.flush()
    record(session, actor, "department_created", details={"department": str(row.id)})
    return department_view(row)


def revise_department(
    session: Session, actor: Actor, department_id: UUID, facts: DepartmentFacts, *, version: int
) -> DepartmentView:
    """Change the name of a department or how it is reached.

    :param version: of the department that the change was made from.
    :raises Forbidden: the actor does not administer agents.
    :raises NotFound: there is none with this id.
    :raises Invalid: as :func:`open_department`.
    :raises Conflict: ``department_changed`` since.
    """
    check_administrator(actor)
    query = select(Department).where(Department.id == department_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("department_unknown")
    if row.version != version:
        raise Conflict("department_changed")
    _write(row, _check_department(facts))
    row.version += 1
    session.flush()
    record(session, actor, "department_changed", details={"department": str(row.id)})
    return department_view(row)


def list_partners(session: Session, actor: Actor) -> list[PartnerView]:
    """The organisations beside the authority, those that are over included, by name.

    :raises Forbidden: the actor does not administer agents.
    """
    check_administrator(actor)
    rows = session.scalars(select(PartnerOrganisation).order_by(PartnerOrganisation.name, PartnerOrganisation.id))
    return [_partner_view(row) for row in rows]


def list_partner(session: Session, actor: Actor, *, siret: str, name: str) -> PartnerView:
    """Let the agents of an organisation be invited; one that was over is listed again under this name.

    :raises Forbidden: the actor does not administer agents.
    :raises Invalid: ``partner_siret`` (14 digits, or 9 for all its establishments, not listed yet) or ``partner_name``.
    """
    check_administrator(actor)
    number, title = "".join(siret.split()), " ".join(name.split())
    wrong: dict[str, str] = {}
    if not policy.is_siret(number) and not policy.is_siren(number):
        wrong["partner_siret"] = _("Écrivez 14 chiffres (SIRET), ou 9 pour tous ses établissements (SIREN).")
    if not 0 < len(title) <= MAX_TITLE or not title.isprintable():
        wrong["partner_name"] = _("Écrivez le nom de l’organisation.")
    row = session.scalars(select(PartnerOrganisation).where(PartnerOrganisation.siret == number)).one_or_none()
    if (row is not None and row.ended_at is None) or number == get_authority(session).siret:
        wrong["partner_siret"] = _("Cette organisation est déjà dans la liste.")
    if wrong:
        raise Invalid(wrong)
    if row is None:
        row = PartnerOrganisation(siret=number)
        session.add(row)
    row.name, row.listed_at, row.ended_at = title, now(), None
    session.flush()
    record(session, actor, "partner_listed", details={"partner": str(row.id)})
    return _partner_view(row)


def end_partner(session: Session, actor: Actor, partner_id: UUID, *, configured: Collection[str]) -> list[UUID]:
    """Take an organisation off the list; the ids of the agents who may not sign in any more, whose sessions end.

    Their records stay, and so do the requests in their charge: an administrator says where those go.

    :raises Forbidden: the actor does not administer agents.
    :raises NotFound: there is none with this id.
    """
    check_administrator(actor)
    row = session.get(PartnerOrganisation, partner_id)
    if row is None:
        raise NotFound("partner_unknown")
    if row.ended_at is None:
        row.ended_at = now()
        session.flush()
        record(session, actor, "partner_ended", details={"partner": str(row.id)})
    left = allowed_sirets(session, configured)
    found = session.execute(select(Agent.id, Agent.siret).where(Agent.siret.startswith(row.siret, autoescape=True)))
    return [agent_id for agent_id, siret in found if not policy.is_siret_allowed(siret, left)]


def allowed_sirets(session: Session, configured: Collection[str]) -> frozenset[str]:
    """Whose agents may sign in: the authority's, the partners on the list, and those that the settings name."""
    listed = session.scalars(select(PartnerOrganisation.siret).where(PartnerOrganisation.ended_at.is_(None)))
    return frozenset({*configured, get_authority(session).siret, *listed})


def _check_department(facts: DepartmentFacts) -> DepartmentFacts:
    title, email, phone = _texts(facts.title), agent_address(facts.email), " ".join(facts.phone.split())
    address, hours = " ".join(facts.address.split()), {key: one.strip() for key, one in facts.opening_hours.items()}
    wrong: dict[str, str] = {}
    if not title.get("fr") or any(len(one) > MAX_TITLE for one in title.values()):
        wrong["title"] = _("Écrivez le nom du service, en %(most)d caractères au plus.", most=MAX_TITLE)
    elif not _slug(title["fr"]):
        wrong["title"] = _("Écrivez le nom du service avec des lettres.")
    if email and not policy.EMAIL.fullmatch(email):
        wrong["email"] = _("Écrivez une adresse électronique, par exemple « service@commune.example ».")
    if not _PHONE.fullmatch(phone):
        wrong["phone"] = _("Écrivez un numéro de téléphone, par exemple « 01 23 45 67 89 ».")
    if len(address) > MAX_ADDRESS:
        wrong["address"] = _("Raccourcissez l’adresse : %(most)d caractères au plus.", most=MAX_ADDRESS)
    if any(len(one) > MAX_HOURS for one in hours.values()):
        wrong["opening"] = _("Raccourcissez les horaires : %(most)d caractères au plus.", most=MAX_HOURS)
    if wrong:
        raise Invalid(wrong)
    return DepartmentFacts(title, email, phone, address, {key: one for key, one in hours.items() if one})


def _texts(given: Mapping[str, str]) -> dict[str, str]:
    cleaned = {language: " ".join(text.split()) for language, text in given.items()}
    return {language: text for language, text in cleaned.items() if text}


def _write(row: Department, facts: DepartmentFacts) -> None:
    row.title = dict(facts.title)
    row.email, row.phone, row.address = facts.email, facts.phone, facts.address
    row.opening_hours = dict(facts.opening_hours)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].strip("-")


def _partner_view(row: PartnerOrganisation) -> PartnerView:
    return PartnerView(row.id, row.siret, row.name, row.listed_at, row.ended_at)
