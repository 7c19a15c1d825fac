"""Files opened under a mandate: a draft to finish, a procedure to start, a request to read and answer.

Each is an assistance like any other, tied to a mandate and to one of its themes. The mandate is read anew at each click
and held while something is saved: what it no longer covers is undone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.assistance import policy
from portal.casework.assistance.enums import Closing, Proof
from portal.casework.assistance.models import Assistance
from portal.casework.assistance.service.opening import acting, actor_of, close_row
from portal.casework.assistance.service.rows import end_open_of_agent, view_of
from portal.casework.assistance.shapes import AssistanceView
from portal.casework.catalogue.service import ProcedureView
from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import Theme, Use
from portal.casework.mandates.service import MandateView
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Channel
from portal.casework.requests.service import HeldDraft, HeldRequest, MessageView, RequestView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import Actor, ActorKind

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Openable:
    """What may be opened under a mandate now, and nothing beside: drafts and requests of the themes that are left."""

    drafts: tuple[HeldDraft, ...]
    requests: tuple[HeldRequest, ...]


def list_openable(session: Session, actor: Actor, mandate_id: UUID, *, journal: Session) -> Openable:
    """The drafts and requests of the person that an agent may open; the journal says that they were shown.

    :raises NotFound: none, or another department's; or it opens nothing.
    :raises Forbidden: no counter agent in their own name.
    """
    mandate = _usable(session, actor, mandate_id)
    record(journal, actor, "mandate_file_read", subject_id=mandate.person_id, details={"mandate": str(mandate_id)})
    drafts = requests.held_drafts(session, mandate.account_id)
    sent = requests.held_requests(session, mandate.person_id, mandate.account_id)
    return Openable(
        tuple(one for one in drafts if mandates.perimeter_of(one.theme) in mandate.themes),
        tuple(one for one in sent if mandates.perimeter_of(one.theme) in mandate.themes),
    )


def resume_under_mandate(session: Session, actor: Actor, mandate_id: UUID, draft_id: UUID) -> AssistanceView:
    """Open a draft of the person that is in a theme of the mandate. Another file of the agent is closed.

    :raises NotFound: no such mandate or draft, or it is in no theme that is left.
    :raises Forbidden: no counter agent in their own name.
    """
    mandate = _usable(session, actor, mandate_id)
    found = next((one for one in requests.held_drafts(session, mandate.account_id) if one.id == draft_id), None)
    if found is None:
        raise NotFound("draft_unknown")
    theme = _theme(mandate, found.theme)
    row = _open(session, actor, mandate, theme, found.procedure_id, draft_id=found.id)
    _journal(session, actor, row, "draft_opened_for")
    mandates.note_use(session, actor, mandate.id, Use.DRAFT_RESUMED, theme=theme, procedure=found.slug)
    return view_of(row)


def start_under_mandate(session: Session, actor: Actor, mandate_id: UUID, procedure: ProcedureView) -> AssistanceView:
    """Start a procedure of a theme of the mandate for the person, or go on with the draft that they have of it.

    :raises NotFound: no such mandate, the procedure is in no theme that is left, or the person has no account.
    :raises Forbidden: no counter agent in their own name.
    """
    mandate = _usable(session, actor, mandate_id)
    theme = _theme(mandate, procedure.document.theme)
    if mandate.account_id is None:
        raise NotFound("account_needed")
    draft_id = requests.start_draft_for(session, mandate.account_id, procedure)
    row = _open(session, actor, mandate, theme, procedure.id, draft_id=draft_id)
    _journal(session, actor, row, "draft_opened_for")
    mandates.note_use(session, actor, mandate.id, Use.DRAFT_STARTED, theme=theme, procedure=procedure.slug)
    return view_of(row)


def open_request_under_mandate(session: Session, actor: Actor, mandate_id: UUID, request_id: UUID) -> AssistanceView:
    """Open a request of the person that is in a theme of the mandate, to read it and answer what is asked.

    :raises NotFound: no such mandate or request, or it is in no theme that is left.
    :raises Forbidden: no counter agent in their own name.
    """
    mandate = _usable(session, actor, mandate_id)
    sent = requests.held_requests(session, mandate.person_id, mandate.account_id)
    found = next((one for one in sent if one.id == request_id), None)
    if found is None:
        raise NotFound("request_unknown")
    theme = _theme(mandate, found.theme)
    row = _open(session, actor, mandate, theme, found.procedure_id, read_id=found.id)
    used: Mapping[str, str] = {"procedure": found.slug}
    mandates.note_use(session, actor, mandate.id, Use.REQUEST_READ, theme=theme, request_id=found.id, **used)
    return view_of(row)


def read_opened_request(session: Session, agent: Actor, opened: AssistanceView, *, journal: Session) -> RequestView:
    """The request that was opened, as the person reads it.

    :raises NotFound: the file is of no request, or it was erased.
    """
    return requests.get_request(session, actor_of(agent, opened), _reference(session, opened), journal=journal)


def answer_opened_request(
    session: Session, agent: Actor, opened: AssistanceView, text: str, *, idempotency_key: str
) -> MessageView:
    """Write to the service in the person's name, in the unit of the check of the mandate.

    :raises AssistanceEnded: it is over: nothing was written.
    :raises Invalid: ``text``.
    :raises Conflict: ``request_withdrawn``.
    :raises NotFound: the file is of no request, or it was erased.
    """
    helper = actor_of(agent, opened)
    message = requests.post_message(session, helper, _reference(session, opened), text, idempotency_key=idempotency_key)
    row = acting(session, helper)
    row.seen_at = clock.now()
    if row.mandate_id is not None:
        mandates.note_use(
            session, agent, row.mandate_id, Use.MESSAGE_WRITTEN, theme=row.theme, request_id=opened.read_id
        )
    return message


def close_idle(session: Session, *, limit: int = AT_ONCE) -> int:
    """Close the files under a mandate that nobody touched for twenty minutes, and tell the persons; return how many."""
    still = (Assistance.mandate_id.is_not(None), Assistance.closed_at.is_(None))
    query = select(Assistance).where(*still, Assistance.seen_at <= clock.now() - policy.IDLE)
    rows = session.scalars(query.order_by(Assistance.id).limit(limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        close_row(session, Actor(ActorKind.AGENT, row.agent_id), row, Closing.IDLE)
    return len(rows)


def _usable(session: Session, actor: Actor, mandate_id: UUID) -> MandateView:
    if not policy.can_assist(actor):
        raise Forbidden("permission")
    mandate = mandates.get_mandate(session, actor, mandate_id)
    if not mandate.is_active:
        raise NotFound("mandate_over")
    return mandate


def _theme(mandate: MandateView, procedure_theme: str) -> Theme:
    theme = mandates.perimeter_of(procedure_theme)
    if theme is None or theme not in mandate.themes:
        raise NotFound("theme_outside_mandate")
    return theme


def _open(
    session: Session,
    actor: Actor,
    mandate: MandateView,
    theme: Theme,
    procedure_id: UUID,
    *,
    draft_id: UUID | None = None,
    read_id: UUID | None = None,
) -> Assistance:
    if actor.id is None:
        raise Forbidden("permission")
    end_open_of_agent(session, actor.id)
    now = clock.now()
    row = Assistance(
        agent_id=actor.id,
        account_id=mandate.account_id,
        person_id=mandate.person_id,
        draft_id=draft_id,
        procedure_id=procedure_id,
        channel=Channel.COUNTER,
        proof=Proof.MANDATE,
        opened_at=now,
        seen_at=now,
        mandate_id=mandate.id,
        theme=theme,
        read_id=read_id,
    )
    session.add(row)
    session.flush()
    return row


def _journal(session: Session, actor: Actor, row: Assistance, action: str) -> None:
    helper = actor_of(actor, view_of(row))
    record(session, helper, action, subject_id=row.person_id, details={"proof": row.proof.value})


def _reference(session: Session, opened: AssistanceView) -> str:
    if opened.read_id is None:
        raise NotFound("request_unknown")
    return requests.reference_of(session, opened.read_id)
