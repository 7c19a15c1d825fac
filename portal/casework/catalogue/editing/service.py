"""The door of drafts: create, copy, change one part at a time, give up, close, open again, delete.

Everything flushes and nothing commits. Each change is a line of the journal: who, which procedure, which part.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import rows
from portal.casework.catalogue.editing.beginning import copied_document, new_document
from portal.casework.catalogue.editing.naming import slug_of
from portal.casework.catalogue.editing.shapes import DraftView
from portal.casework.catalogue.enums import VersionState
from portal.casework.catalogue.interchange import as_data, parse_document, read_document
from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor

__all__ = [
    "DraftView",
    "change_draft",
    "create_procedure",
    "delete_procedure",
    "discard_draft",
    "duplicate_procedure",
    "get_draft",
    "move_procedure",
    "open_draft",
    "reopen_procedure",
    "replace_draft",
    "undo_change",
]

Change = Callable[[ProcedureDocument], ProcedureDocument]


def create_procedure(session: Session, actor: Actor, *, title: str, department: str, theme: str) -> DraftView:
    """A new procedure, which nobody sees before it is published.

    :raises Invalid: no title, one too long, or a department that does not exist.
    """
    if not title.strip():
        raise Invalid({"title": _("Donnez un titre à la démarche, par exemple « Demander une place en crèche ».")})
    slug = rows.new_slug(session, title)
    document = new_document(slug=slug, title=title.strip(), department=department, theme=theme)
    return _create(session, actor, document, "procedure_created")


def duplicate_procedure(session: Session, actor: Actor, slug: str) -> DraftView:
    """A copy of a procedure, from its draft, else from the version offered, else from its last one.

    :raises NotFound: no such procedure.
    """
    procedure = rows.get_procedure(session, slug)
    source = rows.document_of(rows.get_version(session, procedure, _current(session, procedure)))
    copied = copied_document(source, rows.new_slug(session, f"copie-de-{source.slug}"))
    return _create(session, actor, copied, "procedure_duplicated")


def _current(session: Session, procedure: Procedure) -> int:
    latest = rows.get_version(session, procedure, procedure.latest_version)
    if latest.state is VersionState.DRAFT:
        return latest.version
    return procedure.published_version or procedure.latest_version


def _create(session: Session, actor: Actor, document: ProcedureDocument, action: str) -> DraftView:
    department = rows.get_department(session, document.department)
    procedure = Procedure(
        local_authority_id=department.local_authority_id,
        department_id=department.id,
        slug=document.slug,
        latest_version=1,
    )
    session.add(procedure)
    session.flush()
    row = _add(session, procedure, document)
    rows.sign(row, actor)
    record(session, actor, action, details={"procedure": procedure.slug})
    session.flush()
    return rows.view_of(procedure, row)


def _add(session: Session, procedure: Procedure, document: ProcedureDocument) -> ProcedureVersion:
    row = ProcedureVersion(
        procedure_id=procedure.id,
        version=procedure.latest_version,
        state=VersionState.DRAFT,
        title=str(document.title),
        document=as_data(document),
        revision=0,
    )
    session.add(row)
    return row


def open_draft(session: Session, actor: Actor, slug: str) -> DraftView:
    """The draft of a procedure; one is made from the version offered (else from the last one) when there is none.

    :raises NotFound: no such procedure.
    """
    procedure = rows.get_procedure(session, slug, lock=True)
    latest = rows.get_version(session, procedure, procedure.latest_version)
    if latest.state is VersionState.DRAFT:
        return rows.view_of(procedure, latest)
    source = rows.get_version(session, procedure, procedure.published_version or procedure.latest_version)
    procedure.latest_version += 1
    row = _add(session, procedure, rows.document_of(source))
    rows.sign(row, actor)
    record(session, actor, "procedure_draft_opened", details=rows.details_of(procedure, row))
    session.flush()
    return rows.view_of(procedure, row)


def get_draft(session: Session, slug: str) -> DraftView:
    """The version being written.

    :raises NotFound: no such procedure, or nothing is being written.
    """
    return rows.view_of(*rows.get_rows(session, slug))


def change_draft(session: Session, actor: Actor, slug: str, revision: int, change: Change, *, part: str) -> DraftView:
    """Keep what ``change`` makes of the draft. Its address never changes.

    :param revision: the count of changes that the officer's page was made from.
    :param part: a code of what was changed, for the journal.
    :raises Conflict: ``draft_changed``: somebody changed it since; ``theirs`` is the draft as it stands.
    :raises Invalid: what comes out is not a procedure.
    :raises NotFound: no draft, or the part that ``change`` looks for is not there.
    """
    procedure, row = rows.lock_rows(session, slug, revision)
    document = change(rows.document_of(row))
    if document.slug != procedure.slug:
        document = read_document({**as_data(document), "slug": procedure.slug})
    department = rows.get_department(session, document.department)
    rows.check_opinions(session, document)
    data = as_data(document)
    if data == row.document:
        return rows.view_of(procedure, row)
    if procedure.published_version is None:
        procedure.department_id = department.id
    row.former_document, row.document, row.title = row.document, data, str(document.title)
    row.revision += 1
    rows.sign(row, actor)
    record(session, actor, "procedure_draft_changed", details={**rows.details_of(procedure, row), "part": part})
    session.flush()
    return rows.view_of(procedure, row)


def replace_draft(session: Session, actor: Actor, slug: str, revision: int, text: str) -> DraftView:
    """Put a YAML or JSON text in the place of the draft; it may be undone.

    :raises Conflict: somebody changed the draft since.
    :raises Invalid: the text cannot be read or is no procedure; ``fields`` says where.
    """
    data: Mapping[str, Any] = {**parse_document(text), "slug": slug}
    document = read_document(data)
    return change_draft(session, actor, slug, revision, lambda _former: document, part="import")


def undo_change(session: Session, actor: Actor, slug: str, revision: int) -> DraftView:
    """Put the draft back to what it was before its last change. Once more puts the change again.

    :raises Conflict: somebody changed the draft since.
    :raises NotFound: nothing was changed.
    """
    procedure, row = rows.lock_rows(session, slug, revision)
    if row.former_document is None:
        raise NotFound("nothing_to_undo")
    former, document = row.former_document, read_document(row.former_document)
    row.former_document, row.document, row.title = row.document, former, str(document.title)
    row.revision += 1
    rows.sign(row, actor)
    record(session, actor, "procedure_change_undone", details=rows.details_of(procedure, row))
    session.flush()
    return rows.view_of(procedure, row)


def move_procedure(session: Session, actor: Actor, slug: str, revision: int, words: str) -> DraftView:
    """Give a procedure another address, made from these words, while nobody was ever offered it.

    It is not undone as a change is, but moved again. Once published, people, letters and other sites have the address.

    :raises Conflict: ``draft_changed``; or ``address_known``: it was published once.
    :raises Invalid: no words, or an address that something else has; the sentence proposes one.
    """
    procedure, row = rows.lock_rows(session, slug, revision)
    if rows.was_published(session, procedure):
        raise Conflict("address_known")
    wanted = slug_of(words, default="")
    if not wanted:
        raise Invalid({"slug": _("Écrivez une adresse, en lettres et en chiffres.")})
    if wanted == slug:
        return rows.view_of(procedure, row)
    free = rows.new_slug(session, wanted)
    if free != wanted:
        raise Invalid({"slug": _("Cette adresse est prise. Celle-ci est libre : %(slug)s", slug=free)})
    procedure.slug = wanted
    row.document = {**row.document, "slug": wanted}
    row.former_document = {**row.former_document, "slug": wanted} if row.former_document else None
    row.revision += 1
    rows.sign(row, actor)
    record(session, actor, "procedure_moved", details={**rows.details_of(procedure, row), "former": slug})
    session.flush()
    return rows.view_of(procedure, row)


def discard_draft(session: Session, actor: Actor, slug: str, revision: int) -> None:
    """Give the draft up; the versions already published stay.

    :raises Conflict: ``draft_changed``; or ``never_published``: there is nothing else, the procedure is to be deleted.
    """
    procedure, row = rows.lock_rows(session, slug, revision)
    if row.version == 1:
        raise Conflict("never_published")
    procedure.latest_version -= 1
    record(session, actor, "procedure_draft_discarded", details=rows.details_of(procedure, row))
    session.delete(row)
    session.flush()


def reopen_procedure(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    connections: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
) -> int:
    """Offer again the version that was offered when the procedure was closed; its number.

    :param connections: the names of the connections that exist; not checked when None.
    :param kinds: the slugs of the kinds of appointment that exist; not checked when None.
    :raises Conflict: ``procedure_open``: it is open; ``never_published``: there is nothing to offer.
    :raises Invalid: it lacks what publication needs today.
    """
    procedure = rows.get_procedure(session, slug, lock=True)
    if procedure.published_version is not None:
        raise Conflict("procedure_open")
    query = (
        select(ProcedureVersion)
        .where(ProcedureVersion.procedure_id == procedure.id, ProcedureVersion.state == VersionState.ARCHIVED)
        .order_by(ProcedureVersion.version.desc())
        .limit(1)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise Conflict("never_published")
    problems = problems_of(rows.document_of(row), connections=connections, kinds=kinds)
    if problems:
        raise Invalid(problems, code="procedure_incomplete")
    row.state, row.archived_at = VersionState.PUBLISHED, None
    procedure.published_version = row.version
    record(session, actor, "procedure_reopened", details=rows.details_of(procedure, row))
    session.flush()
    return row.version


def delete_procedure(session: Session, actor: Actor, slug: str) -> None:
    """Remove a procedure that was never offered to anybody.

    :raises Conflict: ``procedure_in_use``: it was published once; it can only be closed.
    """
    procedure = rows.get_procedure(session, slug, lock=True)
    if rows.was_published(session, procedure):
        raise Conflict("procedure_in_use")
    record(session, actor, "procedure_deleted", details={"procedure": procedure.slug})
    session.execute(delete(ProcedureVersion).where(ProcedureVersion.procedure_id == procedure.id))
    session.delete(procedure)
    session.flush()
