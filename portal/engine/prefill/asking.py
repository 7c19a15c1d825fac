"""Asking a partner what it knows of a person who has just agreed to it, and waits for the page.

Three moments, so that no transaction is open while the partner thinks: :func:`agree` (a writing unit), :func:`ask`
(none), :func:`settle` (another). Pause and breaker of the connection are those that the worker knows.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from connectors.sdk import (
    ChecksEntitlement,
    ConfigurationError,
    ConnectorError,
    EntitlementAnswer,
    EntitlementQuestion,
    PermanentError,
)
from portal.casework.consents import service as consents
from portal.casework.consents.service import Answer, ConsentView, Outcome, Terms
from portal.ground.db import Database
from portal.ground.dictionary.service import ValueRefused, get_concept, validate
from portal.ground.errors import Busy, Forbidden, NotFound
from portal.ground.logs import get_logger, where_raised
from portal.ground.permissions import SYSTEM, Actor
from portal.people.accounts.service import identity_values
from portal.records.connections import service as connections
from portal.records.connections.service import ConnectionRegistry

__all__ = ["Question", "Reply", "agree", "ask", "fetch_on_return", "scope_needed", "settle", "wait_for_answer"]

log = get_logger("prefill")

WAIT_STEP = 0.1
LONGEST_WAIT = 5.0


class Effect(StrEnum):
    """What the call tells of the connection."""

    ANSWERED = "answered"
    FAILED = "failed"
    MISCONFIGURED = "misconfigured"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Question:
    """A consent and, when the partner must be asked now, who the person is. ``payload``: values by concept id.

    ``access_token``: of the sign-in made for the question, empty when there was none.
    """

    consent: ConsentView
    payload: Mapping[str, Any] | None = field(default=None, repr=False)
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What to keep, and what it tells of the connection."""

    answer: Answer
    effect: Effect


def agree(session: Session, actor: Actor, terms: Terms) -> Question:
    """Record the consent and see whether the partner must be asked: not twice at once, nor again while it is fresh.

    :raises Forbidden: nobody is acted for.
    """
    return _start(session, actor, consents.give_consent(session, actor, terms))


def _start(session: Session, actor: Actor, consent: ConsentView, access_token: str = "") -> Question:
    if actor.subject is None or not consents.begin_asking(session, actor, consent.id):
        return Question(consent)
    passage = connections.take_passage(session, consent.connection)
    if not passage.allowed:
        closed = Answer(Outcome.UNAVAILABLE, code=passage.refusal or "")
        return Question(consents.keep_answer(session, actor, consent.id, closed))
    return Question(consent, identity_values(session, actor.subject), access_token)


def scope_needed(registry: ConnectionRegistry, connection: str) -> str:
    """The scope of a new sign-in without which the partner cannot be asked; empty when none is needed."""
    try:
        connector = registry.get(connection)
    except ConfigurationError:
        return ""  # said, and seen to, when the question is asked
    return connector.sign_in_scope if isinstance(connector, ChecksEntitlement) else ""


def fetch_on_return(
    database: Database, registry: ConnectionRegistry, consent_id: UUID, actor: Actor, access_token: str
) -> None:
    """Ask, with the token of the sign-in that the person has just made for it. Never raises.

    Somebody else may have come back instead: their sign-in stands, and this consent is not theirs to use.
    """
    try:
        with database.writing() as session:
            question = _start(session, actor, consents.get_consent(session, actor, consent_id), access_token)
        if question.payload is not None:
            reply = ask(registry, question)
            with database.writing() as session:
                settle(session, actor, question, reply)
    except (Busy, Forbidden, NotFound) as error:
        log.warning("errand_not_done", code=error.code)


def ask(registry: ConnectionRegistry, question: Question) -> Reply:
    """Call the partner, within five seconds. Whatever it does, there is a reply; nothing of it goes to the log."""
    consent = question.consent
    try:
        connector = registry.get(consent.connection)
        if not isinstance(connector, ChecksEntitlement):
            raise ConfigurationError("capability_missing")  # noqa: TRY301 - one place decides what follows
        answer = connector.check_entitlement(EntitlementQuestion(question.payload or {}, question.access_token))
        return Reply(_read(consent.concept, answer), Effect.ANSWERED)
    except ConfigurationError as error:
        return Reply(Answer(Outcome.UNAVAILABLE, code=error.code), Effect.MISCONFIGURED)
    except PermanentError as error:
        return Reply(Answer(Outcome.IDENTITY_REFUSED, code=error.code), Effect.REFUSED)
    except ConnectorError as error:
        return Reply(Answer(Outcome.UNAVAILABLE, code=error.code), Effect.FAILED)
    except ValueRefused:
        return Reply(Answer(Outcome.UNAVAILABLE, code="answer_unfit"), Effect.FAILED)
    except Exception as error:  # noqa: BLE001 - connectors are other people's code: what they raise may mean anything
        _report(consent.connection, error)
        return Reply(Answer(Outcome.UNAVAILABLE, code="internal_error"), Effect.FAILED)


def _report(connection: str, error: Exception) -> None:
    """A fault of the connector's code: where and of what type, never about whom."""
    log.error("asking_failed", connection=connection, error_type=type(error).__name__, where=where_raised(error))


def _read(concept_id: str, answer: EntitlementAnswer) -> Answer:
    """The answer as the dictionary writes it. Not found is an answer; a missing value is not zero.

    :raises ValueRefused: a value that is not one of the concept.
    """
    fresh_for = timedelta(seconds=answer.fresh_for or 0)
    value = validate(get_concept(concept_id), answer.values.get(concept_id)) if answer.found else None
    if value is None:
        return Answer(Outcome.NOT_FOUND, code=answer.code, fresh_for=fresh_for)
    return Answer(Outcome.KNOWN, value, source=answer.source, period=answer.period, fresh_for=fresh_for)


def settle(session: Session, actor: Actor, question: Question, reply: Reply) -> ConsentView:
    """Keep the answer, and what the call tells of the connection.

    :raises NotFound: the consent is not theirs.
    """
    name, code = question.consent.connection, reply.answer.code
    kept = consents.keep_answer(session, actor, question.consent.id, reply.answer)
    if reply.effect is Effect.ANSWERED:
        connections.note_success(session, name)
        return kept
    connections.note_failure(session, name, code, trips=reply.effect is Effect.FAILED)
    if reply.effect is Effect.MISCONFIGURED and not connections.state(session, name).paused:
        connections.pause(session, name, SYSTEM, code)
        log.error("connection_paused", connection=name, code=code)
    return kept


def wait_for_answer(database: Database, consent_id: UUID) -> None:
    """Wait until whoever asked has the answer, five seconds at most: a button pressed twice asks once."""
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        with database.reading() as session:
            if not consents.is_asking(session, consent_id):
                return
        time.sleep(WAIT_STEP)
