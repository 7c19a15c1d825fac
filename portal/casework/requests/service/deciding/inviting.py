"""What a request lets its person book: the kinds of appointment that its workflow or its procedure names."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import Workflow, get_version, workflow_of
from portal.casework.catalogue.workflow import Action
from portal.casework.requests import policy
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.deciding.moving import Said, list_moves, move
from portal.casework.requests.shapes import RequestView
from portal.ground.permissions import Actor


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whose a request is, and which appointments it calls for. ``kinds``: slugs, named by where it now stands.

    ``then``: the move that is made once a time is chosen; empty when there is none.
    """

    request_id: UUID
    reference: str
    person_id: UUID
    account_id: UUID | None
    procedure_slug: str
    kinds: frozenset[str]
    state: str
    then: str


def find_invitation(session: Session, actor: Actor, reference: str) -> Invitation:
    """What this request lets its person book.

    :raises NotFound: no request that this actor may read.
    """
    return _invitation(session, find_readable(session, actor, reference))


def accept_booked(session: Session, actor: Actor, invitation: Invitation, *, idempotency_key: str) -> bool:
    """A time is chosen: make the move that the workflow foresees. False when it foresees none that this actor may make.

    The same key again changes nothing.
    """
    if not invitation.then or all(
        one.code != invitation.then for one in list_moves(session, actor, invitation.reference)
    ):
        return False
    move(
        session,
        actor,
        invitation.reference,
        invitation.then,
        Said(),
        state=invitation.state,
        idempotency_key=idempotency_key,
    )
    return True


def kinds_to_book(view: RequestView) -> frozenset[str]:
    """Slugs of the kinds of appointment that a request calls for, where it stands now. Reads nothing."""
    return frozenset(one.kind for one in _calls(view.workflow, view.state, view.status) if one.kind)


def _calls(workflow: Workflow | None, state: str | None, status: RequestStatus) -> list[Action]:
    """What the moves that lead where a request stands let its person book."""
    if workflow is None or status not in policy.OPEN:
        return []
    here = workflow.at(state).code
    called = [one.action("appointment") for one in workflow.transitions if one.target == here]
    return [one for one in called if one is not None and one.kind]


def _invitation(session: Session, row: ServiceRequest) -> Invitation:
    version = get_version(session, row.procedure_id, row.procedure_version)
    workflow = workflow_of(version.document)
    here = workflow.at(row.workflow_state).code if workflow else ""
    calls = _calls(workflow, row.workflow_state, row.status)
    return Invitation(
        request_id=row.id,
        reference=row.reference,
        person_id=row.person_id,
        account_id=row.account_id,
        procedure_slug=version.document.slug,
        kinds=frozenset(one.kind for one in calls if one.kind),
        state=here,
        then=next((one.then for one in calls if one.then), None) or "",
    )
