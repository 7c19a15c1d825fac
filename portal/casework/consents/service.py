"""The door of consents: given, asked, answered, withdrawn, expired. Each step is in the journal, without any value."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.casework.consents.enums import Ending, Outcome
from portal.casework.consents.models import Consent
from portal.casework.consents.policy import is_being_asked, may_ask
from portal.casework.consents.shapes import Answer, ConsentView, Terms
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import Value
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import SYSTEM, Actor
from portal.ground.vault.service import create_data_key, destroy_data_key, seal_json, unseal_json

__all__ = [
    "Answer",
    "ConsentView",
    "Ending",
    "Outcome",
    "Terms",
    "begin_asking",
    "current_consents",
    "end_expired",
    "get_consent",
    "give_consent",
    "is_asking",
    "keep_answer",
    "list_consents",
    "withdraw_consent",
]

# A partner that does not say how long its answer stays the same is asked once a day at most.
FRESH_BY_DEFAULT = timedelta(hours=24)
SHOWN = 100
MAX_CODE = 80


def give_consent(session: Session, actor: Actor, terms: Terms) -> ConsentView:
    """Record that the person agrees; the one already given for the same question is given back.

    :raises Forbidden: nobody is acted for.
    """
    person_id, now = _person_of(actor), clock.now()
    row = session.scalars(_current(person_id, terms.procedure_id).where(Consent.field == terms.field)).one_or_none()
    if row is not None and (row.expires_at <= now or row.connection != terms.connection):
        _end(session, row, Ending.EXPIRED)
        row = None
    if row is None:
        row = _add(session, actor, person_id, terms)
        _journal(session, actor, row, "consent_given")
    return _view(session, row)


def _add(session: Session, actor: Actor, person_id: UUID, terms: Terms) -> Consent:
    now = clock.now()
    row = Consent(
        person_id=person_id,
        procedure_id=terms.procedure_id,
        procedure_version=terms.procedure_version,
        field=terms.field,
        connection=terms.connection,
        concept=terms.concept,
        provider=terms.provider,
        purpose=terms.purpose,
        legal_basis=terms.legal_basis,
        given_at=now,
        given_by=actor.id,
        actor_kind=actor.kind,
        mandate_id=actor.mandate_id,
        expires_at=now + terms.kept,
        outcome=Outcome.NOT_ASKED,
        data_key_id=create_data_key(session),
    )
    session.add(row)
    session.flush()
    return row


def begin_asking(session: Session, actor: Actor, consent_id: UUID) -> bool:
    """Take the question in hand; False when it is being asked already, or was answered lately.

    :raises NotFound: no such consent of theirs, or it holds no more.
    """
    row, now = _own(session, actor, consent_id, lock=True), clock.now()
    if row.ended_at is not None or row.expires_at <= now:
        raise NotFound("consent_ended")
    if not may_ask(row.outcome, asked_at=row.asked_at, fresh_until=row.fresh_until, now=now):
        return False
    row.outcome, row.asked_at, row.code = Outcome.ASKING, now, ""
    session.flush()
    return True


def keep_answer(session: Session, actor: Actor, consent_id: UUID, answer: Answer) -> ConsentView:
    """Keep what the partner answered. If the consent was withdrawn meanwhile, the value is not even written.

    A value known before stays when the partner cannot be reached any more.

    :raises NotFound: no such consent of theirs.
    """
    row = _own(session, actor, consent_id, lock=True)
    if answer.outcome is Outcome.UNAVAILABLE and row.sealed_value is not None:
        row.outcome = Outcome.KNOWN
    else:
        _write(session, row, answer)
    details = {"outcome": answer.outcome.value} | ({"code": answer.code[:MAX_CODE]} if answer.code else {})
    _journal(session, actor, row, "entitlement_asked", **details)
    return _view(session, row)


def _write(session: Session, row: Consent, answer: Answer) -> None:
    now = clock.now()
    row.outcome, row.answered_at = answer.outcome, now
    row.source, row.period, row.code = answer.source, answer.period, answer.code[:MAX_CODE]
    row.fresh_until = now + (answer.fresh_for or FRESH_BY_DEFAULT)
    holds = row.ended_at is None and answer.outcome is Outcome.KNOWN
    row.sealed_value = _seal(session, row, answer.value) if holds else None


def withdraw_consent(session: Session, actor: Actor, consent_id: UUID) -> ConsentView:
    """Take the consent back: its answer is erased at once. Asking again changes nothing.

    :raises NotFound: no such consent of theirs.
    """
    row = _own(session, actor, consent_id, lock=True)
    if row.ended_at is None:
        _end(session, row, Ending.WITHDRAWN)
        _journal(session, actor, row, "consent_withdrawn")
    return _view(session, row)


def get_consent(session: Session, actor: Actor, consent_id: UUID) -> ConsentView:
    """One consent of the person acted for.

    :raises NotFound: none, or somebody else's.
    """
    return _view(session, _own(session, actor, consent_id))


def is_asking(session: Session, consent_id: UUID) -> bool:
    """Whether somebody is waiting for this answer. One statement."""
    query = select(Consent.outcome, Consent.asked_at).where(Consent.id == consent_id)
    row = session.execute(query).one_or_none()
    return row is not None and is_being_asked(row.outcome, row.asked_at, clock.now())


def current_consents(session: Session, person_id: UUID, procedure_id: UUID) -> dict[str, ConsentView]:
    """The consents of a person that hold for a procedure, by field."""
    query = _current(person_id, procedure_id).where(Consent.expires_at > clock.now())
    return {row.field: _view(session, row) for row in session.scalars(query)}


def list_consents(session: Session, actor: Actor) -> list[ConsentView]:
    """Every consent of the person acted for, the latest first, a hundred at most; values are left sealed."""
    query = select(Consent).where(Consent.person_id == _person_of(actor))
    rows = session.scalars(query.order_by(Consent.given_at.desc(), Consent.id.desc()).limit(SHOWN))
    return [_view(session, row, opened=False) for row in rows]


def end_expired(session: Session) -> int:
    """End what has expired and erase its answers; how many."""
    query = select(Consent).where(Consent.ended_at.is_(None), Consent.expires_at <= clock.now())
    rows = session.scalars(query.with_for_update()).all()
    for row in rows:
        _end(session, row, Ending.EXPIRED)
        _journal(session, SYSTEM, row, "consent_expired")
    return len(rows)


def _end(session: Session, row: Consent, ending: Ending) -> None:
    row.ended_at, row.ending, row.sealed_value = clock.now(), ending, None
    destroy_data_key(session, row.data_key_id)
    session.flush()


def _current(person_id: UUID, procedure_id: UUID) -> Select[Consent]:
    return select(Consent).where(
        Consent.person_id == person_id, Consent.procedure_id == procedure_id, Consent.ended_at.is_(None)
    )


def _own(session: Session, actor: Actor, consent_id: UUID, *, lock: bool = False) -> Consent:
    query = select(Consent).where(Consent.id == consent_id, Consent.person_id == _person_of(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("consent_unknown")
    return row


def _person_of(actor: Actor) -> UUID:
    if actor.subject is None or actor.id is None:
        raise Forbidden("person_needed")
    return actor.subject


def _journal(session: Session, actor: Actor, row: Consent, action: str, **details: str) -> None:
    """Who, of whom, to whom, about what and when: exchanges are traced (CRPA L114-8). Never the value."""
    about = {"consent": str(row.id), "concept": row.concept, "procedure": str(row.procedure_id), **details}
    record(session, actor, action, subject_id=row.person_id, connection=row.connection, details=about)


def _seal(session: Session, row: Consent, value: Value | None) -> bytes:
    return seal_json(session, row.data_key_id, value, context=f"consent:{row.id}")


def _open(session: Session, row: Consent) -> Value | None:
    if row.sealed_value is None or row.ended_at is not None:
        return None
    value: Value = unseal_json(session, row.data_key_id, row.sealed_value, context=f"consent:{row.id}")
    return value


_SHOWN_AS_THEY_ARE = (
    "id", "procedure_id", "procedure_version", "field", "connection", "concept", "provider", "purpose", "legal_basis",
    "given_at", "expires_at", "ended_at", "ending", "outcome", "code", "answered_at", "source", "period",
)  # fmt: skip


def _view(session: Session, row: Consent, *, opened: bool = True) -> ConsentView:
    return ConsentView(
        **{name: getattr(row, name) for name in _SHOWN_AS_THEY_ARE}, value=_open(session, row) if opened else None
    )
