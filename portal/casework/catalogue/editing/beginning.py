"""What a procedure holds when it has just been created, and its copy. Pure."""

from typing import Any

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.interchange import MAX_TITLE, as_data, read_document

COPY_OF = "Copie de %s"


def new_document(*, slug: str, title: str, department: str, theme: str) -> ProcedureDocument:
    """A procedure with the two pages that nearly all have; what publication needs besides is still to be said."""
    return read_document(
        {
            "format": 1,
            "slug": slug,
            "title": {"fr": title},
            "summary": {"fr": title},
            "theme": theme,
            "duration_minutes": 5,
            "department": department,
            "channels": ["web", "counter"],
            "steps": [
                {
                    "slug": "vous",
                    "title": {"fr": "Vous"},
                    "fields": _asked("person.family_name", "person.given_names", "contact.email", "contact.phone"),
                },
                {
                    "slug": "demande",
                    "title": {"fr": "Votre demande"},
                    "fields": [{"concept": "request.comment", "label": {"fr": "Votre demande"}}],
                },
            ],
            "acknowledgement": {},
            "retention_days": 365,
            "legal_basis": {"fr": "Mission d’intérêt public."},
        }
    )


def _asked(*concepts: str) -> list[dict[str, Any]]:
    return [{"concept": concept} for concept in concepts]


def copied_document(document: ProcedureDocument, slug: str) -> ProcedureDocument:
    """The same procedure under another address, « Copie de … ». What belongs to a journey's own pages stays behind."""
    data = as_data(document)
    data |= {"slug": slug, "title": {**data["title"], "fr": (COPY_OF % data["title"]["fr"])[:MAX_TITLE]}}
    for own in ("own_form", "own_desk", "unsigned"):
        data.pop(own, None)
    return read_document(data)
