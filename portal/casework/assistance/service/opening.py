"""An agent let in to a draft: opened by its code, used, closed; each act is in the journal and the person reads it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.casework.assistance import policy
from portal.casework.assistance.enums import Closing, Proof
from portal.casework.assistance.models import Assistance, ResumeCode, TypedEntry
from portal.casework.assistance.service.codes import find_draft_of, forget_code
from portal.casework.assistance.service.rows import (
    end_open_of_agent,
    end_open_of_draft,
    holds_mandate,
    own_row,
    settled_view,
    tell_closed,
    view_of,
)
from portal.casework.assistance.shapes import AssistanceView
from portal.casework.mandates.enums import Use
from portal.casework.mandates.service import note_use
from portal.casework.requests.enums import Channel
from portal.casework.requests.service import (
    Origin,
    SubmittedView,
    assisted_draft,
    get_draft,
    hold_draft,
    owner_of_draft,
    submit,
)
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Forbidden, NotFound, ParvisError
from portal.ground.permissions import Actor, ActorKind, Assisted
from portal.people.accounts.service import get_account
from portal.records.timeline.events import DRAFT_ASSISTED
from portal.records.timeline.service import append

CHANNELS = {Proof.PRESENT: Channel.COUNTER, Proof.PHONE: Channel.PHONE}
TOUCH_EVERY = timedelta(minutes=1)
AT_ONCE = 500


class AssistanceEnded(ParvisError):
    """The agent may not go on: the person took the code back, the file was closed, or twenty minutes went by."""

    status = 409

    def __init__(self, why: Closing) -> None:
        super().__init__("assistance_ended")
        self.why = why


def open_with_code(session: Session, actor: Actor, typed: str, proof: Proof) -> AssistanceView:
    """Let an agent in to the draft of this code. The caller bounds the attempts. Another file of the agent is closed.

    :param proof: how the person agreed: present, with an identity document that was checked, or by telephone.
    :raises Forbidden: the agent does not hold the permission.
    :raises NotFound: the code is wrong, revoked or over: which is not said.
    """
    if not policy.can_assist(actor) or actor.id is None:
        raise Forbidden("permission")
    draft_id = find_draft_of(session, typed)
    owner = owner_of_draft(session, draft_id) if draft_id else None
    if draft_id is None or owner is None:
        raise NotFound("code_unknown")
    account = get_account(session, owner.account_id)
    end_open_of_agent(session, actor.id)
    now = clock.now()
    row = Assistance(
        agent_id=actor.id,
        account_id=account.id,
        person_id=account.person_id,
        draft_id=draft_id,
        procedure_id=owner.procedure_id,
        channel=CHANNELS[proof],
        proof=proof,
        opened_at=now,
        seen_at=now,
    )
    session.add(row)
    session.flush()
    _journal(session, actor, row, "draft_opened_for")
    return view_of(row)


def find_person_of_code(session: Session, actor: Actor, typed: str) -> UUID:
    """Who says this code: nothing of their draft is opened. The caller bounds the attempts; the journal keeps it.

    :raises Forbidden: the agent does not hold the permission.
    :raises NotFound: the code is wrong, revoked or over: which is not said.
    """
    if not policy.can_assist(actor):
        raise Forbidden("permission")
    draft_id = find_draft_of(session, typed)
    owner = owner_of_draft(session, draft_id) if draft_id else None
    if owner is None:
        raise NotFound("code_unknown")
    person_id = get_account(session, owner.account_id).person_id
    record(session, actor, "person_found_by_code", subject_id=person_id)
    return person_id


def find_assistance(session: Session, actor: Actor, assistance_id: UUID) -> AssistanceView:
    """An assistance of this agent, over or not.

    :raises NotFound: none, or a colleague's.
    """
    return settled_view(session, actor, own_row(session, actor, assistance_id))


def actor_of(agent: Actor, opened: AssistanceView) -> Actor:
    """The agent acting under this assistance."""
    assisted = Assisted(opened.draft_id, opened.account_id, opened.read_id)
    return policy.helper(agent, assistance_id=opened.id, person_id=opened.person_id, assisted=assisted)


def touch(session: Session, agent: Actor, opened: AssistanceView) -> None:
    """Note that the agent is still there, once a minute at most."""
    if clock.now() - opened.seen_at >= TOUCH_EVERY:
        row = own_row(session, agent, opened.id, lock=True)
        if policy.ending(row, clock.now()) is None:
            row.seen_at = clock.now()
            session.flush()


def note_save(session: Session, actor: Actor) -> None:
    """Note, in the unit of the save itself, that the agent saved something; held until the unit ends.

    A code or a mandate taken back while the answers were on their way stops them: nothing of the unit is kept.

    :raises AssistanceEnded: it is over.
    """
    row = acting(session, actor)
    if row.mandate_id is not None and not row.saves:
        slug = get_draft(session, actor, assisted_draft(actor)).procedure_slug
        note_use(session, actor, row.mandate_id, Use.DRAFT_SAVED, theme=row.theme, procedure=slug)
    row.saves += 1
    row.saved_at = row.seen_at = clock.now()
    session.flush()
    _journal(session, actor, row, "draft_saved_for")


def send_assisted(
    session: Session,
    actor: Actor,
    *,
    idempotency_key: str,
    version: int,
    origins: Mapping[str, Origin] | None = None,
) -> SubmittedView:
    """Send the person's draft for them, then close: the same submission as theirs, said to come from the counter.

    :param origins: where answers come from, by field; the others were typed.

    :raises AssistanceEnded: it is over, and nothing was sent under it.
    :raises Invalid: by field name, in French.
    :raises Conflict: ``draft_changed`` or ``procedure_closed``.
    """
    draft_id = assisted_draft(actor)
    hold_draft(session, actor, draft_id)
    row = acting(session, actor)
    sent = submit(
        session,
        actor,
        draft_id,
        idempotency_key=idempotency_key,
        channel=row.channel,
        version=version,
        origins=origins or {},
    )
    if not sent.is_replay:
        row.request_id = sent.request_id
        if row.mandate_id is not None:
            note_use(session, actor, row.mandate_id, Use.REQUEST_SENT, theme=row.theme, request_id=sent.request_id)
        conclude(session, draft_id, sent.request_id)
    settle(session, actor, row, sent.request_id)
    return sent


def settle(session: Session, actor: Actor, row: Assistance, request_id: UUID) -> None:
    """The form is sent: the file closes by itself, and the journal says by whom it was sent."""
    row.closed_at, row.closing, row.request_id = clock.now(), Closing.SENT, request_id
    session.flush()
    record(session, actor, "draft_sent_for", subject_id=row.person_id, request_id=request_id)


def close(session: Session, actor: Actor, assistance_id: UUID) -> None:
    """The agent is done. Closing again changes nothing.

    :raises NotFound: none, or a colleague's.
    """
    row = own_row(session, actor, assistance_id, lock=True)
    if row.closed_at is None:
        close_row(session, actor, row, Closing.AGENT)


def close_row(session: Session, actor: Actor, row: Assistance, why: Closing) -> None:
    """Close an open file; at the end of a session under a mandate, the person is told. For the room's own use."""
    row.closed_at, row.closing = clock.now(), why
    session.flush()
    record(session, actor, "draft_closed_for", subject_id=row.person_id, details={"proof": row.proof.value})
    tell_closed(session, row)


