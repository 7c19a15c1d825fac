"""The door of the room: a copy asked, made, taken once; an erasure announced, then done. Nothing commits."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.casework.checklists.service import list_checklists
from portal.casework.consents.service import list_consents
from portal.casework.documents.service import list_documents
from portal.casework.documents.storage import BlobStore
from portal.casework.notifications.service import LANE
from portal.casework.requests import service as requests
from portal.casework.requests.policy import OPEN
from portal.engine.own_data.enums import ExportState
from portal.engine.own_data.gathering import actor_of_account, gather
from portal.engine.own_data.models import DataExport
from portal.engine.own_data.packing import pack
from portal.engine.own_data.shapes import ErasurePlan, ExportView, KeptRequest
from portal.engine.retention.inventory import LINK_LIFE
from portal.engine.retention.service import erase_person, request_terms
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.errors import Busy, Forbidden, NotFound
from portal.ground.permissions import SYSTEM, Actor
from portal.ground.settings import Settings
from portal.ground.vault.service import VaultDestroyed, create_data_key, destroy_data_key, seal, unseal
from portal.ground.web.formats import format_moment
from portal.people.accounts.service import get_account, get_authority
from portal.records.outbox.service import enqueue

__all__ = [
    "EXPORT_KIND",
    "READY_KIND",
    "ErasurePlan",
    "ExportState",
    "ExportView",
    "KeptRequest",
    "ask_for_copy",
    "copy_recipient",
    "copy_store",
    "erase_myself",
    "fail_copy",
    "find_copy",
    "get_copy",
    "is_recent",
    "keep_copy",
    "make_copy",
    "plan_erasure",
    "purge_copies",
    "sweep_copies",
    "take_copy",
]

EXPORT_KIND: Final = "data_export"
READY_KIND: Final = "data_export_ready"
PAPER_LANE: Final = requests.PAPER_LANE
RECENT: Final = timedelta(minutes=5)
# Making a copy is work: so many a day for one person.
COPIES_A_DAY: Final = 3


def is_recent(signed_in_at: datetime) -> bool:
    """Whether somebody proved who they are less than five minutes ago (RGPD, considérant 64)."""
    return clock.now() - signed_in_at < RECENT


def copy_store(settings: Settings) -> BlobStore:
    """Where the copies wait to be taken: outside the documents, and outside backups."""
    return BlobStore(settings.data_dir / "copies")


def ask_for_copy(session: Session, actor: Actor) -> UUID:
    """Have the worker make a copy of everything; one that is on its way, or waits to be taken, is that one.

    :raises Forbidden: not a resident.
    :raises Busy: enough of them today.
    """
    account_id = _account(actor)
    waiting = find_copy(session, actor)
    if waiting is not None:
        return waiting.id
    since = clock.now() - timedelta(days=1)
    asked = select(func.count()).where(DataExport.account_id == account_id, DataExport.asked_at > since)
    if (session.scalar(asked) or 0) >= COPIES_A_DAY:
        raise Busy("rate_data_export", retry_after=24 * 3600)
    row = DataExport(
        id=new_id(),
        account_id=account_id,
        data_key_id=create_data_key(session),
        asked_at=clock.now(),
        expires_at=clock.now() + LINK_LIFE,
    )
    session.add(row)
    session.flush()
    record(session, actor, "data_export_asked")
    payload = {"export_id": str(row.id)}
    enqueue(session, lane=PAPER_LANE, kind=EXPORT_KIND, payload=payload, idempotency_key=f"data_export:{row.id}")
    return row.id


def find_copy(session: Session, actor: Actor) -> ExportView | None:
    """The copy of this person that is being made or waits to be taken."""
    query = select(DataExport).where(
        DataExport.account_id == _account(actor),
        DataExport.state.in_((ExportState.PREPARING, ExportState.READY)),
        DataExport.expires_at > clock.now(),
    )
    row = session.scalars(query.order_by(DataExport.asked_at.desc()).limit(1)).one_or_none()
    return _view(row) if row else None


def get_copy(session: Session, actor: Actor, export_id: UUID) -> ExportView:
    """One copy that may be taken.

    :raises NotFound: none, somebody else's, taken already, or its day is over.
    """
    return _view(_takeable(session, actor, export_id))


def take_copy(session: Session, store: BlobStore, actor: Actor, export_id: UUID) -> bytes:
    """The ZIP, once: its key is destroyed in the same unit.

    :raises NotFound: none, somebody else's, taken already, or its day is over.
    :raises ContentMissing: the file is not there, after a restore say.
    """
    row = _takeable(session, actor, export_id)
    content = unseal(session, row.data_key_id, store.read(row.id), context=_context(row.id))
    row.state = ExportState.TAKEN
    destroy_data_key(session, row.data_key_id)
    record(session, actor, "data_export_taken")
    session.flush()
    return content


def make_copy(session: Session, documents: BlobStore, export_id: UUID) -> bytes | None:
    """The sealed ZIP of a copy asked, for the worker; None when nobody waits for it any more. Reads only."""
    row = session.get(DataExport, export_id)
    if row is None or row.state is not ExportState.PREPARING or row.expires_at <= clock.now():
        return None
    try:
        actor = actor_of_account(session, row.account_id)
        chapters = gather(session, actor, documents)
        made_at, authority = clock.now(), get_authority(session).name
        packed = pack(chapters, made_at=made_at, authority=authority, made_on=format_moment(made_at))
        return seal(session, row.data_key_id, packed, context=_context(row.id))
    except (VaultDestroyed, NotFound):
        return None


def keep_copy(session: Session, export_id: UUID, size: int) -> None:
    """The copy is on disk: its owner is told, and has a day to take it."""
    row = session.get(DataExport, export_id)
    if row is None or row.state is not ExportState.PREPARING:
        return
    row.state, row.ready_at, row.size = ExportState.READY, clock.now(), size
    row.expires_at = clock.now() + LINK_LIFE
    record(session, SYSTEM, "data_export_made", subject_id=get_account(session, row.account_id).person_id)
    payload = {"export_id": str(row.id)}
    enqueue(session, lane=LANE, kind=READY_KIND, payload=payload, idempotency_key=f"{READY_KIND}:{row.id}")
    session.flush()


def fail_copy(session: Session, export_id: UUID) -> None:
    """The copy could not be made: the person may ask again."""
    row = session.get(DataExport, export_id)
    if row is not None and row.state is ExportState.PREPARING:
        row.state = ExportState.FAILED
        session.flush()


def copy_recipient(session: Session, export_id: UUID) -> str:
    """Where its owner is told that a copy is ready; empty when nowhere, or when it is no use any more."""
    row = session.get(DataExport, export_id)
    if row is None or row.state is not ExportState.READY or row.expires_at <= clock.now():
        return ""
    return get_account(session, row.account_id).email


def purge_copies(session: Session) -> int:
    """Forget the copies whose day is over; how many. Their files are swept."""
    rows = session.scalars(select(DataExport).where(DataExport.expires_at <= clock.now())).all()
    for row in rows:
        session.delete(row)
        session.flush()
        destroy_data_key(session, row.data_key_id)
    return len(rows)


def sweep_copies(session: Session, store: BlobStore, *, before: float) -> int:
    """Remove the files written before ``before`` that wait for nobody; how many."""
    waiting = set(session.scalars(select(DataExport.id).where(DataExport.state == ExportState.READY)))
    removed = 0
    for copy_id, path in list(store.older_than(before)):
        if copy_id not in waiting:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def plan_erasure(session: Session, actor: Actor) -> ErasurePlan:
    """What erasing everything would do, in numbers and dates.

    :raises Forbidden: not a resident.
    """
    account_id = _account(actor)
    found = requests.list_requests(session, actor)
    terms = request_terms(session, account_id)
    shown = [(one, KeptRequest(one.reference, one.procedure_title, terms.get(one.id))) for one in found]
    return ErasurePlan(
        open_requests=tuple(kept for one, kept in shown if one.status in OPEN),
        kept=tuple(kept for one, kept in shown if one.status not in OPEN),
        drafts=len(requests.list_drafts(session, actor)),
        documents=sum(not one.used for one in list_documents(session, actor)),
        lists=len(list_checklists(session, actor)),
        consents=len(list_consents(session, actor)),
    )


def erase_myself(session: Session, actor: Actor) -> None:
    """Erase everything of this person but the requests that are not at their term; sessions included.

    :raises Forbidden: not a resident.
    :raises Conflict: ``requests_open``.
    """
    erase_person(session, _account(actor), actor=actor, reason="asked")


def _takeable(session: Session, actor: Actor, export_id: UUID) -> DataExport:
    query = select(DataExport).where(
        DataExport.id == export_id,
        DataExport.account_id == _account(actor),
        DataExport.state == ExportState.READY,
        DataExport.expires_at > clock.now(),
    )
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound("data_export_unknown")
    return row


def _account(actor: Actor) -> UUID:
    if not actor.is_resident or actor.id is None or actor.mandate_id is not None:
        raise Forbidden("resident_needed")
    return actor.id


def _view(row: DataExport) -> ExportView:
    return ExportView(row.id, row.state, row.asked_at, row.expires_at, row.size)


def _context(export_id: UUID) -> str:
    return f"data_export:{export_id}"
