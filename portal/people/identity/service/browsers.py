"""The short-lived cookie that ties a return, or a form put aside, to the browser it left from."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.people.identity.models import LoginAttempt, StashedForm
from portal.people.identity.service.secrets import is_token, new_token, token_hash


def adopt_browser(session: Session, value: str | None) -> str:
    """The cookie's value when this portal gave it and it still serves (two tabs, a form put aside), else a new one.

    A value planted by somebody else is thus never adopted.
    """
    return value if value is not None and _serves(session, value) else new_token()


def _serves(session: Session, value: str) -> bool:
    return is_token(value) and is_browser_awaited(session, token_hash(value))


def is_browser_awaited(session: Session, browser_hash: str) -> bool:
    """True while another attempt, or a form put aside, waits for this browser: its cookie must then stay."""
    digest, at = browser_hash, now()
    attempt = select(LoginAttempt.id).where(
        LoginAttempt.browser_hash == digest, LoginAttempt.used_at.is_(None), LoginAttempt.expires_at > at
    )
    stash = select(StashedForm.id).where(
        StashedForm.browser_hash == digest, StashedForm.released_at.is_(None), StashedForm.expires_at > at
    )
    return session.scalar(attempt.limit(1)) is not None or session.scalar(stash.limit(1)) is not None
