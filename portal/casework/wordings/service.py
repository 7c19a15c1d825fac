"""The door of the room: the texts of a department, their versions, filling them. Nothing commits."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from portal.casework.wordings.enums import WordingKind
from portal.casework.wordings.filling import FIELDS, fill, gap, gaps_in, unknown_fields
from portal.casework.wordings.models import Wording, WordingUse, WordingVersion
from portal.casework.wordings.policy import can_edit
from portal.casework.wordings.shapes import WordingDraft, WordingView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import clean_block, clean_line
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor

__all__ = [
    "FIELDS",
    "WordingDraft",
    "WordingKind",
    "WordingView",
    "archive_wording",
    "check_draft",
    "create_wording",
    "fill",
    "gap",
    "gaps_in",
    "get_wording",
    "letter_wording",
    "list_wordings",
    "note_use",
    "proposed_wordings",
    "revise_wording",
    "unknown_fields",
]

MAX_TITLE: Final = 120
MAX_TEXT: Final = 4000
LISTED: Final = 200


def list_wordings(session: Session, actor: Actor) -> list[WordingView]:
    """The texts of the agent's departments, archived ones last. One statement."""
    query = _current().where(Wording.department_id.in_(actor.department_ids))
    ordered = query.order_by(Wording.archived_at.is_not(None), Wording.kind, Wording.title, Wording.id)
    return [_view(row.Wording, row.WordingVersion) for row in session.execute(ordered.limit(LISTED))]


def proposed_wordings(
    session: Session, actor: Actor, department_id: UUID, procedure_slug: str, kinds: Collection[WordingKind]
) -> list[WordingView]:
    """The texts proposed to an agent at work on a request of this procedure: those they used last first, then the
    procedure's own. One statement.
    """
    if department_id not in actor.department_ids:
        return []
    used = and_(WordingUse.wording_id == Wording.id, WordingUse.agent_id == actor.id)
    query = (
        _current()
        .outerjoin(WordingUse, used)
        .where(
            Wording.department_id == department_id,
            Wording.procedure_slug.in_(("", procedure_slug)),
            Wording.kind.in_(kinds),
            Wording.archived_at.is_(None),
        )
    )
    ordered = query.order_by(
        WordingUse.used_at.is_(None),
        WordingUse.used_at.desc(),
        Wording.kind,
        Wording.procedure_slug.desc(),
        Wording.title,
        Wording.id,
    )
    return [_view(row.Wording, row.WordingVersion) for row in session.execute(ordered.limit(LISTED))]


def note_use(session: Session, actor: Actor, wording_id: UUID) -> None:
    """The agent has sent an answer that started from this text: it comes first next time.

    :raises NotFound: none, or another department's.
    """
    row, _version = _own(session, actor, wording_id)
    if actor.id is None:
        return
    use = session.get(WordingUse, (row.id, actor.id))
    if use is None:
        session.add(WordingUse(wording_id=row.id, agent_id=actor.id, used_at=clock.now()))
    else:
        use.used_at = clock.now()
    session.flush()


def letter_wording(session: Session, department_id: UUID, procedure_slug: str) -> str:
    """The first sentence of the letters of this procedure, as the department wrote it last; empty when it did not.

    For the worker, which prints letters for nobody in particular.
    """
    query = _current().where(
        Wording.department_id == department_id,
        Wording.procedure_slug.in_(("", procedure_slug)),
        Wording.kind == WordingKind.LETTER,
        Wording.archived_at.is_(None),
    )
    row = session.execute(query.order_by(Wording.procedure_slug.desc(), Wording.created_at.desc()).limit(1)).first()
    return row.WordingVersion.text if row else ""


def get_wording(session: Session, actor: Actor, wording_id: UUID) -> WordingView:
    """One text of the agent's departments.

    :raises NotFound: none, or another department's.
    """
    return _view(*_own(session, actor, wording_id))


def check_draft(draft: WordingDraft) -> WordingDraft:
    """The draft, cleaned.

    :raises Invalid: ``title`` or ``text``: empty, too long, or with a field that is not on the list.
    """
    title, text = clean_line(draft.title), clean_block(draft.text)
    wrong = {"title": _wrong_title(title), "text": _wrong_text(text)}
    found = {name: sentence for name, sentence in wrong.items() if sentence}
    if found:
        raise Invalid(found)
    return WordingDraft(draft.department_id, draft.kind, title, text, draft.procedure_slug)


