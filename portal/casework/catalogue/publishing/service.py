"""The door of publication. Everything flushes and nothing commits.

What is published is what was read: the confirmation names the version and the fingerprint of its document, and both are
checked again once the procedure is held, so that two officers never publish over each other.
"""

import json
from collections.abc import Callable, Collection
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.document import Case, ProcedureDocument
from portal.casework.catalogue.enums import VersionState
from portal.casework.catalogue.interchange import as_data
from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.casework.catalogue.publishing.shapes import Edited, VersionLine
from portal.casework.catalogue.service import ProcedureView, get_version, import_procedure, publish_procedure
from portal.casework.catalogue.trials import run_cases
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Actor

__all__ = [
    "MAX_NOTE",
    "Edited",
    "VersionLine",
    "change_cases",
    "fingerprint",
    "get_edited",
    "list_documents",
    "list_versions",
    "publish_reviewed",
]

MAX_NOTE = 1000


def get_edited(session: Session, slug: str) -> Edited:
    """The newest version of a procedure and the one offered.

    :raises NotFound: no such procedure.
    """
    procedure = session.scalars(select(Procedure).where(Procedure.slug == slug)).one_or_none()
    if procedure is None:
        raise NotFound("procedure_unknown")
    return _edited(session, procedure)


def _edited(session: Session, procedure: Procedure) -> Edited:
    latest = get_version(session, procedure.id, procedure.latest_version)
    offered = procedure.published_version
    if offered is None or offered == latest.version:
        return Edited(latest, latest if offered else None)
    return Edited(latest, get_version(session, procedure.id, offered))


def _hold(session: Session, slug: str) -> Procedure:
    """The row, held until the end of the unit: two officers follow each other."""
    query = select(Procedure).where(Procedure.slug == slug).with_for_update()
    procedure = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if procedure is None:
        raise NotFound("procedure_unknown")
    return procedure


def list_versions(session: Session, slug: str) -> list[VersionLine]:
    """Every version of a procedure, the newest first. One statement, which reads no document."""
    query = (
        select(
            ProcedureVersion.version,
            ProcedureVersion.state,
            ProcedureVersion.published_at,
            ProcedureVersion.archived_at,
            ProcedureVersion.note,
        )
        .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
        .where(Procedure.slug == slug)
        .order_by(ProcedureVersion.version.desc())
    )
    return [VersionLine(*row) for row in session.execute(query)]


def list_documents(session: Session) -> list[ProcedureDocument]:
    """The document of the newest version of every procedure, and of the one offered. One statement."""
    current = or_(
        ProcedureVersion.version == Procedure.latest_version, ProcedureVersion.version == Procedure.published_version
    )
    query = (
        select(ProcedureVersion.document)
        .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
        .where(current)
        .order_by(Procedure.slug, ProcedureVersion.version)
    )
    return [ProcedureDocument.model_validate(data) for data in session.scalars(query)]


def fingerprint(document: ProcedureDocument) -> str:
    """What tells a document from any other, in the form that confirms it was read."""
    text = json.dumps(as_data(document), ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:32]


def publish_reviewed(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    version: int,
    reviewed: str,
    note: str = "",
    connections: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
) -> ProcedureView:
    """Offer the version that was read, if nobody changed or published it since and every recorded trial passes.

    Requests made before keep their version; drafts of residents are offered a migration (``requests.offer_migration``).

    :param reviewed: the :func:`fingerprint` of the document that was read.
    :param note: why, for colleagues; never about anybody.
    :param connections: the names of the connections that exist; not checked when None.
    :param kinds: the slugs of the kinds of appointment that exist; not checked when None.
    :raises Conflict: ``already_published`` or ``draft_changed``; ``theirs`` is the procedure as it stands.
    :raises Invalid: ``cases_fail``, ``procedure_incomplete``, or a note that is too long.
    :raises NotFound: no such procedure.
    """
    if len(note) > MAX_NOTE:
        raise Invalid({"note": _("Écrivez %(limit)d caractères au plus.", limit=MAX_NOTE)})
    edited = _edited(session, _hold(session, slug))
    _check_unchanged(edited, version, reviewed)
    latest = edited.latest
    problems = problems_of(latest.document, connections=connections, kinds=kinds)
    if problems:
        raise Invalid(problems, code="procedure_incomplete")
    failing = [verdict for verdict in run_cases(latest.document) if not verdict.passes]
    if failing:
        raise Invalid({f"cases.{one.case.name}": " ".join(one.gaps) for one in failing}, code="cases_fail")
    published = publish_procedure(session, latest.id, latest.version, actor=actor, connections=connections)
    row = session.scalars(
        select(ProcedureVersion).where(
            ProcedureVersion.procedure_id == latest.id, ProcedureVersion.version == latest.version
        )
    ).one()
    row.note = note
    session.flush()
    return published


def _check_unchanged(edited: Edited, version: int, reviewed: str) -> None:
    if edited.latest.version != version or edited.latest.state is not VersionState.DRAFT:
        raise Conflict("already_published", theirs=edited)
    if fingerprint(edited.latest.document) != reviewed:
        raise Conflict("draft_changed", theirs=edited)


def change_cases(
    session: Session,
    actor: Actor,
    slug: str,
    change: Callable[[ProcedureDocument], tuple[Case, ...]],
    *,
    reviewed: str,
) -> ProcedureView:
    """Replace the recorded trials of the newest version; a version already offered gets a new draft.

    :param change: the document as it stands → its trials.
    :param reviewed: the :func:`fingerprint` of the document that was on the screen.
    :raises Conflict: ``draft_changed``: a colleague changed the document since.
    :raises Invalid: too many trials, or one that is not readable.
    """
    edited = _edited(session, _hold(session, slug))
    document = edited.latest.document
    if fingerprint(document) != reviewed:
        raise Conflict("draft_changed", theirs=edited)
    data = as_data(document) | {"cases": [case.model_dump(mode="json", exclude_none=True) for case in change(document)]}
    saved = import_procedure(session, data, publish=False, actor=actor)
    record(session, actor, "procedure_edited", details={"procedure": slug, "part": "cases"})
    return saved
