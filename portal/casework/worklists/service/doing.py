"""What the worker does of a lot: one request a unit, noted with the act itself."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.wordings import service as wordings
from portal.casework.worklists.enums import BulkKind, BulkState, Outcome, Skipped
from portal.casework.worklists.models import BulkAct, BulkItem
from portal.casework.worklists.service.bulk import PENDING, obstacle, seen_of
from portal.casework.worklists.service.filling import values_of
from portal.casework.worklists.service.telling import is_over
from portal.casework.worklists.shapes import BulkOrder
from portal.ground import clock
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound, ParvisError
from portal.ground.permissions import Actor
from portal.ground.vault.service import destroy_data_key, unseal_json
from portal.people.accounts.service import acting_agent

_BY_CODE = {
    "request_ended": Skipped.ENDED,
    "request_withdrawn": Skipped.WITHDRAWN,
    "move_refused": Skipped.WORKFLOW,
}


class Left(ParvisError):
    """A request is left as it is. ``why`` is told to who asked."""

    def __init__(self, why: Skipped) -> None:
        super().__init__(why.value)
        self.why = why


def _unpacked(kind: BulkKind, kept: Mapping[str, str]) -> BulkOrder:
    ids = {name: UUID(kept[name]) for name in ("agent", "department") if name in kept}
    return BulkOrder(kind, ids.get("agent"), ids.get("department"), kept.get("words", ""))


def next_item(session: Session) -> tuple[UUID, UUID] | None:
    """The next request of the oldest lot to be done: (lot, item); None when there is nothing to do. Reads only."""
    query = (
        select(BulkItem.bulk_act_id, BulkItem.id)
        .join(BulkAct, BulkAct.id == BulkItem.bulk_act_id)
        .where(BulkAct.state.in_(PENDING), BulkItem.outcome.is_(None))
        .order_by(BulkAct.asked_at, BulkAct.id, BulkItem.position)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def do_item(session: Session, act_id: UUID, item_id: UUID) -> None:
    """Act on one request, and note it, in one unit. One that is done already, or stopped, is left.

    :raises Left: it must be left as it is; the caller rolls back and notes why.
    """
    found = _held(session, act_id, item_id)
    if found is None:
        return
    act, item = found
    order = _unpacked(act.kind, unseal_json(session, act.data_key_id, act.sealed, context=f"bulk:{act.id}"))
    actor = acting_agent(session, act.agent_id)
    target = requests.hold_target(session, actor, item.request_id)
    if target is None:
        raise Left(Skipped.NOT_YOURS)
    why = obstacle(actor, order, target)
    if why is None and item.seen != seen_of(order, target):
        why = Skipped.CHANGED
    if why is not None:
        raise Left(why)
    _do(session, actor, order, item)
    item.outcome, item.done_at = Outcome.DONE, clock.now()
    session.flush()


def _held(session: Session, act_id: UUID, item_id: UUID) -> tuple[BulkAct, BulkItem] | None:
    item = session.scalars(select(BulkItem).where(BulkItem.id == item_id).with_for_update()).one_or_none()
    act = session.get(BulkAct, act_id)
    if item is None or act is None or item.outcome is not None or act.state not in PENDING:
        return None
    return act, item


def _do(session: Session, actor: Actor, order: BulkOrder, item: BulkItem) -> None:
    try:
        _act(session, actor, order, item)
    except NotFound:
        raise Left(Skipped.NOT_YOURS) from None
    except Forbidden:
        raise Left(Skipped.NOT_ALLOWED) from None
    except Conflict as refused:
        raise Left(_BY_CODE.get(refused.code, Skipped.CHANGED)) from None
    except Invalid as refused:
        raise Left(Skipped.NOT_THEIR_AGENT if "agent_id" in refused.fields else Skipped.REFUSED) from None


def _act(session: Session, actor: Actor, order: BulkOrder, item: BulkItem) -> None:
    """By the door that one request at a time goes through, with its events and its lines in the journal."""
    reference, key = item.reference, f"bulk:{item.id}"
    match order.kind:
        case BulkKind.ASSIGN | BulkKind.GIVE_BACK:
            requests.assign(session, actor, reference, order.agent_id)
        case BulkKind.TRANSFER if order.department_id is not None:
            where, lot = order.department_id, item.bulk_act_id
            requests.transfer(session, actor, reference, where, order.words, idempotency_key=key, lot=lot)
        case BulkKind.MESSAGE:
            words = _filled(session, actor, reference, order.words)
            requests.post_message(session, actor, reference, words, idempotency_key=key)
        case BulkKind.CLOSE:
            requests.decide(session, actor, reference, RequestStatus.CLOSED, order.words, idempotency_key=key)


def _filled(session: Session, actor: Actor, reference: str, text: str) -> str:
    view = requests.get_request(session, actor, reference, journal=session)
    words = wordings.fill(text, values_of(session, view, actor.label))
    if wordings.gaps_in(words):
        raise Left(Skipped.GAPS)
    return words


def skip_item(session: Session, item_id: UUID, why: Skipped) -> None:
    """Note why a request was left; one that is settled already stays so."""
    item = session.scalars(select(BulkItem).where(BulkItem.id == item_id).with_for_update()).one_or_none()
    if item is not None and item.outcome is None:
        item.outcome, item.why, item.done_at = Outcome.SKIPPED, why, clock.now()
        session.flush()


def end_bulk(session: Session, act_id: UUID) -> None:
    """Nothing is left of the lot: what was written for it is erased."""
    act = session.get(BulkAct, act_id)
    if act is not None and act.state in PENDING and is_over(session, act_id):
        act.state, act.ended_at = BulkState.DONE, clock.now()
        destroy_data_key(session, act.data_key_id)
        session.flush()
