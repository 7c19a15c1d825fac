"""Asking without an account: answers sent at once, a code to come back, and the way into an account later.

The code is drawn from the key of the form by a keyed fingerprint: the same form sent twice shows the same code, and the
database, which keeps fingerprints of both, cannot give it back.
"""

import hmac
from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.catalogue.fields import Answers, check_all
from portal.casework.catalogue.service import ProcedureView, get_published, get_version
from portal.casework.documents.service import hand_over
from portal.casework.notifications.service import adopt_notices
from portal.casework.requests.codes import kept_code, spoken_code
from portal.casework.requests.enums import Channel
from portal.casework.requests.models import FollowUp, ServiceRequest
from portal.casework.requests.reference import normalise
from portal.casework.requests.service.access import account_of, find_readable
from portal.casework.requests.service.evidence import evidence_errors
from portal.casework.requests.service.findable import rename_words
from portal.casework.requests.service.sealed import answers_of
from portal.casework.requests.service.sending.submission import (
    MAX_FORM_KEY,
    Applicant,
    CheckedForm,
    check_rate,
    find_replay,
    record_request,
)
from portal.casework.requests.service.sending.vouched import vouched_origins
from portal.casework.requests.shapes import SubmittedView
from portal.ground.audit.service import record
from portal.ground.dictionary.service import Value
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.ground.permissions import Actor, ActorKind
from portal.ground.vault.service import create_data_key, fingerprint
from portal.people.accounts.service import create_person, forget_person, get_account, name_key
from portal.records.timeline.service import append

MAX_CONTROL = 20
_NOBODY = "0" * 64
_NO_PERSON = UUID(int=0)


def follower(person_id: UUID) -> Actor:
    """The actor of whoever proved to be the applicant of a request without an account."""
    return Actor(kind=ActorKind.RESIDENT, subject=person_id)


def submit_at_once(
    session: Session,
    actor: Actor,
    slug: str,
    answers: Mapping[str, object],
    *,
    idempotency_key: str,
    person_id: UUID | None = None,
) -> SubmittedView:
    """Send the answers of a procedure in one go, from an account or from nobody known; the same key gives the same.

    :param answers: raw values by field name; each is checked under the conditions.
    :param person_id: without an account, the person whose documents are among the answers, when there are any.
    :raises Invalid: by field name, in French.
    :raises Forbidden: ``account_needed``: the procedure asks for an account.
    :raises Busy: too many requests from this account within the hour.
    :raises Conflict: ``person_known``: these documents were already sent with another request.
    :raises NotFound: no such procedure is open.
    """
    if not 1 <= len(idempotency_key) <= MAX_FORM_KEY:
        raise ValueError("an idempotency key of 1 to 255 characters is needed")
    procedure = get_published(session, slug)
    if actor.is_resident:
        return _submit_signed(session, actor, procedure, answers, idempotency_key)
    if not procedure.document.unsigned:
        raise Forbidden("account_needed")
    return _submit_unsigned(session, actor, procedure, answers, idempotency_key, person_id)


def _submit_signed(
    session: Session, actor: Actor, procedure: ProcedureView, answers: Mapping[str, object], form_key: str
) -> SubmittedView:
    account = get_account(session, account_of(actor))
    replay = find_replay(session, account.id, form_key)
    if replay is not None:
        return replay
    check_rate(session, account.id)
    values = _checked(session, procedure, answers, account.person_id)
    applicant = Applicant(account.id, account.person_id, account.display_name, account.email)
    origins = vouched_origins(session, account.person_id, procedure.document, values)
    form = CheckedForm(actor, applicant, procedure, values, form_key, Channel.WEB, create_data_key(session), origins)
    request = record_request(session, form)
    return SubmittedView(request.id, request.reference, is_replay=False)


def _submit_unsigned(
    session: Session,
    actor: Actor,
    procedure: ProcedureView,
    answers: Mapping[str, object],
    idempotency_key: str,
    person_id: UUID | None,
) -> SubmittedView:
    form_key = fingerprint(idempotency_key, sector="unsigned_form")
    code = code_of(idempotency_key)
    replay = find_unsigned(session, form_key, code)
    if replay is not None:
        return replay
    if person_id and session.scalar(select(ServiceRequest.id).where(ServiceRequest.person_id == person_id)):
        raise Conflict("person_known")  # a person without an account is of one request alone
    values = _checked(session, procedure, answers, person_id)
    try:
        with session.begin_nested():
            applicant = Applicant(None, person_id or create_person(session), _("Personne sans compte"), "")
            form = CheckedForm(actor, applicant, procedure, values, form_key, Channel.WEB, create_data_key(session))
            request = record_request(session, form)
            key = code_key(request.id, code)
            session.add(FollowUp(request_id=request.id, code_key=key, form_key=form_key))
            session.flush()
    except IntegrityError:  # the same form, sent at the same moment
        replay = find_unsigned(session, form_key, code)
        if replay is None:
            raise
        return replay
    return SubmittedView(request.id, request.reference, is_replay=False, code=code)


