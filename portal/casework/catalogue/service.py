"""The door of the catalogue: import, publication, search. Everything flushes and nothing commits."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, bindparam, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.casework.catalogue.checked import check_document, kept_document, title_key
from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.enums import Regime, VersionState
from portal.casework.catalogue.interchange import as_data, dump_document, parse_document, read_document
from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.casework.catalogue.ranking import score
from portal.casework.catalogue.shapes import ProcedureSummary, ProcedureView
from portal.casework.catalogue.workflow import Transition, Workflow, WorkflowStatus
from portal.casework.catalogue.workflows import workflow_of
from portal.casework.delays.service import Delays, read_delays, with_delays
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import FRENCH, SIMPLIFIED
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.people.accounts.service import DepartmentView, list_departments

__all__ = [
    "ProcedureDocument",
    "ProcedureSummary",
    "ProcedureView",
    "Regime",
    "Transition",
    "VersionState",
    "Workflow",
    "WorkflowStatus",
    "archive_procedure",
    "documents_of",
    "dump_document",
    "export_procedure",
    "get_published",
    "get_published_many",
    "get_version",
    "import_procedure",
    "list_published",
    "open_slugs",
    "parse_document",
    "publish_procedure",
    "read_published",
    "select_published",
    "slugs_and_titles",
    "titles",
    "with_procedure",
    "with_slugs_and_titles",
    "with_version_keys",
    "workflow_of",
]

_WEIGHTS = {"title": 3.0, "keywords": 2.0, "summary": 1.0}


def import_procedure(
    session: Session,
    document: Mapping[str, Any] | ProcedureDocument,
    *,
    publish: bool,
    actor: Actor,
    connections: Collection[str] | None = None,
) -> ProcedureView:
    """Take in a document as the newest version of its procedure; identical content makes no new version.

    :raises Invalid: unreadable, unknown department, or (with ``publish``) not complete; ``fields`` says where.
    """
    checked = read_document(document)
    department = _department(session, checked.department)
    procedure = session.scalars(select(Procedure).where(Procedure.slug == checked.slug)).one_or_none()
    if procedure is None:
        procedure = _create(session, checked, department)
    else:
        procedure.department_id = department.id
        _revise(session, procedure, checked)
    session.flush()
    row = _version(session, procedure.id, procedure.latest_version)
    if publish and row.state is not VersionState.PUBLISHED:
        return publish_procedure(session, procedure.id, row.version, actor=actor, connections=connections)
    return _view(procedure, row)


def _department(session: Session, slug: str) -> DepartmentView:
    for department in list_departments(session):
        if department.slug == slug:
            return department
    raise Invalid({"department": _("Ce service n’existe pas : %(name)s.", name=slug)})


def _create(session: Session, document: ProcedureDocument, department: DepartmentView) -> Procedure:
    procedure = Procedure(
        local_authority_id=department.local_authority_id,
        department_id=department.id,
        slug=document.slug,
        latest_version=1,
    )
    session.add(procedure)
    session.flush()
    _add_version(session, procedure, document)
    return procedure


def _add_version(session: Session, procedure: Procedure, document: ProcedureDocument) -> None:
    session.add(
        ProcedureVersion(
            procedure_id=procedure.id,
            version=procedure.latest_version,
            state=VersionState.DRAFT,
            title=str(document.title),
            document=as_data(document),
        )
    )


def _revise(session: Session, procedure: Procedure, document: ProcedureDocument) -> None:
    latest = _version(session, procedure.id, procedure.latest_version)
    if latest.document == as_data(document):
        return
    if latest.state is VersionState.DRAFT:
        latest.former_document = latest.document
        latest.title, latest.document = str(document.title), as_data(document)
        latest.revision += 1  # an officer who is writing it is told
        return
    procedure.latest_version += 1
    _add_version(session, procedure, document)


def publish_procedure(
    session: Session, procedure_id: UUID, version: int, *, actor: Actor, connections: Collection[str] | None = None
) -> ProcedureView:
    """Offer a version to residents; the one offered until now is archived and kept for its requests.

    :param connections: names of the connections that exist, to check the routing against.
    :raises Invalid: ``fields`` lists each missing legal mention and each fault, in French.
    :raises Conflict: the version was archived: import it again to make it a new one.
    """
    procedure, row = _get(session, procedure_id, version)
    if row.state is VersionState.ARCHIVED:
        raise Conflict("version_archived")
    problems = problems_of(read_document(row.document), connections=connections)
    if problems:
        raise Invalid(problems, code="procedure_incomplete")
    if procedure.published_version not in {None, version}:
        _archive(_version(session, procedure.id, procedure.published_version or 0))
    if row.state is VersionState.DRAFT:
        procedure.department_id = _department(session, str(row.document["department"])).id
        row.former_document = None
        row.state, row.published_at = VersionState.PUBLISHED, clock.now()
        procedure.published_version = version
        record(session, actor, "procedure_published", details={"procedure": procedure.slug, "version": str(version)})
    session.flush()
    return _view(procedure, row)


def archive_procedure(session: Session, procedure_id: UUID, *, actor: Actor) -> None:
    """Close a procedure: no longer listed nor started. Requests already made go on.

    :raises NotFound: there is none, or it is closed already.
    """
    procedure = session.get(Procedure, procedure_id)
    if procedure is None or procedure.published_version is None:
        raise NotFound("procedure_unknown")
    _archive(_version(session, procedure.id, procedure.published_version))
    procedure.published_version = None
    record(session, actor, "procedure_archived", details={"procedure": procedure.slug})
    session.flush()


def _archive(row: ProcedureVersion) -> None:
    row.state, row.archived_at = VersionState.ARCHIVED, clock.now()


def export_procedure(session: Session, procedure_id: UUID, version: int) -> dict[str, Any]:
    """The document of a version as JSON values; importing it elsewhere gives the same procedure."""
    return as_data(get_version(session, procedure_id, version).document)


def get_published(session: Session, slug: str, *, language: str = FRENCH) -> ProcedureView:
    """The version offered to residents, its title and summary in ``language`` where they have it.

    :raises NotFound: no such procedure, or it is not open.
    """
    row = session.execute(_PUBLISHED, {"slug": slug}).one_or_none()
    if row is None:
        raise NotFound("procedure_unknown")
    return read_published(row, language)


def select_published() -> tuple[Select[*tuple[Any, ...]], ColumnElement[UUID]]:
    """The statement of :func:`get_published`, for a room that reads something of its own along with it, and the
    procedure's id in it. It takes ``slug`` as a parameter; :func:`read_published` reads its rows.
    """
    return _PUBLISHED, Procedure.id.expression


def read_published(row: Row[*tuple[Any, ...]], language: str = FRENCH) -> ProcedureView:
    """The procedure in a row of :func:`select_published`, as :func:`get_published` gives it."""
    return _view(row.Procedure, row.ProcedureVersion, language, delays=read_delays(row))


def _with_version(version: ColumnElement[Any] | InstrumentedAttribute[Any] | int) -> Select[*tuple[Any, ...]]:
    """Procedures, each with one of its versions and how long it takes."""
    query = select(Procedure, ProcedureVersion).join(
        ProcedureVersion, and_(ProcedureVersion.procedure_id == Procedure.id, ProcedureVersion.version == version)
    )
    return with_delays(query, Procedure.id.expression)


_PUBLISHED = _with_version(Procedure.published_version).where(Procedure.slug == bindparam("slug"))
_LISTED = select(
    Procedure.id,
    Procedure.slug,
    Procedure.department_id,
    ProcedureVersion.id.label("version_id"),
    ProcedureVersion.version,
    ProcedureVersion.published_at,
).join(
    ProcedureVersion,
    and_(ProcedureVersion.procedure_id == Procedure.id, ProcedureVersion.version == Procedure.published_version),
)


def get_published_many(session: Session, slugs: Collection[str]) -> dict[str, ProcedureView]:
    """The versions offered to residents among these procedures, by slug, in one statement; others are left out."""
    rows = session.execute(_with_version(Procedure.published_version).where(Procedure.slug.in_(slugs)))
    return {row.Procedure.slug: read_published(row) for row in rows}


def with_procedure(
    query: Select[*tuple[Any, ...]], procedure_id: ColumnElement[UUID], version: ColumnElement[int]
) -> Select[*tuple[Any, ...]]:
    """``query`` with the procedure that each row is about, in the version it names; :func:`read_published` reads it."""
    named = and_(ProcedureVersion.procedure_id == Procedure.id, ProcedureVersion.version == version)
    joined = query.add_columns(Procedure, ProcedureVersion).join(Procedure, Procedure.id == procedure_id)
    return with_delays(joined.join(ProcedureVersion, named), Procedure.id.expression)


def get_version(session: Session, procedure_id: UUID, version: int, *, language: str = FRENCH) -> ProcedureView:
    """One version, whatever its state.

    :raises NotFound: there is none.
    """
    query = _with_version(version).where(Procedure.id == procedure_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("procedure_unknown")
    return read_published(row, language)


def list_published(session: Session, q: str | None = None, *, language: str = FRENCH) -> list[ProcedureSummary]:
    """The open procedures by title; with ``q``, those that answer it, the best first."""
    rows = session.execute(_LISTED).all()
    documents = documents_of(session, {row.version_id: row.published_at for row in rows})
    found = [(row, documents[row.version_id]) for row in rows]
    found.sort(key=lambda pair: title_key(pair[1].title.get(language)))
    if q and q.strip():
        marks = {row.id: _score(q, document) for row, document in found}
        found = sorted((pair for pair in found if marks[pair[0].id]), key=lambda pair: -marks[pair[0].id])
    return [_summary(row, document, language) for row, document in found]


def documents_of(session: Session, published: Mapping[UUID, datetime | None]) -> dict[UUID, ProcedureDocument]:
    """Documents of published versions by their id; read only where this process has not checked them yet."""
    kept = {row_id: document for row_id, at in published.items() if (document := kept_document((row_id, at)))}
    missing = published.keys() - kept
    if missing:
        read = session.scalars(select(ProcedureVersion).where(ProcedureVersion.id.in_(missing)))
        kept |= {row.id: _document_of(row) for row in read}
    return kept


def _document_of(row: ProcedureVersion) -> ProcedureDocument:
    at = None if row.state is VersionState.DRAFT else row.published_at
    return check_document((row.id, at), row.document)


def _score(query: str, document: ProcedureDocument) -> float:
    """The words of both versions count, whichever is read: the simplified one says it as people do."""
    title, summary = document.title, document.summary
    return score(
        query,
        {
            summary.get(SIMPLIFIED): _WEIGHTS["summary"],
            str(summary): _WEIGHTS["summary"],
            title.get(SIMPLIFIED): _WEIGHTS["keywords"],
            " ".join(document.keywords): _WEIGHTS["keywords"],
            str(title): _WEIGHTS["title"],
        },
    )


def titles(session: Session, keys: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], str]:
    """Titles of versions, by (procedure id, version), in one query."""
    return {key: title for key, (_slug, title) in slugs_and_titles(session, keys).items()}


def open_slugs() -> ScalarSelect[str | None]:
    """The slugs of the open procedures, separated by spaces: one more column of another room’s statement."""
    query = select(func.aggregate_strings(Procedure.slug, " ")).where(Procedure.published_version.is_not(None))
    return query.scalar_subquery()


def slugs_and_titles(session: Session, keys: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], tuple[str, str]]:
    """Slug and title of versions, by (procedure id, version), in one query."""
    if not keys:
        return {}
    query = (
        select(ProcedureVersion.procedure_id, ProcedureVersion.version, Procedure.slug, ProcedureVersion.title)
        .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
        .where(tuple_(ProcedureVersion.procedure_id, ProcedureVersion.version).in_(list(keys)))
    )
    return {(row.procedure_id, row.version): (row.slug, row.title) for row in session.execute(query)}


def with_slugs_and_titles(
    query: Select[*tuple[Any, ...]], procedure_id: ColumnElement[UUID], version: ColumnElement[int]
) -> Select[*tuple[Any, ...]]:
    """``query`` with two more columns, ``slug`` and ``title`` of the version that each row is about."""
    named = and_(ProcedureVersion.procedure_id == procedure_id, ProcedureVersion.version == version)
    return (
        query.add_columns(Procedure.slug, ProcedureVersion.title)
        .join(ProcedureVersion, named)
        .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
    )


def with_version_keys(
    query: Select[*tuple[Any, ...]], procedure_id: ColumnElement[UUID], version: ColumnElement[int]
) -> Select[*tuple[Any, ...]]:
    """``query`` with ``version_id`` and ``published_at`` of the version that each row is about: what
    :func:`documents_of` takes, so that a document already at hand is not read again.
    """
    named = and_(ProcedureVersion.procedure_id == procedure_id, ProcedureVersion.version == version)
    added = query.add_columns(ProcedureVersion.id.label("version_id"), ProcedureVersion.published_at)
    return added.join(ProcedureVersion, named)


def _get(session: Session, procedure_id: UUID, version: int) -> tuple[Procedure, ProcedureVersion]:
    row = session.execute(_with_version(version).where(Procedure.id == procedure_id)).one_or_none()
    if row is None:
        raise NotFound("procedure_unknown")
    return row.Procedure, row.ProcedureVersion


def _version(session: Session, procedure_id: UUID, version: int) -> ProcedureVersion:
    query = select(ProcedureVersion).where(
        ProcedureVersion.procedure_id == procedure_id, ProcedureVersion.version == version
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("procedure_version_unknown")
    return row


def _view(
    procedure: Procedure, row: ProcedureVersion, language: str = FRENCH, *, delays: Delays | None = None
) -> ProcedureView:
    document = _document_of(row)
    return ProcedureView(
        id=procedure.id,
        slug=procedure.slug,
        version=row.version,
        state=row.state,
        title=document.title.get(language),
        summary=document.summary.get(language),
        document=document,
        department_id=procedure.department_id,
        local_authority_id=procedure.local_authority_id,
        delays=delays,
        archived_at=row.archived_at,
    )


def _summary(row: Row[*tuple[Any, ...]], document: ProcedureDocument, language: str) -> ProcedureSummary:
    return ProcedureSummary(
        id=row.id,
        slug=row.slug,
        version=row.version,
        title=document.title.get(language),
        summary=document.summary.get(language),
        theme=document.theme,
        duration_minutes=document.duration_minutes,
        department_id=row.department_id,
    )
