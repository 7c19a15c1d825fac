"""The documents that answers name: whether they are the person's, still there, and not refused."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field, Step
from portal.casework.catalogue.fields import asks_files, field_accepts, field_concept, field_name_for_errors, file_ids
from portal.casework.catalogue.places import Place, said_in
from portal.casework.documents.service import DocumentView, documents_by_id


def answered_files(steps: Iterable[Step], values: Mapping[str, Any]) -> dict[str, list[UUID]]:
    """Path of an answer → documents, for the questions of these steps that ask for files and were answered."""
    return {place.path: file_ids(value) for place, value in _with_files(steps, values)}


def _with_files(steps: Iterable[Step], values: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    return ((place, value) for place, value in said_in(steps, values) if asks_files(place.field))


def evidence_names(steps: Iterable[Step], values: Mapping[str, Any]) -> tuple[str, ...]:
    """What was sent, as the questions name it; which item it is about is said."""
    return tuple(_name(place) for place, value in _with_files(steps, values) if file_ids(value))


def _name(place: Place) -> str:
    label = str(place.field.label or field_concept(place.field).label)
    return _("%(label)s, fiche %(number)d", label=label, number=place.number) if place.number else label


def evidence_errors(
    session: Session, owner_id: UUID, steps: Iterable[Step], values: Mapping[str, Any]
) -> dict[str, str]:
    """Sentences by path, for answers whose documents cannot be sent. One more statement when there are any."""
    named = [(place, file_ids(value)) for place, value in _with_files(steps, values)]
    if not named:
        return {}
    owned = documents_by_id(session, owner_id, {one for _place, ids in named for one in ids})
    found = {place.path: sentence_about(place.field, ids, owned) for place, ids in named}
    return {path: sentence for path, sentence in found.items() if sentence}


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
