"""Lists taken away: asked by an agent, made by the worker, taken once within a day. The filters are sealed with it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.casework.documents.storage import BlobStore
from portal.casework.worklists.enums import ListFormat, ListState
from portal.casework.worklists.models import ListExport
from portal.casework.worklists.policy import LIST_LIFE, LISTS_A_DAY
from portal.casework.worklists.shapes import ListOrder, ListView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.errors import Busy, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor, Permission
from portal.ground.settings import Settings
from portal.ground.vault.service import create_data_key, destroy_data_key, seal, seal_json, unseal, unseal_json


def list_store(settings: Settings) -> BlobStore:
    """Where the lists wait to be taken: outside the documents, and outside backups."""
    return BlobStore(settings.data_dir / "lists")


def ask_list(session: Session, actor: Actor, query: str, columns: Sequence[str], file_format: ListFormat) -> UUID:
    """Have the worker write a list.

    :param query: the filters as they stand in the address.
    :raises Invalid: ``columns``: none was chosen.
    :raises Forbidden: not an agent who reads requests.
    :raises Busy: enough of them today.
    """
    if not actor.is_agent or actor.id is None or not actor.can(Permission.REQUESTS_READ):
        raise Forbidden("act_not_allowed")
    if not columns:
        raise Invalid({"columns": _("Choisissez au moins une colonne.")})
    since = clock.now() - timedelta(days=1)
    asked = select(func.count()).where(ListExport.agent_id == actor.id, ListExport.asked_at > since)
    if (session.scalar(asked) or 0) >= LISTS_A_DAY:
        raise Busy("rate_lists", retry_after=3600)
    list_id, key = new_id(), create_data_key(session)
    session.add(
        ListExport(
            id=list_id,
            agent_id=actor.id,
            data_key_id=key,
            sealed_query=seal_json(session, key, {"query": query}, context=f"list:{list_id}:query"),
            columns=list(columns),
            format=file_format,
            asked_at=clock.now(),
            expires_at=clock.now() + LIST_LIFE,
        )
    )
    record(session, actor, "list_asked")
    return list_id


def get_list(session: Session, actor: Actor, list_id: UUID) -> ListView:
    """One list of this agent's.

    :raises NotFound: none, a colleague's, or its day is over.
    """
    row = session.get(ListExport, list_id)
    if row is None or row.agent_id != actor.id or row.expires_at <= clock.now():
        raise NotFound("list_unknown")
    return ListView(row.id, row.format, row.state, row.rows, row.asked_at, row.expires_at)


def take_list(session: Session, store: BlobStore, actor: Actor, list_id: UUID) -> tuple[bytes, ListFormat]:
    """The file, once: its key is destroyed in the same unit.

    :raises NotFound: none, a colleague's, taken already, or its day is over.
    :raises ContentMissing: the file is not there, after a restore say.
    """
    query = select(ListExport).where(
        ListExport.id == list_id,
        ListExport.agent_id == actor.id,
        ListExport.state == ListState.READY,
        ListExport.expires_at > clock.now(),
    )
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound("list_unknown")
    content = unseal(session, row.data_key_id, store.read(row.id), context=f"list:{row.id}")
    row.state = ListState.TAKEN
    destroy_data_key(session, row.data_key_id)
    record(session, actor, "list_exported", details={"rows": str(row.rows)})
    return content, row.format


def next_list(session: Session) -> ListOrder | None:
    """The oldest list to be made; None when there is none. Reads only."""
    query = select(ListExport).where(ListExport.state == ListState.PREPARING, ListExport.expires_at > clock.now())
    row = session.scalars(query.order_by(ListExport.asked_at, ListExport.id).limit(1)).one_or_none()
    if row is None:
        return None
    kept = unseal_json(session, row.data_key_id, row.sealed_query, context=f"list:{row.id}:query")
    return ListOrder(row.id, row.agent_id, str(kept["query"]), tuple(row.columns), row.format)


def seal_list(session: Session, list_id: UUID, content: bytes) -> bytes:
    """The file of a list, as it is kept on disk."""
    return seal(session, session.get_one(ListExport, list_id).data_key_id, content, context=f"list:{list_id}")


def keep_list(session: Session, list_id: UUID, rows: int) -> bool:
    """The file is on disk: the agent has a day to take it. False when nobody waits for it any more."""
    query = select(ListExport).where(ListExport.id == list_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.state is not ListState.PREPARING:
        return False
    row.state, row.rows, row.ready_at = ListState.READY, rows, clock.now()
    row.expires_at = clock.now() + LIST_LIFE
    session.flush()
    return True


def fail_list(session: Session, list_id: UUID) -> None:
    """It could not be made: the agent may ask again."""
    row = session.get(ListExport, list_id)
    if row is not None and row.state is ListState.PREPARING:
        row.state = ListState.FAILED
        session.flush()


def purge_lists(session: Session) -> int:
    """Forget the lists whose day is over; how many. Their files are swept."""
    rows = session.scalars(select(ListExport).where(ListExport.expires_at <= clock.now())).all()
    for row in rows:
        session.delete(row)
        session.flush()
        destroy_data_key(session, row.data_key_id)
    return len(rows)


def sweep_lists(session: Session, store: BlobStore, *, before: float) -> int:
    """Remove the files written before ``before`` that wait for nobody; how many."""
    waiting = set(session.scalars(select(ListExport.id).where(ListExport.state == ListState.READY)))
    gone = [path for list_id, path in store.older_than(before) if list_id not in waiting]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
