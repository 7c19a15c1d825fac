"""Supporting documents of a draft: added and taken back one by one, checked again when the form is sent."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field
from portal.casework.catalogue.fields import asks_files, check_field, file_ids
from portal.casework.catalogue.service import get_version
from portal.casework.documents.policy import keeper_of
from portal.casework.documents.service import documents_by_id
from portal.casework.requests.models import Draft
from portal.casework.requests.service.drafts import own_draft, view_of
from portal.casework.requests.service.evidence import sentence_about
from portal.casework.requests.service.sealed import draft_answers, seal_draft_answers
from portal.casework.requests.shapes import DraftView
from portal.ground import clock
from portal.ground.dictionary.service import ValueRefused
from portal.ground.errors import Invalid, NotFound
from portal.ground.permissions import Actor


def attach_document(session: Session, actor: Actor, draft_id: UUID, *, field: str, document_id: UUID) -> DraftView:
    """Add a document of the resident to an answer. Adding it again changes nothing.

    :raises Invalid: by field name, in French: already as many as may be, or a kind that is not asked for.
    :raises NotFound: no such draft, question or document of theirs.
    """
    draft = own_draft(session, actor, draft_id, lock=True)
    asked = _question(session, draft, field)
    answers = draft_answers(session, draft)
    owned = documents_by_id(session, keeper_of(actor), [*file_ids(answers.get(field)), document_id])
    if document_id not in owned:
        raise NotFound("document_unknown")
    kept = [one for one in file_ids(answers.get(field)) if one in owned]
    if document_id in kept:
        return view_of(session, draft)
    value = " ".join(map(str, [*kept, document_id]))
    sentence = _against(asked, value) or sentence_about(asked, [document_id], owned)
    if sentence:
        raise Invalid({field: sentence})
    return _save(session, draft, answers | {field: value})


def detach_document(session: Session, actor: Actor, draft_id: UUID, *, field: str, document_id: UUID) -> DraftView:
    """Take a document back from an answer; it stays in the wallet. Taking it back again changes nothing.

    :raises NotFound: no such draft of theirs, or no such question.
    """
    draft = own_draft(session, actor, draft_id, lock=True)
    _question(session, draft, field)
    answers = draft_answers(session, draft)
    kept = [one for one in file_ids(answers.get(field)) if one != document_id]
    if len(kept) == len(file_ids(answers.get(field))):
        return view_of(session, draft)
    others = {name: value for name, value in answers.items() if name != field}
    return _save(session, draft, others | ({field: " ".join(map(str, kept))} if kept else {}))


def _against(field: Field, value: str) -> str | None:
    try:
        check_field(field, value)
    except ValueRefused as refused:
        return refused.message
    return None


def _question(session: Session, draft: Draft, name: str) -> Field:
    field = get_version(session, draft.procedure_id, draft.procedure_version).document.field(name)
    if field is None or not asks_files(field):
        raise NotFound("question_unknown")
    return field


def _save(session: Session, draft: Draft, answers: Mapping[str, Any]) -> DraftView:
    draft.sealed_answers = seal_draft_answers(session, draft.id, draft.data_key_id, answers)
    draft.version += 1
    draft.updated_at = clock.now()
    session.flush()
    return view_of(session, draft)
