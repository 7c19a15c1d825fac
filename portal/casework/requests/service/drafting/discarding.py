"""Drafts given up: kept whole for a week, taken back or erased for good. One per account and procedure."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests import policy
from portal.casework.requests.models import DiscardedDraft, Draft
from portal.casework.requests.service.access import account_of
from portal.casework.requests.service.drafting.drafts import find_row, own_draft, view_of
from portal.casework.requests.service.drafting.forgotten import note_given_up
from portal.casework.requests.shapes import DiscardedView, DraftView
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import destroy_data_key

AT_ONCE = 200
_CARRIED = (
    "id",
    "account_id",
    "procedure_id",
    "procedure_version",
    "data_key_id",
    "sealed_answers",
    "done_steps",
    "version",
    "created_at",
    "updated_at",
)


def set_draft_aside(session: Session, actor: Actor, draft_id: UUID) -> None:
    """Give a draft up; it can be taken back for a week. One given up before, for the same procedure, is erased.

    :raises Forbidden: not a resident.
    :raises NotFound: none, or somebody else's.
    """
    account_of(actor)
    draft = own_draft(session, actor, draft_id, lock=True)
    older = _find(session, draft.account_id, draft.procedure_id)
    if older is not None:
        _erase(session, older)
    _put_aside(session, draft)


def find_discarded(session: Session, actor: Actor, procedure_id: UUID) -> DiscardedView | None:
    """The draft of this procedure that the resident gave up within the week; None when there is none."""
    row = _find(session, account_of(actor), procedure_id)
    if row is None or row.purge_after <= clock.now():
        return None
    return DiscardedView(row.id, row.discarded_at, row.updated_at, row.purge_after)


def restore_draft(session: Session, actor: Actor, procedure_id: UUID) -> DraftView:
    """Take back the draft given up. The one begun since, if any, takes its place among those given up: nothing is lost.

    :raises NotFound: there is none left.
    """
    account_id = account_of(actor)
    row = _find(session, account_id, procedure_id)
    if row is None or row.purge_after <= clock.now():
        raise NotFound("draft_unknown")
    values = {name: getattr(row, name) for name in _CARRIED}
    session.delete(row)
    session.flush()
    current = find_row(session, account_id, procedure_id)
    if current is not None:
        _put_aside(session, current)
    now = clock.now()
    values |= {"version": values["version"] + 1, "updated_at": now, "purge_after": now + policy.DRAFT_KEPT}
    draft = Draft(**values)
    session.add(draft)
    session.flush()
    return view_of(session, draft)


def erase_discarded(session: Session, actor: Actor, procedure_id: UUID) -> None:
    """Erase for good the draft given up. Asking again changes nothing."""
    row = _find(session, account_of(actor), procedure_id)
    if row is not None:
        _erase(session, row)


def purge_discarded(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the drafts given up more than a week ago; return how many. At most ``limit`` in one unit."""
    over = select(DiscardedDraft).where(DiscardedDraft.purge_after <= clock.now()).order_by(DiscardedDraft.purge_after)
    rows = session.scalars(over.limit(limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        _erase(session, row)
    return len(rows)


def move_discarded(session: Session, joined: UUID, kept: UUID) -> None:
    """Two accounts become one: what the one given up has is kept, unless the other has given up the same since."""
    query = select(DiscardedDraft).where(DiscardedDraft.account_id == joined).with_for_update()
    for row in session.scalars(query).all():
        if _find(session, kept, row.procedure_id) is not None:
            _erase(session, row)
        else:
            row.account_id = kept
            session.flush()


def _find(session: Session, account_id: UUID | None, procedure_id: UUID) -> DiscardedDraft | None:
    mine = (DiscardedDraft.account_id == account_id, DiscardedDraft.procedure_id == procedure_id)
    return session.scalars(select(DiscardedDraft).where(*mine)).one_or_none()


def _put_aside(session: Session, draft: Draft) -> None:
    values = {name: getattr(draft, name) for name in _CARRIED}
    session.delete(draft)
    session.flush()
    now = clock.now()
    session.add(DiscardedDraft(**values, discarded_at=now, purge_after=now + policy.DISCARDED_KEPT))
    session.flush()


def _erase(session: Session, row: DiscardedDraft) -> None:
    note_given_up(session, row)
    destroy_data_key(session, row.data_key_id)
    session.delete(row)
    session.flush()
