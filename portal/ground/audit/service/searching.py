"""Searches in the journal about one person, each with its written reason: who watches is watched too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.ground.audit.models import JournalSearch
from portal.ground.audit.policy import JOURNAL_KEPT, SEARCH_OPEN, can_search
from portal.ground.audit.service.writing import record
from portal.ground.clock import now
from portal.ground.db import new_id
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key, destroy_data_key, seal_json, unseal_json, with_data_keys

PURGED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class SearchView:
    """One search. ``request_id``: limited to that request; else all about the person."""

    id: UUID
    agent_id: UUID
    request_id: UUID | None
    subject_id: UUID
    searched_at: datetime
    reason: str


def open_search(session: Session, actor: Actor, *, subject_id: UUID, request_id: UUID | None, reason: str) -> UUID:
    """Note a search and its reason; the person will read that it was made. Its id opens the lines, for a day of work.

    :raises Forbidden: the actor does not watch over the data.
    """
    if not can_search(actor) or actor.id is None:
        raise Forbidden("permission")
    row_id, key = new_id(), create_data_key(session)
    session.add(
        JournalSearch(
            id=row_id,
            agent_id=actor.id,
            request_id=request_id,
            subject_id=subject_id,
            data_key_id=key,
            sealed=seal_json(session, key, {"reason": reason}, context=_context(row_id)),
            searched_at=now(),
        )
    )
    session.flush()
    record(
        session,
        actor,
        "journal_searched",
        subject_id=subject_id,
        request_id=request_id,
        details={"search": str(row_id)},
    )
    return row_id


def read_search(session: Session, actor: Actor, search_id: UUID) -> SearchView:
    """A search of this actor's, of today.

    :raises Forbidden: the actor does not watch over the data.
    :raises NotFound: somebody else's, unknown, or too old: a reason is good for a day of work.
    """
    if not can_search(actor):
        raise Forbidden("permission")
    recent = JournalSearch.searched_at > now() - SEARCH_OPEN
    query = select(JournalSearch).where(JournalSearch.id == search_id, JournalSearch.agent_id == actor.id, recent)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("search_unknown")
    return _view(session, row)


def list_searches(session: Session, actor: Actor, *, limit: int = 10) -> Sequence[SearchView]:
    """The latest searches, whoever made them, newest first.

    :raises Forbidden: the actor does not watch over the data.
    """
    if not can_search(actor):
        raise Forbidden("permission")
    query = with_data_keys(select(JournalSearch), JournalSearch.data_key_id.expression)
    latest = query.order_by(JournalSearch.searched_at.desc(), JournalSearch.id.desc()).limit(limit)
    rows = session.execute(latest).all()  # held, so that the keys read with them stay at hand
    return [_view(session, row[0]) for row in rows]


def purge_searches(session: Session, *, limit: int = PURGED_AT_ONCE) -> int:
    """Erase the searches that are older than the lines they showed; return how many."""
    over = select(JournalSearch).where(JournalSearch.searched_at <= now() - JOURNAL_KEPT).limit(limit)
    rows = session.scalars(over).all()
    for row in rows:
        destroy_data_key(session, row.data_key_id)
    session.execute(delete(JournalSearch).where(JournalSearch.id.in_([row.id for row in rows])))
    return len(rows)


def _view(session: Session, row: JournalSearch) -> SearchView:
    reason = str(unseal_json(session, row.data_key_id, row.sealed, context=_context(row.id))["reason"])
    return SearchView(row.id, row.agent_id, row.request_id, row.subject_id, row.searched_at, reason)


def _context(search_id: UUID) -> str:
    return f"journal_search:{search_id}"