def _checked(
    session: Session, procedure: ProcedureView, answers: Mapping[str, object], person_id: UUID | None
) -> Answers:
    values, errors = check_all(procedure.document, answers)
    errors = errors or evidence_errors(session, person_id or _NO_PERSON, procedure.document.steps, values)
    if errors:
        raise Invalid(errors)
    return values


def find_unsigned(session: Session, form_key: str, code: str) -> SubmittedView | None:
    """The request that this form already made, for somebody without an account."""
    query = (
        select(ServiceRequest.id, ServiceRequest.reference)
        .join(FollowUp, FollowUp.request_id == ServiceRequest.id)
        .where(FollowUp.form_key == form_key)
    )
    row = session.execute(query).one_or_none()
    return SubmittedView(row.id, row.reference, is_replay=True, code=code) if row else None


def code_of(idempotency_key: str) -> str:
    """The code of the request that a form makes: see :func:`portal.casework.requests.codes.spoken_code`."""
    return spoken_code(idempotency_key, sector="follow_up_code")


def code_key(request_id: UUID, typed: str) -> str:
    """What is kept of a code: a keyed fingerprint, bound to its request."""
    return kept_code(typed, sector=f"follow_up:{request_id}")


def open_with_code(session: Session, reference: str, code: str, control: str = "") -> tuple[str, Actor] | None:
    """The exact reference and the actor that this code opens; None when something is wrong, without saying what.

    Where the request holds a birth date or a postcode, one of them is asked besides: a lost paper opens nothing.
    The caller bounds the attempts. The comparison takes the same time whatever is right.
    """
    query = (
        select(ServiceRequest.id, ServiceRequest.reference, ServiceRequest.person_id, FollowUp.code_key)
        .join(FollowUp, FollowUp.request_id == ServiceRequest.id)
        .where(ServiceRequest.reference == (normalise(reference) or ""), ServiceRequest.account_id.is_(None))
    )
    row = session.execute(query).one_or_none()
    given = code_key(row.id if row else _NO_PERSON, code)
    if not hmac.compare_digest(row.code_key if row else _NOBODY, given) or row is None:
        return None
    known, said = _controls(session, row.id), _digits(control)
    if known and not any(hmac.compare_digest(one, said) for one in known):
        return None
    return row.reference, follower(row.person_id)


def _controls(session: Session, request_id: UUID) -> set[str]:
    """What only the person and the request know: the birth date, written either way, and the postcode."""
    request = session.get_one(ServiceRequest, request_id)
    fields = get_version(session, request.procedure_id, request.procedure_version).document.fields()
    answers = answers_of(session, request)
    said = {field.concept: _digits(str(answers.get(field.name) or "")) for _step, field in fields}
    birth = said.get("person.birthdate", "")
    return {birth, birth[6:] + birth[4:6] + birth[:4], said.get("address.current.postcode", "")} - {""}


def _digits(text: str) -> str:
    return "".join(char for char in text[:MAX_CONTROL] if char.isascii() and char.isdigit())


def attach_to_account(session: Session, actor: Actor, holder: Actor, reference: str) -> None:
    """Bring a request made without an account into the one of ``actor``, who holds its code. The code ends there.

    :param holder: the actor that :func:`open_with_code` gave.
    :raises Forbidden: ``actor`` is not signed in as a resident.
    :raises NotFound: the holder may not read such a request.
    """
    account = get_account(session, account_of(actor))
    request = find_readable(session, holder, reference, lock=True)
    left = request.person_id
    session.execute(delete(FollowUp).where(FollowUp.request_id == request.id))
    request.account_id, request.person_id = account.id, account.person_id
    request.applicant_name, request.applicant_key = account.display_name, name_key(account.display_name)
    rename_words(session, request)
    session.flush()
    hand_over(session, left, account.person_id)
    forget_person(session, left)
    adopt_notices(session, request.id, account.id)
    append(session, request_id=request.id, type="request_attached", version=1, payload={}, actor=actor)
    record(session, actor, "request_attached", subject_id=account.person_id, request_id=request.id)


def read_recorded_answers(session: Session, request_id: UUID) -> dict[str, Value]:
    """The answers of a request, for a journey that records what it needs of them; never for a person.

    :raises VaultDestroyed: the request is erased.
    """
    return answers_of(session, session.get_one(ServiceRequest, request_id))
