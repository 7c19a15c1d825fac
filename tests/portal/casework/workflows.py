"""Small procedures with a workflow, for tests."""

from typing import Any

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import ProcedureView, import_procedure
from portal.casework.requests import service as requests
from portal.casework.requests.enums import ApplyOutcome
from portal.casework.requests.service import Said
from portal.ground.db import new_id
from portal.ground.permissions import SYSTEM, Actor
from tests.portal.casework.world import document

# A workflow of its own: two ends, a wait, a forward, a move for supervisors only.
OWN: dict[str, Any] = {
    "statuses": [
        {"code": "new", "status": "submitted", "label": {"fr": "Nouvelle"}},
        {"code": "work", "status": "in_progress", "label": {"fr": "À l’étude"}},
        {"code": "sent", "status": "in_progress", "label": {"fr": "Chez les écoles"}},
        {"code": "wait", "status": "waiting_for_resident", "label": {"fr": "À vous"}, "wait_days": 10},
        {"code": "yes", "status": "accepted", "label": {"fr": "Oui"}},
        {"code": "over", "status": "closed", "label": {"fr": "Finie"}},
    ],
    "transitions": [
        {"code": "study", "label": {"fr": "Étudier"}, "from": ["new"], "to": "work", "who": ["department"]},
        {
            "code": "send",
            "label": {"fr": "Transmettre aux écoles"},
            "from": ["work"],
            "to": "sent",
            "who": ["department"],
            "does": [{"do": "forward", "connection": "ecoles"}],
        },
        {
            "code": "ask",
            "label": {"fr": "Faire corriger"},
            "from": ["new", "work"],
            "to": "wait",
            "who": ["department"],
            "does": [{"do": "corrections", "fields": ["nom", "courriel", "type"]}],
        },
        {
            "code": "grant",
            "label": {"fr": "Accorder"},
            "from": ["work", "sent"],
            "to": "yes",
            "who": ["supervisor", "partner"],
            "does": [{"do": "letter"}],
        },
        {
            "code": "lapse",
            "label": {"fr": "Classer"},
            "from": ["wait"],
            "to": "over",
            "who": ["timeout"],
            "does": [{"do": "message", "text": {"fr": "Sans réponse de votre part, c’est terminé."}}],
        },
    ],
}
ROUTE = {"connection": "ecoles", "recipient": {"fr": "les écoles"}, "mode": "on_move"}


def procedure(session: Session, workflow: str | dict[str, Any], **changes: Any) -> ProcedureView:
    """A published procedure with this workflow."""
    slug = workflow if isinstance(workflow, str) else "propre"
    routing = [ROUTE] if isinstance(workflow, dict) else []
    wanted = {"slug": f"essai-{slug}", "workflow": workflow, "routing": routing} | changes
    return import_procedure(session, document(**wanted), publish=True, actor=SYSTEM, connections={"ecoles"})


def go(session: Session, actor: Actor, reference: str, code: str, said: Said | None = None) -> ApplyOutcome:
    """Make a move from where the request stands."""
    view = requests.get_request(session, actor, reference, journal=session)
    return requests.move(
        session, actor, reference, code, said or Said(), state=view.state, idempotency_key=str(new_id())
    )
