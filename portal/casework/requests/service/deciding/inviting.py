"""What a request lets its person book: the kinds of appointment that its workflow or its procedure names."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version, workflow_of
from portal.casework.requests import policy
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.deciding.moving import Said, list_moves, move
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


def _invitation(session: Session, row: ServiceRequest) -> Invitation:
    version = get_version(session, row.procedure_id, row.procedure_version)
    workflow = workflow_of(version.document)
    here = workflow.at(row.workflow_state).code if workflow else ""
    calls = [
        action
        for one in (workflow.transitions if workflow and row.status in policy.OPEN else ())
        if one.target == here and (action := one.action("appointment")) is not None and action.kind
    ]
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
