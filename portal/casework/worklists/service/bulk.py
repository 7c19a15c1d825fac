"""One act on many requests: foreseen, confirmed, then done by the worker, each request in a unit of its own.

What is written with the act itself tells that it is done: a worker killed in the middle does nothing twice, and another
goes on. A request that changed since the agent confirmed is left as it is.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests import policy as rules
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.service import Target
from portal.casework.worklists.enums import BulkKind, BulkState, Outcome, Skipped
from portal.casework.worklists.models import BulkAct, BulkItem
from portal.casework.worklists.policy import BULK_KEPT, MAX_AT_ONCE, NEEDED
from portal.casework.worklists.shapes import BulkOrder, BulkView, SkippedLine
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key, destroy_data_key, seal_json
from portal.people.accounts.service import agents_of

PENDING = (BulkState.WAITING, BulkState.RUNNING)


def foresee(session: Session, actor: Actor, order: BulkOrder, targets: Iterable[Target]) -> dict[str, Skipped]:
    """Reference → why it would be left as it is, were the act done now."""
    teams: dict[UUID, set[UUID]] = {}
    found = {}
    for target in targets:
        why = obstacle(actor, order, target)
        if why is None and order.kind is BulkKind.ASSIGN:
            if target.department_id not in teams:
                teams[target.department_id] = {one.id for one in agents_of(session, target.department_id)}
            why = None if order.agent_id in teams[target.department_id] else Skipped.NOT_THEIR_AGENT
        if why is not None:
            found[target.reference] = why
    return found


def obstacle(actor: Actor, order: BulkOrder, target: Target) -> Skipped | None:
    """Why this request would be left as it is; None when nothing stands against the act."""
    if not actor.can(NEEDED[order.kind]):
        return Skipped.NOT_ALLOWED
    if order.kind is BulkKind.MESSAGE:
        return Skipped.WITHDRAWN if target.status is RequestStatus.WITHDRAWN else None
    if target.status in rules.ENDED:
        return Skipped.ENDED
    own: Mapping[BulkKind, tuple[bool, Skipped]] = {
        BulkKind.ASSIGN: (target.assigned_agent_id == order.agent_id, Skipped.ALREADY_SO),
        BulkKind.GIVE_BACK: (target.assigned_agent_id is None, Skipped.ALREADY_SO),
        BulkKind.TRANSFER: (target.department_id == order.department_id, Skipped.SAME_DEPARTMENT),
        BulkKind.CLOSE: (not target.may_close, Skipped.WORKFLOW),
    }
    stands, why = own[order.kind]
    return why if stands else None


def start_bulk(session: Session, actor: Actor, order: BulkOrder, references: Iterable[str], *, form_key: str) -> UUID:
    """Have the worker do it; the same form again is the same lot.

    :raises Invalid: ``requests``: none of the agent's, or too many at once.
    :raises Forbidden: the agent may not do this.
    """
    if actor.id is None or not actor.can(NEEDED[order.kind]):
        raise Forbidden("act_not_allowed")
    known = session.scalar(select(BulkAct.id).where(BulkAct.agent_id == actor.id, BulkAct.form_key == form_key[:64]))
    if known is not None:
        return known
    targets = requests.list_targets(session, actor, list(references))
    if not targets or len(targets) > MAX_AT_ONCE:
        raise Invalid({"requests": _("Choisissez de 1 à %(limit)d demandes.", limit=MAX_AT_ONCE)})
    act_id, key = new_id(), create_data_key(session)
    session.add(
        BulkAct(
            id=act_id,
            agent_id=actor.id,
            form_key=form_key[:64],
            kind=order.kind,
            data_key_id=key,
            sealed=seal_json(session, key, _packed(order), context=f"bulk:{act_id}"),
            asked_at=clock.now(),
            purge_after=clock.now() + BULK_KEPT,
        )
    )
    session.flush()
    session.add_all(
        BulkItem(
            bulk_act_id=act_id, position=place, request_id=one.id, reference=one.reference, seen=seen_of(order, one)
        )
        for place, one in enumerate(targets)
    )
    details = {"kind": order.kind.value, "rows": str(len(targets))}
    record(session, actor, "bulk_act_asked", details=details)
    return act_id


def _packed(order: BulkOrder) -> dict[str, str]:
    pairs = {"agent": order.agent_id, "department": order.department_id, "words": order.words}
    return {name: str(value) for name, value in pairs.items() if value}


def seen_of(order: BulkOrder, target: Target) -> str:
    """What of the request must still be so when its turn comes."""
    if order.kind is BulkKind.MESSAGE:
        return ""
    stands = f"{target.status.value}:{target.state}" if order.kind is BulkKind.CLOSE else ""
    return f"{target.department_id}:{target.assigned_agent_id or ''}:{stands}"


def stop_bulk(session: Session, actor: Actor, act_id: UUID) -> None:
    """Do no more of it; what is done stays done. Again, or once it is over, it changes nothing.

    :raises NotFound: no such lot of this agent's.
    """
    act = _own(session, actor, act_id)
    if act.state not in PENDING:
        return
    rows = session.scalars(
        select(BulkItem).where(BulkItem.bulk_act_id == act.id, BulkItem.outcome.is_(None)).with_for_update()
    )
    for item in rows:
        item.outcome, item.why, item.done_at = Outcome.SKIPPED, Skipped.STOPPED, clock.now()
    act.state, act.ended_at = BulkState.STOPPED, clock.now()
    destroy_data_key(session, act.data_key_id)
    record(session, actor, "bulk_act_stopped")


def get_bulk(session: Session, actor: Actor, act_id: UUID) -> BulkView:
    """How far a lot of this agent's is.

    :raises NotFound: none, or a colleague's.
    """
    act = _own(session, actor, act_id)
    query = select(BulkItem).where(BulkItem.bulk_act_id == act.id).order_by(BulkItem.position)
    items = session.scalars(query).all()
    return BulkView(
        id=act.id,
        kind=act.kind,
        state=act.state,
        asked_at=act.asked_at,
        ended_at=act.ended_at,
        total=len(items),
        done=sum(item.outcome is Outcome.DONE for item in items),
        skipped=tuple(SkippedLine(item.reference, item.why) for item in items if item.why is not None),
        references=tuple(item.reference for item in items if item.outcome is Outcome.DONE),
    )


def purge_bulk(session: Session) -> int:
    """Forget the lots of a month ago; how many."""
    rows = session.scalars(select(BulkAct).where(BulkAct.purge_after <= clock.now())).all()
    for act in rows:
        for item in session.scalars(select(BulkItem).where(BulkItem.bulk_act_id == act.id)):
            session.delete(item)
        session.flush()
        session.delete(act)
        session.flush()
        destroy_data_key(session, act.data_key_id)
    return len(rows)


def _own(session: Session, actor: Actor, act_id: UUID) -> BulkAct:
    row = session.get(BulkAct, act_id)
    if row is None or row.agent_id != actor.id:
        raise NotFound("bulk_unknown")
    return row
