"""Departures towards a provider and the one return each allows."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.people.identity.enums import Realm
from portal.people.identity.errors import SignInFailed
from portal.people.identity.models import LoginAttempt
from portal.people.identity.policy import ATTEMPT_KEPT, ATTEMPT_LIFE
from portal.people.identity.service.browsers import adopt_browser
from portal.people.identity.service.secrets import is_token, new_token, token_hash


@dataclass(frozen=True, slots=True)
class Departure:
    """What goes to the provider (``state``, ``nonce``, the challenge of ``code_verifier``) and to the browser.

    ``acr`` is a level asked for this once, beyond the usual one; often empty.
    """

    state: str
    nonce: str
    code_verifier: str
    browser: str
    acr: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """An attempt that has just been used."""

    id: UUID
    nonce: str
    code_verifier: str
    suite: str
    browser_hash: str
    acr: str = ""
    errand: UUID | None = None


def begin_attempt(
    session: Session, *, realm: Realm, suite: str, browser: str | None, acr: str = "", errand: UUID | None = None
) -> Departure:
    """Open an attempt, good for ten minutes.

    ``browser`` is the value of the short-lived cookie, see :func:`adopt_browser`; ``errand`` waits for the return.
    """
    mine = adopt_browser(session, browser)
    departure = Departure(state=new_token(), nonce=new_token(), code_verifier=new_token(), browser=mine, acr=acr)
    at = now()
    session.add(
        LoginAttempt(
            realm=realm,
            state_hash=token_hash(departure.state),
            browser_hash=token_hash(mine),
            nonce=departure.nonce,
            code_verifier=departure.code_verifier,
            suite=suite,
            acr=acr,
            errand=errand,
            created_at=at,
            expires_at=at + ATTEMPT_LIFE,
        )
    )
    session.flush()
    return departure


def use_attempt(session: Session, *, realm: Realm, state: str, browser: str | None) -> Return:
    """Use the attempt that ``state`` names: once, in time, from the same door and the same browser.

    An attempt brought back by another browser is left usable by its own.

    :raises SignInFailed: ``state_unknown``, ``attempt_replayed``, ``attempt_expired`` or ``browser_foreign``.
    """
    row = _find(session, realm, state)
    if row is None:
        raise SignInFailed("state_unknown")
    if row.used_at is not None:
        raise SignInFailed("attempt_replayed")
    if row.expires_at <= now():
        raise SignInFailed("attempt_expired")
    if browser is None or not is_token(browser) or token_hash(browser) != row.browser_hash:
        raise SignInFailed("browser_foreign")
    taken = session.execute(
        update(LoginAttempt)
        .where(LoginAttempt.id == row.id, LoginAttempt.used_at.is_(None))
        .values(used_at=now())
        .returning(LoginAttempt.id)
    ).first()
    if taken is None:
        raise SignInFailed("attempt_replayed")
    return Return(row.id, row.nonce, row.code_verifier, row.suite, row.browser_hash, row.acr, row.errand)


def find_attempt(session: Session, *, realm: Realm, state: str) -> tuple[UUID, str] | None:
    """Id and return address of an attempt, used or not: to send back gently a person who reloads the callback."""
    row = _find(session, realm, state)
    return None if row is None else (row.id, row.suite)


def purge_attempts(session: Session) -> None:
    """Forget attempts that ended a day ago."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.expires_at < now() - ATTEMPT_KEPT))


def _find(session: Session, realm: Realm, state: str) -> LoginAttempt | None:
    if not is_token(state):
        return None
    return session.scalars(
        select(LoginAttempt).where(LoginAttempt.state_hash == token_hash(state), LoginAttempt.realm == realm)
    ).first()
