"""The commune, its departments and its agents."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.service import (
    AgentView,
    AuthorityView,
    DepartmentView,
    create_authority,
    create_department,
    list_partner,
    provision_agent,
)

SAMPLE_SIRET = "21380999900019"
MAIL = "valmont-sur-iselle.example"

DEPARTMENTS = (
    ("enfance", "Service Enfance et écoles", "04 65 71 20 21"),
    ("petite-enfance", "Service Petite enfance", "04 65 71 20 22"),
    ("voirie", "Service Voirie et espaces publics", "04 65 71 20 31"),
    ("mediatheque", "Médiathèque de l’Iselle", "04 65 71 20 41"),
    ("france-services", "Maison France Services", "04 65 71 20 51"),
    ("etat-civil", "Service État civil et élections", "04 65 71 20 12"),
    ("ccas", "Centre communal d’action sociale", "04 65 71 20 61"),
    ("vie-associative", "Service Vie associative et participation", "04 65 71 20 71"),
    ("dechets", "Service Déchets et propreté", "04 65 71 20 32"),
    ("urbanisme", "Service Urbanisme", "04 65 71 20 81"),
    ("sports", "Service des Sports", "04 65 71 20 91"),
    ("culture", "Conservatoire de l’Iselle", "04 65 71 20 42"),
)

AGENTS = (
    ("c.legoff", "Claire Le Goff", Role.DEPARTMENT_AGENT, ("enfance", "petite-enfance")),
    ("k.haddad", "Karim Haddad", Role.COUNTER_AGENT, ("france-services",)),
    ("s.amrani", "Samira Amrani", Role.SUPERVISOR, tuple(slug for slug, _, _ in DEPARTMENTS)),
    ("o.operateur", "Odile Perrin", Role.OPERATOR, ()),
    ("i.moreau", "Inès Moreau", Role.PROCEDURE_OFFICER, ()),
    ("j.ferrand", "Jonas Ferrand", Role.DEPARTMENT_AGENT, ("voirie", "urbanisme")),
    ("m.yildiz", "Meryem Yıldız", Role.DEPARTMENT_AGENT, ("mediatheque",)),
    ("h.rasoa", "Hanta Rasoa", Role.DEPARTMENT_AGENT, ("etat-civil",)),
    ("t.kowalski", "Tomasz Kowalski", Role.DEPARTMENT_AGENT, ("ccas",)),
    ("n.belkacem", "Nadia Belkacem", Role.DEPARTMENT_AGENT, ("vie-associative", "culture", "sports")),
    ("p.mendes", "Paulo Mendes", Role.DEPARTMENT_AGENT, ("voirie", "dechets")),
    ("a.ngoma", "Aurore Ngoma-Lestrade", Role.ADMINISTRATOR, ()),
    ("d.quere", "Denis Quéré-Baptiste", Role.DATA_PROTECTION_OFFICER, ()),
    ("v.sorel", "Viviane Sorel-Okafor", Role.SUPERVISOR, ("voirie", "dechets", "urbanisme")),
)
# Beside the town hall: an organisation whose agents hold the desk of the maison France Services.
PARTNER_SIRET = "21389998700022"
PARTNER_NAME = "France Services de la Vallée de l’Iselle"
PARTNER_MAIL = "france-services-iselle.example"
PARTNER_AGENTS = (("m.ouattara", "Malik Ouattara-Dubreuil", Role.COUNTER_AGENT, ("france-services",)),)


@dataclass(frozen=True, slots=True)
class Commune:
    """What was made."""

    authority: AuthorityView
    departments: dict[str, DepartmentView]
    agents: dict[str, AgentView]

    def agent_of(self, department_id: UUID, number: int) -> AgentView:
        """One of the agents who work for a department."""
        found = [
            agent
            for agent in self.agents.values()
            if department_id in agent.department_ids and agent.role is not Role.SUPERVISOR
        ]
        return found[number % len(found)]


def create_commune(session: Session) -> Commune:
    """Record the commune, its departments and its agents."""
    authority = create_authority(
        session,
        name="Valmont-sur-Iselle",
        siret=SAMPLE_SIRET,
        insee_code="38999",
        reference_prefix="VSI",
        address="2 place du Parvis, 38999 Valmont-sur-Iselle",
        phone="04 65 71 20 10",
        email=f"mairie@{MAIL}",
        privacy_email=f"donnees@{MAIL}",
        opening_hours={"fr": "Lundi au vendredi, 8 h 30 à 17 h\nSamedi, 9 h à 12 h"},
    )
    departments = {
        slug: create_department(
            session,
            local_authority_id=authority.id,
            slug=slug,
            title={"fr": title},
            email=f"{slug}@{MAIL}",
            phone=phone,
        )
        for slug, title, phone in DEPARTMENTS
    }
    employers = ((SAMPLE_SIRET, MAIL, AGENTS), (PARTNER_SIRET, PARTNER_MAIL, PARTNER_AGENTS))
    agents = {
        login: provision_agent(
            session,
            local_authority_id=authority.id,
            siret=siret,
            email=f"{login}@{mail}",
            display_name=name,
            role=role,
            department_ids=[departments[slug].id for slug in slugs],
        )
        for siret, mail, people in employers
        for login, name, role, slugs in people
    }
    list_partner(session, _administrator(agents), siret=PARTNER_SIRET, name=PARTNER_NAME)
    return Commune(authority, departments, agents)


def _administrator(agents: dict[str, AgentView]) -> Actor:
    view = next(one for one in agents.values() if one.role is Role.ADMINISTRATOR)
    return Actor(ActorKind.AGENT, view.id, permissions=ROLE_PERMISSIONS[view.role], label=view.display_name)
