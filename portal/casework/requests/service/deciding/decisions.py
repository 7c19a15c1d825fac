"""What agents do with a request, and the resident's withdrawal."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.catalogue.enums import Regime
from portal.casework.requests import policy
from portal.casework.requests.enums import ApplyOutcome, MessageKind, RequestStatus
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.asking import ask_to_stop
from portal.casework.requests.service.marks import forwardings_of
from portal.casework.requests.service.papers import DECISION_PAPER, order_paper
from portal.casework.requests.service.standing.messages import clean_words, scoped_key
from portal.casework.requests.service.standing.status import apply_status
from portal.casework.requests.service.thread import find_message, write_message
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.service import get_agent
from portal.records.timeline.service import append


def assign(
    session: Session, actor: Actor, reference: str, agent_id: UUID | None, *, seen: tuple[UUID | None] | None = None
) -> None:
    """Give the request to an agent of the department, or to nobody. Giving it puts a submitted request to work.

    :param seen: who followed it on the page that this comes from, as a tuple of one; None when nobody looked.
    :raises Invalid: ``agent_id``, not an active agent of the department.
    :raises Forbidden: may read but not assign.
    :raises Conflict: ``request_ended``, or ``assigned_meanwhile``: somebody else changed it since.
    :raises NotFound: no request of theirs, or no such agent.
    """
    request = _for_act(session, actor, reference, policy.can_assign, Permission.REQUESTS_ASSIGN)
    if request.assigned_agent_id == agent_id:
        return
    if seen is not None and seen[0] != request.assigned_agent_id:
        raise Conflict("assigned_meanwhile")
    if agent_id is not None:
        agent = get_agent(session, agent_id)
        if not agent.active or request.department_id not in agent.department_ids:
            raise Invalid({"agent_id": _("Choisissez une personne de ce service.")})
    give(session, actor, request, agent_id)


def give(session: Session, actor: Actor, request: ServiceRequest, agent_id: UUID | None) -> None:
    """Write who is in charge of a request that is held, with its event and its line in the journal."""
    request.assigned_agent_id = agent_id
    request.updated_at = clock.now()
    event_id = append(
        session,
        request_id=request.id,
        type="request_assigned",
        version=1,
        payload={"agent_id": str(agent_id) if agent_id else None},
        actor=actor,
    )
    _journal(session, actor, request, "request_assigned")
    if agent_id is not None and request.status is RequestStatus.SUBMITTED:
        _apply(session, actor, request, RequestStatus.IN_PROGRESS, f"assignment:{event_id}")
    session.flush()


def request_information(
    session: Session,
    actor: Actor,
    reference: str,
    text: str,
    *,
    idempotency_key: str,
    transition: str = "",
    fields: Sequence[str] = (),
) -> None:
    """Ask the resident for what is missing; the legal clock stops until they answer (CRPA L114-5).

    :param transition: the move of the procedure's workflow that this is, when it has one.
    :param fields: the answers to be corrected; the resident then answers them in a form.
    :raises Invalid: ``text``, empty or too long.
    :raises Forbidden: may read but not write.
    :raises Conflict: ``request_ended``, or ``already_waiting``.
    :raises NotFound: no request of theirs.
    """
    key = scoped_key(actor, idempotency_key)
    request = find_readable(session, actor, reference, lock=True)
    if find_message(session, request, key) is not None:
        return
    _check(actor, request, policy.can_request_information, Permission.REQUESTS_MESSAGE, refused="already_waiting")
    words = clean_words("text", text, empty=_("Écrivez ce que la personne doit fournir."))
    row = write_message(session, request, actor, kind=MessageKind.INFORMATION_REQUEST, text=words, idempotency_key=key)
    _journal(session, actor, request, "information_requested")
    _apply(session, actor, request, RequestStatus.WAITING_FOR_RESIDENT, f"message:{row.id}", row, transition)
    request.corrections_asked = list(fields)
    session.flush()


def decide(
    session: Session,
    actor: Actor,
    reference: str,
    decision: RequestStatus | str,
    reason: str,
    *,
    idempotency_key: str,
    transition: str = "",
    with_letter: bool = True,
) -> None:
    """End the request, with reasons that the person will read.

    :param decision: ``accepted``, ``rejected`` or ``closed``.
    :param transition: the move of the procedure's workflow that this is, when one was chosen.
    :param with_letter: have the paper of the decision made.
    :raises Invalid: ``reason``, empty or too long; ``decision``, not one of the three, or a refusal of what silence has
        granted: taking an implicit acceptance back is another act (CRPA L242-1).
    :raises Forbidden: may read but not decide.
    :raises Conflict: ``request_ended``: somebody was faster; ``move_refused``: not allowed by the workflow.
    :raises NotFound: no request of theirs.
    """
    key = scoped_key(actor, idempotency_key)
    request = find_readable(session, actor, reference, lock=True)
    if find_message(session, request, key) is not None:
        return
    _check(actor, request, policy.can_decide, Permission.REQUESTS_DECIDE, refused="request_ended")
    if decision not in policy.DECISIONS:
        raise Invalid({"decision": _("Choisissez : accepter, refuser ou clore.")})
    words = clean_words("reason", reason, empty=_("Écrivez les raisons de cette décision : la personne les lira."))
    wanted = RequestStatus(decision)
    if wanted is RequestStatus.REJECTED and request.implicit_on and request.regime is Regime.ACCEPTANCE:
        raise Invalid({"decision": _("Le silence a déjà valu accord : cette demande ne peut plus être refusée ici.")})
    row = write_message(session, request, actor, kind=MessageKind.DECISION, text=words, idempotency_key=key)
    append(
        session,
        request_id=request.id,
        type="decision_made",
        version=1,
        payload={"decision": wanted.value, "reason": str(row.id), "message_id": str(row.id)},
        actor=actor,
    )
    _journal(session, actor, request, "request_decided")
    _apply(session, actor, request, wanted, f"decision:{row.id}", row, transition)
    if with_letter:
        order_paper(session, request.id, DECISION_PAPER)


def withdraw(session: Session, actor: Actor, reference: str) -> None:
    """Give up a request that is not decided yet; withdrawing it again changes nothing.

    Recipients who have it are told, in the same unit; one who does not have it yet is not sent it any more.

    :raises Forbidden: not the resident's to withdraw.
    :raises Conflict: ``request_ended``: it is decided.
    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference, lock=True)
    if not actor.is_resident:
        raise Forbidden("resident_needed")
    if request.status is RequestStatus.WITHDRAWN:
        return
    if not policy.can_withdraw(actor, request):
        raise Conflict("request_ended")
    append(session, request_id=request.id, type="request_withdrawn", version=1, payload={}, actor=actor)
    _apply(session, actor, request, RequestStatus.WITHDRAWN, "withdrawal")
    ask_to_stop(session, request, forwardings_of(session, request))


