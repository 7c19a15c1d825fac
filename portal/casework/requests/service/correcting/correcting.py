"""The answers that the department asked to correct: the resident answers them, and the work goes on."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.casework.catalogue.fields import asks_files, check_all, field_concept, is_typed
from portal.casework.catalogue.places import Place, asked_in, places_in, put_answers
from portal.casework.catalogue.service import Transition, get_version
from portal.casework.requests import policy
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.correcting.amending import amend
from portal.casework.requests.service.sealed import answers_of, rows_held
from portal.casework.requests.service.standing.messages import scoped_key
from portal.casework.requests.service.standing.status import apply_status
from portal.casework.requests.shapes import CorrectionsView
from portal.ground import clock
from portal.ground.dictionary.service import Source, Value
from portal.ground.errors import Conflict, Forbidden
from portal.ground.permissions import Actor
from portal.records.timeline.service import append

ASKED = "asked"
NOTHING_SAID: Mapping[str, object] = MappingProxyType({})


def get_corrections(
    session: Session, actor: Actor, reference: str, *, said: Mapping[str, object] = NOTHING_SAID
) -> CorrectionsView:
    """The questions to answer again, with the answers given; those about an item that is there no more are left out.

    :param said: path → what was just typed: it may open questions that nobody asked before.
    :raises Forbidden: not the resident's.
    :raises Conflict: ``nothing_asked``: it was answered, or is not awaited any more.
    :raises NotFound: no request of theirs.
    """
    request = _open(session, actor, reference)
    with rows_held(session):
        procedure = get_version(session, request.procedure_id, request.procedure_version)
        answers = answers_of(session, request)
    places = _asked(request, procedure.document, answers)
    opened = _opened(procedure.document, answers, places, said)
    return CorrectionsView(request.reference, procedure.title, request.person_id, places, opened, answers)


def _open(session: Session, actor: Actor, reference: str, *, lock: bool = False) -> ServiceRequest:
    request = find_readable(session, actor, reference, lock=lock)
    if not actor.is_resident:
        raise Forbidden("resident_needed")
    if not request.corrections_asked or request.status is not RequestStatus.WAITING_FOR_RESIDENT:
        raise Conflict("nothing_asked")
    return request


def _asked(request: ServiceRequest, document: ProcedureDocument, answers: Mapping[str, Value]) -> tuple[Place, ...]:
    asked = set(request.corrections_asked)
    return tuple(place for place in places_in(document.steps, answers) if place.path in asked)


def _opened(
    document: ProcedureDocument, answers: Mapping[str, Value], places: Sequence[Place], said: Mapping[str, object]
) -> tuple[Place, ...]:
    """The questions that the new answers open, and that were hidden until now."""
    known = {place.path for place in (*places, *asked_in(document, answers))}
    values, _errors = check_all(document, {**answers, **put_answers(places, answers, said)})
    return tuple(place for place in asked_in(document, values) if place.path not in known and _is_answered(place.field))


def _is_answered(field: Field) -> bool:
    """Whether the person answers it, in words or by files."""
    return is_typed(field) or asks_files(field)


def answer_corrections(
    session: Session, actor: Actor, reference: str, answers: Mapping[str, object], *, idempotency_key: str
) -> None:
    """Answer what was asked, whether it changes anything or confirms it. The legal clock starts again (CRPA L114-5).

    :param answers: path → answer; those that were neither asked nor opened by these answers are left out.
    :raises Invalid: by path, in French.
    :raises Conflict: ``nothing_asked``: it was answered, or is not awaited any more.
    :raises NotFound: no request of theirs.
    """
    request = _open(session, actor, reference, lock=True)
    document = get_version(session, request.procedure_id, request.procedure_version).document
    saved, asked = answers_of(session, request), tuple(request.corrections_asked)
    places = _asked(request, document, saved)
    given = put_answers([*places, *_opened(document, saved, places, answers)], saved, answers)
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


def correctable(document: ProcedureDocument, chosen: Transition, answers: Mapping[str, Value]) -> tuple[Place, ...]:
    """The answers that a move may ask to correct, files too, each at its place and in the order of the document.

    What these answers hide is not asked; a computed value is worked out; what the identity provider vouches for is
    corrected at its source.
    """
    action = chosen.action("corrections")
    if action is None:
        return ()
    return tuple(
        place
        for place in asked_in(document, answers)
        if _is_answered(place.field)
        and not _is_vouched_for(place.field)
        and (not action.fields or place.field.name in action.fields)
    )


def list_correctable(session: Session, actor: Actor, reference: str, chosen: Transition) -> tuple[Place, ...]:
    """The answers of a request that this move may ask to correct; the caller has noted that it reads the request.

    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference)
    document = get_version(session, request.procedure_id, request.procedure_version).document
    return correctable(document, chosen, answers_of(session, request))


def _is_vouched_for(field: Field) -> bool:
    concept = field_concept(field)
    return concept.critical and concept.source_of_truth is Source.FRANCECONNECT