def list_open(session: Session, draft_id: UUID) -> list[AssistanceView]:
    """Who is in a draft now, for its owner."""
    query = select(Assistance).where(Assistance.draft_id == draft_id, Assistance.closed_at.is_(None))
    views = [view_of(row) for row in session.scalars(query.order_by(Assistance.opened_at))]
    return [one for one in views if one.ended is None]


def conclude(session: Session, draft_id: UUID, request_id: UUID) -> None:
    """A draft became a request, whoever sent it: its code ends, every agent is out, the timeline says who helped."""
    forget_code(session, draft_id)
    end_open_of_draft(session, draft_id, Closing.SENT)
    helped = (Assistance.draft_id == draft_id, Assistance.saves > 0, Assistance.account_id.is_not(None))
    told: set[UUID] = set()
    for row in session.scalars(select(Assistance).where(*helped).order_by(Assistance.opened_at)).all():
        if row.agent_id in told:
            continue
        told.add(row.agent_id)
        append(
            session,
            request_id=request_id,
            type=DRAFT_ASSISTED,
            version=1,
            payload={"agent_id": str(row.agent_id), "proof": row.proof.value},
            actor=Actor(ActorKind.AGENT, row.agent_id, subject=row.person_id, mandate_id=row.id),
            occurred_at=row.saved_at,
        )


def purge_codes(session: Session) -> None:
    """Forget the codes whose two weeks are over."""
    session.execute(delete(ResumeCode).where(ResumeCode.expires_at <= clock.now()))


def purge_assistances(session: Session, *, limit: int = AT_ONCE) -> int:
    """Forget the assistances of more than a year ago; return how many. At most ``limit`` in one unit."""
    over = select(Assistance.id).where(
        Assistance.opened_at <= clock.now() - policy.ASSISTANCE_KEPT,
        ~select(TypedEntry.id).where(TypedEntry.id == Assistance.id).exists(),
    )
    ids = session.scalars(over.order_by(Assistance.opened_at).limit(limit)).all()
    if ids:
        session.execute(delete(Assistance).where(Assistance.id.in_(ids)))
    return len(ids)


def acting(session: Session, actor: Actor) -> Assistance:
    """The file under which an agent acts, held until the end of the unit with what it was opened under.

    :raises NotFound: the actor acts under none.
    :raises AssistanceEnded: it is over.
    """
    if actor.mandate_id is None:
        raise NotFound("assistance_unknown")
    row = own_row(session, actor, actor.mandate_id, lock=True)
    why = policy.ending(row, clock.now())
    if why is not None:
        raise AssistanceEnded(why)
    if not holds_mandate(session, row):
        raise AssistanceEnded(Closing.MANDATE)
    return row


def _journal(session: Session, actor: Actor, row: Assistance, action: str) -> None:
    under = actor_of(actor, view_of(row))
    record(session, under, action, subject_id=row.person_id, details={"proof": row.proof.value})