Rule = Callable[[Actor, ServiceRequest], bool]


def _for_act(session: Session, actor: Actor, reference: str, rule: Rule, permission: Permission) -> ServiceRequest:
    request = find_readable(session, actor, reference, lock=True)
    _check(actor, request, rule, permission, refused="request_ended")
    return request


def _check(actor: Actor, request: ServiceRequest, rule: Rule, permission: Permission, *, refused: str) -> None:
    if rule(actor, request):
        return
    if not actor.is_agent or not actor.can(permission):
        raise Forbidden("act_not_allowed")
    raise Conflict("request_ended" if request.status in policy.ENDED else refused)


def _apply(
    session: Session,
    actor: Actor,
    request: ServiceRequest,
    status: RequestStatus,
    update_id: str,
    message: RequestMessage | None = None,
    transition: str = "",
) -> None:
    outcome = apply_status(
        session,
        request_id=request.id,
        connection=None,
        update_id=update_id,
        status=status,
        occurred_at=clock.now(),
        details={"message_id": str(message.id)} if message else {},
        actor=actor,
        transition=transition,
    )
    if outcome is not ApplyOutcome.APPLIED:
        raise Conflict("move_refused")


def _journal(session: Session, actor: Actor, request: ServiceRequest, action: str) -> None:
    record(session, actor, action, subject_id=request.person_id, request_id=request.id)
