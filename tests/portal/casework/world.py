"""A commune, its departments, its agents, two residents and small procedures, made through the services."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import ProcedureView, import_procedure
from portal.casework.requests import service as requests
from portal.casework.requests.service import DraftView, SubmittedView
from portal.ground.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, ActorKind, Role
from portal.people.accounts.service import (
    AccountView,
    AgentView,
    ResidentClaims,
    create_authority,
    create_department,
    link_resident,
    provision_agent,
)

SIRET = "21380999900019"
LEGAL: dict[str, Any] = {
    "is_request": True,
    "service": {
        "designation": "Service Enfance",
        "postal_address": "2 place du Parvis, 38999 Valmont-sur-Iselle",
        "email": "enfance@valmont-sur-iselle.example",
        "phone": "04 65 71 20 21",
    },
    "regime": "rejection",
    "delay": {"count": 2, "unit": "months"},
    "recourse": {"court": "Tribunal", "address": "2 place de Verdun", "delay": {"count": 2, "unit": "months"}},
    "missing_evidence": {"deadline_days": 30, "effect": {"fr": "Le délai est suspendu."}},
}
DEPARTMENTS = (
    "enfance",
    "petite-enfance",
    "voirie",
    "mediatheque",
    "france-services",
    "etat-civil",
    "ccas",
    "vie-associative",
    "dechets",
    "urbanisme",
    "sports",
    "culture",
)
# What a person needs to decide and to get ready.
PREPARATION: dict[str, Any] = {
    "conditions": {"may_ask": [{"fr": "Vous habitez la commune."}]},
    "fee": {},
    "usual_delay": {"count": 15, "unit": "days"},
    "alternatives": [{"by": "counter", "text": {"fr": "Venez à la mairie."}}],
    "legal_references": [{"text": "Code de l’éducation", "articles": ["L131-5"]}],
}
DOCUMENT: dict[str, Any] = {
    "format": 1,
    "slug": "essai",
    "title": {"fr": "Démarche d’essai"},
    "summary": {"fr": "Pour essayer."},
    "theme": "enfance",
    "duration_minutes": 3,
    "department": "enfance",
    **PREPARATION,
    "steps": [
        {
            "slug": "vous",
            "title": {"fr": "Vous"},
            "fields": [
                {"concept": "person.family_name", "name": "nom"},
                {"concept": "contact.email", "name": "courriel", "required": False},
            ],
        },
        {
            "slug": "ecole",
            "title": {"fr": "L’école"},
            "fields": [
                {"concept": "school.enrolment_kind", "name": "type"},
                {
                    "concept": "request.comment",
                    "name": "motif",
                    "when": {"field": "type", "equals": "derogation"},
                },
            ],
        },
    ],
    "acknowledgement": LEGAL,
    "retention_days": 365,
    "legal_basis": {"fr": "Mission d’intérêt public."},
}
ROUTE = {"connection": "ecoles", "recipient": {"fr": "les écoles"}}
ANSWERS = {"vous": {"nom": "Lefèvre", "courriel": "noe@exemple.example"}, "ecole": {"type": "first"}}


def document(**changes: Any) -> dict[str, Any]:
    """The small procedure with other top-level values."""
    return deepcopy(DOCUMENT) | deepcopy(changes)


@dataclass(frozen=True)
class World:
    """Who and what there is."""

    departments: dict[str, UUID]
    claire: AgentView
    jonas: AgentView
    noe: AccountView
    ines: AccountView
    procedure: ProcedureView
    routed: ProcedureView

    def resident(self, account: AccountView | None = None) -> Actor:
        """Noé by default."""
        account = account or self.noe
        return Actor(ActorKind.RESIDENT, account.id, account.person_id, label=account.display_name)

    def agent(self, view: AgentView | None = None) -> Actor:
        """Claire, of the department Enfance, by default."""
        view = view or self.claire
        return Actor(
            ActorKind.AGENT,
            view.id,
            permissions=ROLE_PERMISSIONS[view.role],
            department_ids=view.department_ids,
            label=view.display_name,
        )


def build_world(session: Session) -> World:
    authority = create_authority(
        session,
        name="Valmont-sur-Iselle",
        siret=SIRET,
        insee_code="38999",
        reference_prefix="VSI",
        address="2 place du Parvis, 38999 Valmont-sur-Iselle",
        phone="04 65 71 20 10",
        email="mairie@valmont-sur-iselle.example",
    )
    departments = {
        slug: create_department(session, local_authority_id=authority.id, slug=slug, title={"fr": slug}).id
        for slug in DEPARTMENTS
    }

    def agent(name: str, slug: str) -> AgentView:
        return provision_agent(
            session,
            local_authority_id=authority.id,
            siret=SIRET,
            email=f"{name.split()[0].lower()}@valmont-sur-iselle.example",
            display_name=name,
            role=Role.DEPARTMENT_AGENT,
            department_ids=[departments[slug]],
        )

    def resident(sub: str, given: str, family: str, email: str) -> AccountView:
        claims = ResidentClaims(family_name=family, given_names=(given,), birthdate="1990-01-02", email=email)
        return link_resident(session, issuer="https://fc.exemple.example", sub=sub, claims=claims)

    return World(
        departments=departments,
        claire=agent("Claire Le Goff", "enfance"),
        jonas=agent("Jonas Ferrand", "voirie"),
        noe=resident("noe", "Noé", "LEFÈVRE", "noe-compte@exemple.example"),
        ines=resident("ines", "Inès", "N’DIAYE", ""),
        procedure=import_procedure(session, DOCUMENT, publish=True, actor=SYSTEM),
        routed=import_procedure(
            session, document(slug="envoi", routing=[ROUTE]), publish=True, actor=SYSTEM, connections={"ecoles"}
        ),
    )


def fill(session: Session, actor: Actor, procedure: ProcedureView, answers: dict[str, Any] | None = None) -> DraftView:
    """A draft with every step answered."""
    draft = requests.start_draft(session, actor, procedure)
    for step, values in (answers or ANSWERS).items():
        draft = requests.save_step(session, actor, draft.id, step=step, answers=values, version=draft.version)
    return draft


def send(
    session: Session, actor: Actor, procedure: ProcedureView, answers: dict[str, Any] | None = None
) -> SubmittedView:
    """A request."""
    draft = fill(session, actor, procedure, answers)
    return requests.submit(session, actor, draft.id, idempotency_key=str(uuid4()), version=draft.version)
