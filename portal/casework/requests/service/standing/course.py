"""Where a request stands in the workflow of its procedure. Changed by ``status`` alone, when it is sure of a move."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import Transition, Workflow
from portal.casework.catalogue.workflow import Mover
from portal.casework.requests import policy
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.standing.reported import Reported
from portal.ground import clock
from portal.ground.permissions import Actor, ActorKind, Permission
from portal.people.accounts.service import get_agent

ROLES: tuple[Mover, ...] = ("counter_agent", "department_agent", "supervisor")
_MOVERS: dict[ActorKind, Mover] = {
    ActorKind.AGENT: "department",
    ActorKind.RESIDENT: "resident",
    ActorKind.PARTNER: "partner",
    ActorKind.SYSTEM: "timeout",
}


class Course:
    """The workflow of a request, None for the standard one, and its place in it."""

    def __init__(self, workflow: Workflow | None, request: ServiceRequest) -> None:
        self.workflow = workflow
        self.request = request

    def landing(self, reported: Reported, actor: Actor) -> str | None:
        """The status where the report leads; empty in the standard workflow, None when the workflow does not allow it.

        The person may always withdraw, whatever the workflow says.
        """
        wanted, workflow, here = reported.status, self.workflow, self.request.workflow_state
        if workflow is None or wanted is None:
            return ""
        if wanted is RequestStatus.WITHDRAWN:
            return here or workflow.start.code
        if not reported.transition:
            by: Mover = "partner" if reported.source else _MOVERS.get(actor.kind, "timeout")
            return workflow.landing(here, wanted.value, by)
        chosen = next((one for one in workflow.leaving(here) if one.code == reported.transition), None)
        if chosen is None or workflow.at(chosen.target).status != wanted.value:
            return None
        return chosen.target

    def enter(self, code: str | None, transition: str) -> dict[str, str]:
        """Note the new status, and until when it may last; what the event says of it."""
        if self.workflow is None or not code:
            return {}
        self.request.workflow_state = code
        status = self.workflow.at(code)
        lasts = timedelta(days=status.wait_days) if status.wait_days and not status.is_end else None
        withdrawn = self.request.status is RequestStatus.WITHDRAWN
        self.request.state_until = clock.now() + lasts if lasts and not withdrawn else None
        return {"state": code} | ({"transition": transition} if transition else {})


def moves_of(
    session: Session, actor: Actor, request: ServiceRequest, workflow: Workflow | None
) -> tuple[Transition, ...]:
    """The moves that this actor may choose now. A statement more where some of them belong to one role."""
    if workflow is None or request.status not in policy.OPEN or not policy.can_read(actor, request):
        return ()
    found = tuple(workflow.leaving(request.workflow_state))
    if actor.is_resident:
        return tuple(one for one in found if "resident" in one.who)
    movers = _movers(session, actor, found)
    return tuple(one for one in found if not movers.isdisjoint(one.who) and actor.can(needed_for(workflow, one)))


def needed_for(workflow: Workflow, move: Transition) -> Permission:
    """The right that an agent needs for a move: deciding to end, writing for all the rest."""
    return Permission.REQUESTS_DECIDE if workflow.at(move.target).is_end else Permission.REQUESTS_MESSAGE


def _movers(session: Session, actor: Actor, moves: Iterable[Transition]) -> set[Mover]:
    """What an agent counts as; the role is looked up only when it matters."""
    movers: set[Mover] = {"department"}
    named = {one for move in moves for one in move.who} & set(ROLES)
    if named and actor.id is not None:
        role = get_agent(session, actor.id).role
        movers |= {one for one in ROLES if one == role.value}
    return movers
