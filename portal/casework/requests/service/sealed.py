"""What is sealed under a request's data key, and where. The context binds each piece to its place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.casework.requests.acknowledgements import AcknowledgementData
from portal.casework.requests.models import (
    Acknowledgement,
    Amendment,
    Draft,
    DuplicateMark,
    InternalNote,
    RequestMessage,
    ServiceRequest,
)
from portal.casework.requests.shapes import Origin
from portal.ground.dictionary.service import Value
from portal.ground.vault.service import seal_json, unseal_json
from portal.people.accounts.enums import ValueSource


@contextmanager
def rows_held(session: Session) -> Iterator[None]:
    """Keep what is loaded in the block alive until its end.

    A session holds its rows weakly: without this, the data key would be read again for each piece that is unsealed.
    """
    held: list[object] = []

    def hold(_session: Session, row: object) -> None:
        held.append(row)

    event.listen(session, "loaded_as_persistent", hold)
    try:
        yield
    finally:
        event.remove(session, "loaded_as_persistent", hold)


def seal_draft_answers(session: Session, draft_id: UUID, key_id: UUID, answers: Mapping[str, Value]) -> bytes:
    """Seal the answers of a draft."""
    return seal_json(session, key_id, dict(answers), context=f"draft:{draft_id}")


def draft_answers(session: Session, draft: Draft) -> dict[str, Value]:
    """The answers of a draft."""
    return dict(unseal_json(session, draft.data_key_id, draft.sealed_answers, context=f"draft:{draft.id}"))


def seal_answers(session: Session, request_id: UUID, key_id: UUID, answers: Mapping[str, Value]) -> bytes:
    """Seal the answers of a request."""
    return seal_json(session, key_id, dict(answers), context=f"request:{request_id}:answers")


def answers_of(session: Session, request: ServiceRequest) -> dict[str, Value]:
    """The answers of a request."""
    context = f"request:{request.id}:answers"
    return dict(unseal_json(session, request.data_key_id, request.sealed_answers, context=context))


def seal_origins(session: Session, request_id: UUID, key_id: UUID, origins: Mapping[str, Origin]) -> bytes:
    """Seal where the answers of a request come from."""
    data = {name: asdict(origin) | {"as_of": origin.as_of.isoformat()} for name, origin in origins.items()}
    return seal_json(session, key_id, data, context=f"request:{request_id}:origins")


def origins_of(session: Session, request: ServiceRequest) -> dict[str, Origin]:
    """Where the answers of a request come from, by field; empty for a request sent before this was kept."""
    if request.sealed_origins is None:
        return {}
    context = f"request:{request.id}:origins"
    data = unseal_json(session, request.data_key_id, request.sealed_origins, context=context)
    return {name: _origin(**kept) for name, kept in data.items()}


def _origin(*, source: str, as_of: str, **rest: Any) -> Origin:
    return Origin(source=ValueSource(source), as_of=date.fromisoformat(as_of), **rest)


def seal_before(session: Session, amendment_id: UUID, key_id: UUID, answers: Mapping[str, Value]) -> bytes:
    """Seal the answers as they were before a correction."""
    return seal_json(session, key_id, dict(answers), context=f"amendment:{amendment_id}")


def answers_before(session: Session, request: ServiceRequest, row: Amendment) -> dict[str, Value]:
    """The answers as they were before a correction."""
    return dict(unseal_json(session, request.data_key_id, row.sealed_before, context=f"amendment:{row.id}"))


def seal_acknowledgement(session: Session, request_id: UUID, key_id: UUID, data: AcknowledgementData) -> bytes:
    """Seal an acknowledgement."""
    return seal_json(session, key_id, data.model_dump(mode="json"), context=f"request:{request_id}:acknowledgement")


def acknowledgement_data(session: Session, request: ServiceRequest, row: Acknowledgement) -> AcknowledgementData:
    """An acknowledgement as issued."""
    context = f"request:{request.id}:acknowledgement"
    return AcknowledgementData.model_validate(
        unseal_json(session, request.data_key_id, row.sealed_data, context=context)
    )


def seal_opinion(session: Session, opinion_id: UUID, key_id: UUID, part: str, words: str) -> bytes:
    """Seal the question or the answer of an opinion."""
    return seal_json(session, key_id, {"text": words}, context=f"opinion:{opinion_id}:{part}")


def opinion_words(session: Session, request: ServiceRequest, opinion_id: UUID, part: str, sealed: bytes) -> str:
    """The question or the answer of an opinion."""
    content = unseal_json(session, request.data_key_id, sealed, context=f"opinion:{opinion_id}:{part}")
    return str(content["text"])


def seal_message(session: Session, message_id: UUID, key_id: UUID, content: Mapping[str, str]) -> bytes:
    """Seal the words and the signature of a message."""
    return seal_json(session, key_id, dict(content), context=f"message:{message_id}")


def message_content(session: Session, request: ServiceRequest, row: RequestMessage) -> dict[str, Any]:
    """The words and the signature of a message."""
    return dict(unseal_json(session, request.data_key_id, row.sealed, context=f"message:{row.id}"))


def seal_note(session: Session, note_id: UUID, key_id: UUID, words: str) -> bytes:
    """Seal a note between agents."""
    return seal_json(session, key_id, {"text": words}, context=f"note:{note_id}")


def note_words(session: Session, request: ServiceRequest, row: InternalNote) -> str:
    """The words of a note between agents."""
    return str(unseal_json(session, request.data_key_id, row.sealed, context=f"note:{row.id}")["text"])


def seal_duplicate(session: Session, mark_id: UUID, key_id: UUID, words: str) -> bytes:
    """Seal what the person will read of a request closed as a duplicate."""
    return seal_json(session, key_id, {"text": words}, context=f"duplicate:{mark_id}")


def duplicate_words(session: Session, request: ServiceRequest, row: DuplicateMark) -> str:
    """What the person will read of a request closed as a duplicate."""
    return str(unseal_json(session, request.data_key_id, row.sealed_words, context=f"duplicate:{row.id}")["text"])
