"""Saved views: filters of the queue under a name, of one agent or of a whole department."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from portal.casework.worklists.models import DefaultView, SavedView
from portal.casework.worklists.policy import MAX_NAME, MAX_VIEWS, REMOVED_KEPT, can_share
from portal.casework.worklists.shapes import ViewLine
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor

MAX_QUERY = 1000


def list_views(session: Session, actor: Actor, *, removed: bool = False) -> list[ViewLine]:
    """The agent's own views and those of their departments, by name. One statement.

    :param removed: those removed lately too, which may be taken back.
    """
    shared = SavedView.department_id.in_(actor.department_ids)
    own = and_(SavedView.owner_id == actor.id, SavedView.department_id.is_(None))
    query = (
        select(SavedView, DefaultView.view_id)
        .outerjoin(DefaultView, and_(DefaultView.view_id == SavedView.id, DefaultView.agent_id == actor.id))
        .where(or_(own, shared))
        .order_by(SavedView.department_id.is_not(None), SavedView.name, SavedView.id)
        .limit(MAX_VIEWS * 4)
    )
    alive = SavedView.removed_at.is_(None)
    query = query.where(or_(alive, SavedView.removed_at > clock.now() - REMOVED_KEPT) if removed else alive)
    return [_line(row.SavedView, row.view_id is not None, actor) for row in session.execute(query)]


def _line(row: SavedView, is_default: bool, actor: Actor) -> ViewLine:
    return ViewLine(
        id=row.id,
        name=row.name,
        query=row.query,
        department_id=row.department_id,
        mine=_may_change(actor, row),
        is_default=is_default,
        removed_at=row.removed_at,
    )


def _may_change(actor: Actor, row: SavedView) -> bool:
    if row.department_id is None:
        return row.owner_id == actor.id
    return can_share(actor, row.department_id)


def save_view(session: Session, actor: Actor, name: str, query: str, *, department_id: UUID | None = None) -> UUID:
    """Keep filters under a name, for oneself or for a department.

    :param query: what stands in the address, without the words searched: they may be somebody's name.
    :raises Invalid: ``name``, empty, too long, or taken.
    :raises Forbidden: only the head of the department shares with it.
    :raises Conflict: ``too_many_views``.
    """
    if actor.id is None or (department_id is not None and not can_share(actor, department_id)):
        raise Forbidden("view_not_yours")
    if len(query) > MAX_QUERY:
        raise Invalid({"name": _("Ces filtres sont trop longs pour être enregistrés.")})
    place = _place(actor.id, department_id)
    cleaned = _named(session, name, place)
    count = select(func.count()).select_from(SavedView).where(place, SavedView.removed_at.is_(None))
    if (session.scalar(count) or 0) >= MAX_VIEWS:
        raise Conflict("too_many_views")
    row = SavedView(owner_id=actor.id, department_id=department_id, name=cleaned, query=query, created_at=clock.now())
    session.add(row)
    session.flush()
    if department_id is not None:
        record(session, actor, "view_shared", details={"view": str(row.id)})
    return row.id


def _place(agent_id: UUID, department_id: UUID | None) -> ColumnElement[bool]:
    if department_id is not None:
        return SavedView.department_id == department_id
    return and_(SavedView.owner_id == agent_id, SavedView.department_id.is_(None))


def _named(session: Session, name: str, place: ColumnElement[bool], but: UUID | None = None) -> str:
    cleaned = clean_line(name)
    if not cleaned or len(cleaned) > MAX_NAME:
        raise Invalid({"name": _("Donnez un nom de %(limit)d caractères au plus.", limit=MAX_NAME)})
    taken = select(SavedView.id).where(place, SavedView.name == cleaned, SavedView.removed_at.is_(None))
    if but is not None:
        taken = taken.where(SavedView.id != but)
    if session.scalar(taken.limit(1)) is not None:
        raise Invalid({"name": _("Une vue porte déjà ce nom : choisissez-en un autre.")})
    return cleaned


def rename_view(session: Session, actor: Actor, view_id: UUID, name: str) -> None:
    """Give a view another name.

    :raises Invalid: ``name``, empty, too long, or taken.
    :raises NotFound: none that this agent may change.
    """
    row = _own(session, actor, view_id)
    row.name = _named(session, name, _place(row.owner_id, row.department_id), row.id)
    session.flush()


def remove_view(session: Session, actor: Actor, view_id: UUID) -> None:
    """Put a view away; it may be taken back for a week. Again, it changes nothing.

    :raises NotFound: none that this agent may change.
    """
    row = _own(session, actor, view_id)
    if row.removed_at is None:
        row.removed_at = clock.now()
        session.execute(delete(DefaultView).where(DefaultView.view_id == row.id))
    session.flush()


def restore_view(session: Session, actor: Actor, view_id: UUID) -> None:
    """Take a removed view back.

    :raises NotFound: none that this agent may change.
    """
    _own(session, actor, view_id).removed_at = None
    session.flush()


def choose_default(session: Session, actor: Actor, view_id: UUID | None) -> None:
    """Start from this view, or from the usual list.

    :raises NotFound: none of the agent's, nor of their departments.
    """
    if actor.id is None:
        raise Forbidden("agent_needed")
    session.execute(delete(DefaultView).where(DefaultView.agent_id == actor.id))
    if view_id is not None:
        if view_id not in {one.id for one in list_views(session, actor)}:
            raise NotFound("view_unknown")
        session.add(DefaultView(agent_id=actor.id, view_id=view_id))
    session.flush()


def default_query(session: Session, actor: Actor) -> str | None:
    """The filters that the agent starts from; None for the usual list. One statement."""
    return next((one.query for one in list_views(session, actor) if one.is_default), None)


def purge_views(session: Session) -> int:
    """Forget the views that nobody took back; how many."""
    over = select(SavedView.id).where(SavedView.removed_at <= clock.now() - REMOVED_KEPT)
    ids = session.scalars(over).all()
    session.execute(delete(DefaultView).where(DefaultView.view_id.in_(ids)))
    session.execute(delete(SavedView).where(SavedView.id.in_(ids)))
    return len(ids)


def _own(session: Session, actor: Actor, view_id: UUID) -> SavedView:
    row = session.scalars(select(SavedView).where(SavedView.id == view_id).with_for_update()).one_or_none()
    if row is None or not _may_change(actor, row):
        raise NotFound("view_unknown")
    return row