def _wrong_title(title: str) -> str:
    if not title:
        return _("Écrivez un titre, par exemple « Refus : hors secteur ».")
    return _("Écrivez un titre de %(limit)d caractères au plus.", limit=MAX_TITLE) if len(title) > MAX_TITLE else ""


def _wrong_text(text: str) -> str:
    if not text:
        return _("Écrivez le texte du modèle.")
    if len(text) > MAX_TEXT:
        return _("Écrivez %(limit)d caractères au plus, il y en a %(count)d.", limit=MAX_TEXT, count=len(text))
    unknown = unknown_fields(text)
    if unknown:
        wrong, known = ", ".join(unknown), ", ".join(f"{{{name}}}" for name in FIELDS)
        return _("Remplacez %(unknown)s. Les champs possibles sont : %(known)s.", unknown=wrong, known=known)
    return ""


def create_wording(session: Session, actor: Actor, draft: WordingDraft) -> UUID:
    """Add a text to a department.

    :raises Invalid: see :func:`check_draft`.
    :raises Forbidden: not theirs to write.
    """
    if not can_edit(actor, draft.department_id):
        raise Forbidden("wording_not_yours")
    checked = check_draft(draft)
    row = Wording(
        department_id=checked.department_id,
        procedure_slug=checked.procedure_slug,
        kind=checked.kind,
        title=checked.title,
        version=1,
    )
    session.add(row)
    session.flush()
    _write(session, actor, row, checked.text)
    return row.id


def revise_wording(session: Session, actor: Actor, wording_id: UUID, draft: WordingDraft, *, version: int) -> None:
    """Make a new version. The one before is kept: letters already sent are never changed by it.

    :param version: the one that was being read: two agents do not overwrite each other.
    :raises Invalid: see :func:`check_draft`.
    :raises Conflict: ``wording_changed``, or ``wording_archived``.
    :raises NotFound: none, or another department's.
    """
    row, current = _own(session, actor, wording_id)
    if not can_edit(actor, row.department_id):
        raise Forbidden("wording_not_yours")
    if row.archived_at is not None:
        raise Conflict("wording_archived")
    if row.version != version:
        raise Conflict("wording_changed")
    checked = check_draft(draft)
    row.title, row.kind, row.procedure_slug = checked.title, checked.kind, checked.procedure_slug
    if checked.text != current.text:
        row.version += 1
        _write(session, actor, row, checked.text)
    session.flush()


def archive_wording(session: Session, actor: Actor, wording_id: UUID) -> None:
    """Propose a text no more; archiving it again changes nothing.

    :raises NotFound: none, or another department's.
    """
    row, _version = _own(session, actor, wording_id)
    if not can_edit(actor, row.department_id):
        raise Forbidden("wording_not_yours")
    if row.archived_at is None:
        row.archived_at = clock.now()
        record(session, actor, "wording_archived", details={"wording": str(row.id)})
    session.flush()


def _write(session: Session, actor: Actor, row: Wording, text: str) -> None:
    session.add(
        WordingVersion(wording_id=row.id, version=row.version, text=text, written_by=actor.id, written_at=clock.now())
    )
    record(session, actor, "wording_written", details={"wording": str(row.id), "version": str(row.version)})
    session.flush()


def _current() -> Select[*tuple[Any, ...]]:
    latest = and_(WordingVersion.wording_id == Wording.id, WordingVersion.version == Wording.version)
    return select(Wording, WordingVersion).join(WordingVersion, latest)


def _own(session: Session, actor: Actor, wording_id: UUID) -> tuple[Wording, WordingVersion]:
    query = _current().where(Wording.id == wording_id, Wording.department_id.in_(actor.department_ids))
    row = session.execute(query.with_for_update(of=Wording)).one_or_none()
    if row is None:
        raise NotFound("wording_unknown")
    return row.Wording, row.WordingVersion


def _view(row: Wording, version: WordingVersion) -> WordingView:
    return WordingView(
        id=row.id,
        department_id=row.department_id,
        procedure_slug=row.procedure_slug,
        kind=row.kind,
        title=row.title,
        version=row.version,
        text=version.text,
        written_at=version.written_at,
        archived_at=row.archived_at,
    )
