"""Corrections of a request that was submitted and is not ended: numbered, the answers before each stay readable."""

from collections.abc import Mapping
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import Answers, answer_names, check_all
from portal.casework.catalogue.service import get_version
from portal.casework.documents.service import link_documents
from portal.casework.requests import policy
from portal.casework.requests.models import Amendment, ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.asking import ask_to_amend
from portal.casework.requests.service.correcting.changes import seal_new_origins
from portal.casework.requests.service.evidence import answered_files, evidence_errors
from portal.casework.requests.service.marks import forwardings_of
from portal.casework.requests.service.sealed import answers_of, seal_answers, seal_before
from portal.casework.requests.service.standing.messages import scoped_key
from portal.casework.requests.shapes import AmendedView
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.dictionary.service import Value
from portal.ground.errors import Busy, Conflict, Forbidden, Invalid
from portal.ground.permissions import Actor
from portal.records.timeline.service import append

MAX_PER_HOUR = 20
MAX_CODE = 60
MAX_NAMES = 20


def amend(
    session: Session,
    actor: Actor,
    reference: str,
    answers: Mapping[str, object],
    *,
    idempotency_key: str,
    reason_code: str = "",
) -> AmendedView:
    """Correct answers of a request that is not ended; the same key again changes nothing and gives the same number.

    The answers are checked like those of a submission. Recipients that have the request are told in the same unit, in
    the order of the corrections; one that does not have it yet is sent the corrected answers, and no correction.
    Answers that are what they were make no correction: the number is then that of the last one, 0 when there is none.

    :param actor: the resident who made the request, with an account or with its code.
    :param answers: field name → new answer; an empty one takes back an optional answer, the others stay as they are.
        Of a page asked for each of several: all its items, under the name they are kept under.
    :param reason_code: why, for the timeline: a code, never words.
    :raises Invalid: by field name, in French.
    :raises Forbidden: not the resident's to correct.
    :raises Conflict: ``request_ended``: it is decided or withdrawn.
    :raises Busy: too many corrections of this request within the hour.
    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference, lock=True)
    if not actor.is_resident:
        raise Forbidden("resident_needed")
    key = scoped_key(actor, idempotency_key)
    known = _find(session, request, key)
    if known is not None:
        return AmendedView(request.id, known.number)
    if not policy.can_amend(actor, request):
        raise Conflict("request_ended")
    _check_rate(session, request)
    procedure = get_version(session, request.procedure_id, request.procedure_version)
    before = answers_of(session, request)
    after = _checked(session, request, procedure.document, before, answers)
    changed = [name for name in _names(procedure.document) if before.get(name) != after.get(name)]
    if changed:
        _link_new(session, request, procedure.document, before, after)
        seal_new_origins(session, request, procedure.document, before, after)
        _record(session, actor, request, before, after, changed, key, reason_code[:MAX_CODE])
        ask_to_amend(session, request, forwardings_of(session, request))
    return AmendedView(request.id, request.amendments)


def _find(session: Session, request: ServiceRequest, key: str) -> Amendment | None:
    query = select(Amendment).where(Amendment.request_id == request.id, Amendment.idempotency_key == key)
    return session.scalars(query).one_or_none()


def _check_rate(session: Session, request: ServiceRequest) -> None:
    since = clock.now() - timedelta(hours=1)
    query = select(func.count(), func.min(Amendment.amended_at)).where(
        Amendment.request_id == request.id, Amendment.amended_at > since
    )
    count, oldest = session.execute(query).one()
    if count >= MAX_PER_HOUR:
        raise Busy("too_many_amendments", retry_after=max(1, int((oldest - since).total_seconds()) + 1))


def _names(document: ProcedureDocument) -> list[str]:
    return [name for step in document.steps for name in answer_names(step)]


def _checked(
    session: Session,
    request: ServiceRequest,
    document: ProcedureDocument,
    before: Mapping[str, Value],
    answers: Mapping[str, object],
) -> Answers:
    known = set(_names(document))
    strays = {name: _("Cette question ne fait pas partie de la démarche.") for name in answers if name not in known}
    if strays:
        raise Invalid(strays)
    values, errors = check_all(document, {**before, **answers})
    errors = errors or evidence_errors(session, request.person_id, document.steps, values)
    if errors:
        raise Invalid(errors)
    return values


def _link_new(
    session: Session,
    request: ServiceRequest,
    document: ProcedureDocument,
    before: Mapping[str, Value],
    after: Mapping[str, Value],
) -> None:
    """Files given with a correction belong to the request; those it no longer names stay with the answers before."""
    linked = {one for ids in answered_files(document.steps, before).values() for one in ids}
    new = [one for ids in answered_files(document.steps, after).values() for one in ids if one not in linked]
    if new:
        link_documents(session, request.id, request.person_id, new, days=document.retention_days)


def _record(
    session: Session,
    actor: Actor,
    request: ServiceRequest,
    before: Mapping[str, Value],
    after: Answers,
    changed: list[str],
    key: str,
    reason_code: str,
) -> None:
    amendment_id, now = new_id(), clock.now()
    request.amendments += 1
    session.add(
        Amendment(
            id=amendment_id,
            request_id=request.id,
            number=request.amendments,
            idempotency_key=key,
            fields=changed,
            reason_code=reason_code,
            sealed_before=seal_before(session, amendment_id, request.data_key_id, before),
            amended_at=now,
            amended_by=actor.id or request.person_id,
            mandate_id=actor.mandate_id,
        )
    )
    request.sealed_answers = seal_answers(session, request.id, request.data_key_id, after)
    request.updated_at = now
    payload = {"amendment": request.amendments, "fields": changed[:MAX_NAMES], "reason": reason_code}
    append(session, request_id=request.id, type="request_amended", version=1, payload=payload, actor=actor)
    session.flush()
