"""A procedure whose first page asks sixty questions, twenty of them under a condition."""

from typing import Any

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import ProcedureView, import_procedure
from portal.ground.permissions import SYSTEM

SLUG = "mesure-soixante-questions"
LARGE_STEP = f"/demarches/{SLUG}/questions"
QUESTIONS, CONDITIONS = 60, 20


def _question(number: int) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "concept": "form.number",
        "name": f"q{number}",
        "label": {"fr": f"Question {number}"},
        "required": False,
    }
    if number >= QUESTIONS - CONDITIONS:
        before = f"q{number - (QUESTIONS - CONDITIONS)}"
        asked["when"] = {"not": {"field": before, "at_least": number}}
    return asked


def publish_large_step(session: Session) -> ProcedureView:
    """The procedure, open; its legal parts say that it is no request."""
    document = {
        "format": 1,
        "slug": SLUG,
        "title": {"fr": "Mesure"},
        "summary": {"fr": "Pour mesurer."},
        "theme": "enfance",
        "duration_minutes": 30,
        "department": "enfance",
        "steps": [
            {
                "slug": "questions",
                "title": {"fr": "Questions"},
                "fields": [_question(number) for number in range(QUESTIONS)],
            }
        ],
        "acknowledgement": {
            "is_request": False,
            "service": {
                "designation": "Service Enfance",
                "postal_address": "2 place du Parvis, 38999 Valmont-sur-Iselle",
                "phone": "04 65 71 20 21",
            },
        },
        "retention_days": 30,
        "legal_basis": {"fr": "Mesure."},
    }
    return import_procedure(session, document, publish=True, actor=SYSTEM)
