"""The rows behind a draft: found, held, signed, and given as values. For the door of drafts alone."""

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument, Workflow
from portal.casework.catalogue.editing.naming import slug_of
from portal.casework.catalogue.editing.shapes import DraftView
from portal.casework.catalogue.enums import VersionState
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.ground.clock import now
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.people.accounts.service import DepartmentView, list_departments

# Addresses beside those of procedures: a procedure of that name could not be opened.
TAKEN = frozenset({"concepts", "nouvelle"})


def new_slug(session: Session, words: str) -> str:
    """An address made from these words, that nothing else has."""
    return slug_of(words, TAKEN | set(session.scalars(select(Procedure.slug))))


def get_department(session: Session, slug: str) -> DepartmentView:
    """The department of this slug.

    :raises Invalid: there is none.
    """
    for department in list_departments(session):
        if department.slug == slug:
            return department
    raise Invalid({"department": _("Ce service n’existe pas : %(name)s.", name=slug)})


def check_opinions(session: Session, document: ProcedureDocument) -> None:
    """Whoever gives an opinion exists.

    :raises Invalid: a department that does not.
    """
    moves = document.workflow.transitions if isinstance(document.workflow, Workflow) else ()
    asked = {one.department for move in moves for one in move.does if one.department}
    unknown = asked - {department.slug for department in list_departments(session)} if asked else set()
    if unknown:
        raise Invalid({"workflow": _("Ce service n’existe pas : %(name)s.", name=", ".join(sorted(unknown)))})


def get_procedure(session: Session, slug: str, *, lock: bool = False) -> Procedure:
    """The procedure of this address.

    :raises NotFound: there is none.
    """
    query = select(Procedure).where(Procedure.slug == slug)
    procedure = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if procedure is None:
        raise NotFound("procedure_unknown")
    return procedure


def get_version(session: Session, procedure: Procedure, version: int) -> ProcedureVersion:
    """One version of a procedure."""
    query = select(ProcedureVersion).where(
        ProcedureVersion.procedure_id == procedure.id, ProcedureVersion.version == version
    )
    return session.scalars(query).one()


def get_rows(session: Session, slug: str, *, lock: bool = False) -> tuple[Procedure, ProcedureVersion]:
    """The procedure and the version being written.

    :raises NotFound: nothing is being written.
    """
    query = (
        select(Procedure, ProcedureVersion)
        .join(ProcedureVersion, ProcedureVersion.procedure_id == Procedure.id)
        .where(
            Procedure.slug == slug,
            ProcedureVersion.version == Procedure.latest_version,
            ProcedureVersion.state == VersionState.DRAFT,
        )
    )
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("draft_unknown")
    return row.Procedure, row.ProcedureVersion


def lock_rows(session: Session, slug: str, revision: int) -> tuple[Procedure, ProcedureVersion]:
    """The same, held until the unit ends.

    :raises Conflict: ``draft_changed``: it is not the draft that the page was made from.
    """
    procedure, row = get_rows(session, slug, lock=True)
    if row.revision != revision:
        raise Conflict("draft_changed", theirs=view_of(procedure, row))
    return procedure, row


def sign(row: ProcedureVersion, actor: Actor) -> None:
    """Say who wrote last."""
    row.edited_at, row.edited_by = now(), actor.id if actor.is_agent else None


def document_of(row: ProcedureVersion) -> ProcedureDocument:
    """The document of a version."""
    return read_document(row.document)


def details_of(procedure: Procedure, row: ProcedureVersion) -> dict[str, str]:
    """What the journal says of a draft."""
    return {"procedure": procedure.slug, "version": str(row.version)}


def view_of(procedure: Procedure, row: ProcedureVersion) -> DraftView:
    """The draft as the door gives it."""
    return DraftView(
        procedure_id=procedure.id,
        slug=procedure.slug,
        version=row.version,
        revision=row.revision,
        document=document_of(row),
        edited_at=row.edited_at,
        edited_by=row.edited_by,
        can_undo=row.former_document is not None,
        published=procedure.published_version,
    )


def was_published(session: Session, procedure: Procedure) -> bool:
    """Whether some version of it was ever offered to residents."""
    used = select(ProcedureVersion.id).where(
        ProcedureVersion.procedure_id == procedure.id, ProcedureVersion.state != VersionState.DRAFT
    )
    return session.scalars(used.limit(1)).one_or_none() is not None
