"""The documents that answers name: whether they are the person's, still there, and not refused."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field
from portal.casework.catalogue.fields import asks_files, field_accepts, field_concept, field_name_for_errors, file_ids
from portal.casework.documents.service import DocumentView, documents_by_id


def answered_files(fields: Collection[Field], values: Mapping[str, Any]) -> dict[str, list[UUID]]:
    """Field name → documents, for the questions that ask for files and were answered."""
    return {field.name: file_ids(values[field.name]) for field in fields if field.name in values and asks_files(field)}


def evidence_names(fields: Collection[Field], values: Mapping[str, Any]) -> tuple[str, ...]:
    """What was sent, as the questions name it."""
    sent = {name for name, ids in answered_files(fields, values).items() if ids}
    return tuple(str(field.label or field_concept(field).label) for field in fields if field.name in sent)


def evidence_errors(
    session: Session, owner_id: UUID, fields: Collection[Field], values: Mapping[str, Any]
) -> dict[str, str]:
    """Sentences by field name, for answers whose documents cannot be sent. One more statement when there are any."""
    named = answered_files(fields, values)
    if not named:
        return {}
    owned = documents_by_id(session, owner_id, {one for ids in named.values() for one in ids})
    found: dict[str, str] = {}
    for field in fields:
        sentence = sentence_about(field, named[field.name], owned) if field.name in named else None
        if sentence:
            found[field.name] = sentence
    return found


def sentence_about(field: Field, ids: Collection[UUID], owned: Mapping[UUID, DocumentView]) -> str | None:
    """What stands against the documents of an answer, None when nothing does."""
    label = field_name_for_errors(field)
    if any(one not in owned for one in ids):
        return _(
            "« %(label)s » : un des fichiers a été supprimé. Ajoutez-le de nouveau, ou continuez sans.", label=label
        )
    refused = next((owned[one] for one in ids if owned[one].is_refused), None)
    if refused is not None:
        return _("« %(label)s » : retirez le fichier refusé, %(name)s.", label=label, name=refused.name)
    if any(owned[one].kind not in field_accepts(field) for one in ids):
        return _("« %(label)s » : ce type de fichier n’est pas accepté ici. Choisissez-en un autre.", label=label)
    return None
