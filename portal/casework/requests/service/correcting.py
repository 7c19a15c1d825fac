"""The answers that the department asked to correct: the resident answers them, and the work goes on."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.casework.catalogue.fields import asks_files, field_concept
from portal.casework.catalogue.service import Transition, get_version
from portal.casework.requests import policy
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.amending import amend
from portal.casework.requests.service.messages import scoped_key
from portal.casework.requests.service.sealed import answers_of, rows_held
from portal.casework.requests.service.status import apply_status
from portal.casework.requests.shapes import CorrectionsView
from portal.ground import clock
from portal.ground.dictionary.service import Source
from portal.ground.errors import Conflict, Forbidden
from portal.ground.permissions import Actor
from portal.records.timeline.service import append

ASKED = "asked"


def get_corrections(session: Session, actor: Actor, reference: str) -> CorrectionsView:
    """The questions to answer again, with the answers given.

    :raises Forbidden: not the resident's.
    :raises Conflict: ``nothing_asked``: it was answered, or is not awaited any more.
    :raises NotFound: no request of theirs.
    """
    request = _open(session, actor, reference)
    with rows_held(session):
        procedure = get_version(session, request.procedure_id, request.procedure_version)
        answers = answers_of(session, request)
    fields = _fields(request, [field for _step, field in procedure.document.fields()])
    return CorrectionsView(request.reference, procedure.title, fields, answers)


def _open(session: Session, actor: Actor, reference: str, *, lock: bool = False) -> ServiceRequest:
    request = find_readable(session, actor, reference, lock=lock)
    if not actor.is_resident or actor.id is None:
        raise Forbidden("resident_needed")
    if not request.corrections_asked or request.status is not RequestStatus.WAITING_FOR_RESIDENT:
        raise Conflict("nothing_asked")
    return request


def _fields(request: ServiceRequest, fields: list[Field]) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.name in request.corrections_asked)


def answer_corrections(
    session: Session, actor: Actor, reference: str, answers: Mapping[str, object], *, idempotency_key: str
) -> None:
    """Answer what was asked, whether it changes anything or confirms it. The legal clock starts again (CRPA L114-5).

    :param answers: field name → answer; those that were not asked are left out.
    :raises Invalid: by field name, in French.
    :raises Conflict: ``nothing_asked``: it was answered, or is not awaited any more.
    :raises NotFound: no request of theirs.
    """
    request = _open(session, actor, reference, lock=True)
    asked = tuple(request.corrections_asked)
    given = {name: value for name, value in answers.items() if name in asked}
    before = request.amendments
    amended = amend(session, actor, reference, given, idempotency_key=idempotency_key, reason_code=ASKED)
    payload = {"fields": list(asked), "changed": amended.amendment > before}
    append(session, request_id=request.id, type="corrections_answered", version=1, payload=payload, actor=actor)
    if request.status in policy.OPEN:
        apply_status(
            session,
            request_id=request.id,
            connection=None,
            update_id=f"corrections:{scoped_key(actor, idempotency_key)}",
            status=RequestStatus.IN_PROGRESS,
            occurred_at=clock.now(),
            details={},
            actor=actor,
        )


def correctable(document: ProcedureDocument, chosen: Transition) -> tuple[str, ...]:
    """The answers that a move may ask to correct, in the order of the document.

    Files are asked for in words; a computed value and what is repeated are not asked again one by one; what the
    identity provider vouches for is corrected at its source.
    """
    action = chosen.action("corrections")
    if action is None:
        return ()
    return tuple(
        field.name
        for step, field in document.fields()
        if step.repeat is None
        and field.formula is None
        and not asks_files(field)
        and not _is_vouched_for(field)
        and (not action.fields or field.name in action.fields)
    )


def _is_vouched_for(field: Field) -> bool:
    concept = field_concept(field)
    return concept.critical and concept.source_of_truth is Source.FRANCECONNECT
