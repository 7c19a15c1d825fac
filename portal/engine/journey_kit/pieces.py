"""What a step that asks for supporting documents shows. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import (
    asks_files,
    field_accepts,
    field_hint,
    field_max_files,
    field_name_for_errors,
    file_ids,
)
from portal.casework.catalogue.places import said_in
from portal.casework.documents.kinds import EXTENSIONS
from portal.casework.documents.policy import takes_files
from portal.casework.documents.service import DocumentView, documents_by_id, list_documents
from portal.casework.documents.wording import KINDS
from portal.ground.clock import local
from portal.ground.web import actor, reading_language, settings, unit
from portal.ground.web.formats import format_date

CHOICES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """One question that asks for files. ``choices``: documents of the wallet that could answer it too."""

    name: str
    label: str
    required: bool
    hint: str | None
    limits: str
    accept: str
    documents: list[DocumentView]
    choices: list[tuple[str, str]]
    full: bool
    open: bool
    error: str | None

    @property
    def answerable(self) -> bool:
        """There is a file to choose."""
        return self.open and not self.full


def wallet() -> list[DocumentView]:
    """The documents of whoever asks, read once a request."""
    if "wallet" not in g:
        g.wallet = list_documents(unit(), actor())
    found: list[DocumentView] = g.wallet
    return found


def _elsewhere() -> list[DocumentView]:
    """What the wallet holds besides; nothing for an agent, who sees what is in the draft alone."""
    return [] if actor().assisted is not None else wallet()


def pieces_of(fields: Iterable[FormField], answers: Mapping[str, Any], errors: Mapping[str, str]) -> list[Piece]:
    """The questions of a step that ask for files, as they stand."""
    return [_piece(field, answers, errors.get(field.name)) for field in fields if asks_files(field)]


def _piece(field: FormField, answers: Mapping[str, Any], error: str | None) -> Piece:
    documents = documents_in(answers.get(field.name))
    accepts, most = field_accepts(field), field_max_files(field)
    others = [one for one in _elsewhere() if one not in documents and one.kind in accepts and not one.is_refused]
    return Piece(
        name=field.name,
        label=field_name_for_errors(field),
        required=field.required,
        hint=field_hint(field, reading_language()),
        limits=say_limits(field),
        accept=say_extensions(field),
        documents=documents,
        choices=[(str(one.id), _choice(one)) for one in others[:CHOICES_SHOWN]],
        full=len(documents) >= most,
        open=takes_files(settings()),
        error=error,
    )


def say_limits(field: FormField) -> str:
    """Which files are taken, and how many."""
    return ngettext(
        "%(kinds)s. 10 Mo au plus, %(num)d fichier.",
        "%(kinds)s. 10 Mo au plus par fichier, %(num)d fichiers au plus.",
        field_max_files(field),
        kinds=", ".join(str(KINDS[kind]) for kind in field_accepts(field)),
    )


def say_extensions(field: FormField) -> str:
    """The ends of the names of these files, as a file control takes them."""
    accepts = field_accepts(field)
    return ",".join(f".{extension}" for extension, kind in EXTENSIONS.items() if kind in accepts)


def _choice(document: DocumentView) -> str:
    return _("%(name)s, ajouté le %(day)s", name=document.name, day=format_date(local(document.created_at).date()))


def documents_in(answer: object) -> list[DocumentView]:
    """The documents that an answer names, those that are still there, in the order they were added."""
    ids = file_ids(answer)
    if not ids:
        return []
    who = actor()
    if who.assisted is not None and who.subject is not None:
        named = documents_by_id(unit(), who.subject, ids)
        return [named[one] for one in ids if one in named]
    mine = {one.id: one for one in wallet()}
    return [mine[one] for one in ids if one in mine]


def files_kept(fields: Iterable[FormField], answers: Mapping[str, Any]) -> dict[str, str]:
    """The answers of these questions as saved, without what was deleted since: a form never says them."""
    return {
        field.name: " ".join(str(one.id) for one in documents_in(answers.get(field.name)))
        for field in fields
        if asks_files(field)
    }


def told_files(document: ProcedureDocument, answers: Mapping[str, Any]) -> dict[str, str]:
    """Path of an answer → the names of the files, for pages that read answers again."""
    return {
        place.path: "\n".join(_told(one) for one in documents_in(value))
        for place, value in said_in(document.steps, answers)
        if asks_files(place.field)
    }


def _told(document: DocumentView) -> str:
    if document.is_clean:
        return document.name
    if document.is_refused:
        return _("%(name)s (refusé)", name=document.name)
    return _("%(name)s (en attente de l’antivirus)", name=document.name)
