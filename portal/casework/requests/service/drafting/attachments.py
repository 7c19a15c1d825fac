"""Supporting documents of a draft: added and taken back one by one, checked again when the form is sent."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field
from portal.casework.catalogue.fields import asks_files, check_field, file_ids
from portal.casework.catalogue.places import Place, answer_at, places_in, put_answers
from portal.casework.catalogue.service import get_version
from portal.casework.documents.policy import keeper_of
from portal.casework.documents.service import documents_by_id
from portal.casework.requests.models import Draft
from portal.casework.requests.service.drafting.drafts import check_version, own_draft, view_of
from portal.casework.requests.service.evidence import sentence_about
from portal.casework.requests.service.sealed import draft_answers, seal_draft_answers
from portal.casework.requests.shapes import DraftView
from portal.ground import clock
from portal.ground.dictionary.service import ValueRefused
from portal.ground.errors import Invalid, NotFound
from portal.ground.permissions import Actor


def attach_document(
    session: Session,
    actor: Actor,
    draft_id: UUID,
    *,
    field: str,
    document_id: UUID,
    item: int = 0,
    version: int | None = None,
) -> DraftView:
    """Add a document of the resident to an answer. Adding it again changes nothing.

    :param item: the number of the item that it is about, on a page asked for each of several.
    :param version: the one the person was looking at, where another window may have changed which item that is.
    :raises Invalid: by field name, in French: already as many as may be, or a kind that is not asked for.
    :raises Conflict: ``draft_changed``.
    :raises NotFound: no such draft, question, item or document of theirs.
    """
    draft = own_draft(session, actor, draft_id, lock=True)
    if version is not None:
        check_version(session, draft, version)
    answers = draft_answers(session, draft)
    asked = _question(session, draft, answers, field, item)
    held = file_ids(answer_at(asked, answers))
    owned = documents_by_id(session, keeper_of(actor), [*held, document_id])
    if document_id not in owned:
        raise NotFound("document_unknown")
    kept = [one for one in held if one in owned]
    if document_id in kept:
        return view_of(session, draft)
    value = " ".join(map(str, [*kept, document_id]))
    sentence = _against(asked.field, value) or sentence_about(asked.field, [document_id], owned)
    if sentence:
        raise Invalid({field: sentence})
    return _save(session, draft, asked, answers, value)


def detach_document(
    session: Session,
    actor: Actor,
    draft_id: UUID,
    *,
    field: str,
    document_id: UUID,
    item: int = 0,
    version: int | None = None,
) -> DraftView:
    """Take a document back from an answer; it stays in the wallet. Taking it back again changes nothing.

    :param item: the number of the item that it is about, on a page asked for each of several.
    :param version: the one the person was looking at, where another window may have changed which item that is.
    :raises Conflict: ``draft_changed``.
    :raises NotFound: no such draft of theirs, no such question, or no such item.
    """
    draft = own_draft(session, actor, draft_id, lock=True)
    if version is not None:
        check_version(session, draft, version)
    answers = draft_answers(session, draft)
    asked = _question(session, draft, answers, field, item)
    held = file_ids(answer_at(asked, answers))
    kept = [one for one in held if one != document_id]
    if len(kept) == len(held):
        return view_of(session, draft)
    return _save(session, draft, asked, answers, " ".join(map(str, kept)))


def _against(field: Field, value: str) -> str | None:
    try:
        check_field(field, value)
    except ValueRefused as refused:
        return refused.message
    return None


def _question(session: Session, draft: Draft, answers: Mapping[str, Any], name: str, item: int) -> Place:
    """Where the answer is kept.

    :raises NotFound: no such question about files, or no such item.
    """
    document = get_version(session, draft.procedure_id, draft.procedure_version).document
    for place in places_in(document.steps, answers):
        if place.field.name == name and place.number == item and asks_files(place.field):
            return place
    raise NotFound("question_unknown")


def _save(session: Session, draft: Draft, place: Place, answers: Mapping[str, Any], value: str) -> DraftView:
    """Keep the answer; an empty one is taken out."""
    kept = {**answers, **put_answers([place], answers, {place.path: value})}
    if not value:
        held = kept[place.step.repeat.name][place.number - 1] if place.step.repeat else kept
        held.pop(place.field.name)
    draft.sealed_answers = seal_draft_answers(session, draft.id, draft.data_key_id, kept)
    draft.version += 1
    draft.updated_at = clock.now()
    session.flush()
    return view_of(session, draft)
