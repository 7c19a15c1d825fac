"""What is sealed in the row of a list: the answers, the marks and the address. The context binds it to its row."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.checklists.models import Checklist
from portal.casework.checklists.shapes import Answers, ChecklistView, Mark
from portal.ground.vault.service import seal_json, unseal_json


def seal_content(
    session: Session, list_id: UUID, key_id: UUID, *, token: str, answers: Answers, marks: Mapping[str, Mark]
) -> bytes:
    """Seal the content of a list."""
    content = {
        "token": token,
        "answers": dict(answers),
        "marks": {line: [_text(mark.done_on), _text(mark.postponed_to)] for line, mark in marks.items()},
    }
    return seal_json(session, key_id, content, context=_context(list_id))


def view_of(session: Session, row: Checklist, open_procedures: str | None = None) -> ChecklistView:
    """A list, unsealed. :param open_procedures: slugs separated by spaces."""
    content = unseal_json(session, row.data_key_id, row.sealed, context=_context(row.id))
    return ChecklistView(
        id=row.id,
        journey=row.journey,
        person_id=row.person_id,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        purge_after=row.purge_after,
        token=content["token"],
        answers={name: _answer(value) for name, value in content["answers"].items()},
        marks={line: Mark(*map(_day, days)) for line, days in content["marks"].items()},
        open_procedures=frozenset((open_procedures or "").split()),
    )


def _context(list_id: UUID) -> str:
    return f"checklist:{list_id}"


def _answer(value: Any) -> str | tuple[str, ...]:
    return value if isinstance(value, str) else tuple(value)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
