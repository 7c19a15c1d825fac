"""The door of the room. Everything flushes and nothing commits."""

from sqlalchemy.orm import Session

from portal.people.identity.service.attempts import (
    Departure,
    Return,
    begin_attempt,
    find_attempt,
    purge_attempts,
    use_attempt,
)
from portal.people.identity.service.browsers import adopt_browser, is_browser_awaited
from portal.people.identity.service.sessions import (
    Evidence,
    SessionView,
    end_all_sessions,
    end_every_session,
    end_own_session,
    end_session,
    is_touch_due,
    list_sessions,
    move_session,
    open_session,
    owner_of_ended_session,
    purge_sessions,
    resolve_session,
    touch_session,
)
from portal.people.identity.service.stash import (
    drop_stash,
    is_stash_waiting,
    purge_stashes,
    release_stashes,
    stash_form,
    take_stash,
)

__all__ = [
    "Departure",
    "Evidence",
    "Return",
    "SessionView",
    "adopt_browser",
    "begin_attempt",
    "drop_stash",
    "end_all_sessions",
    "end_every_session",
    "end_own_session",
    "end_session",
    "find_attempt",
    "is_browser_awaited",
    "is_stash_waiting",
    "is_touch_due",
    "list_sessions",
    "move_session",
    "open_session",
    "owner_of_ended_session",
    "purge_expired",
    "release_stashes",
    "resolve_session",
    "stash_form",
    "take_stash",
    "touch_session",
    "use_attempt",
]


def purge_expired(session: Session) -> None:
    """Delete sessions, attempts and forms put aside whose time is over: a periodic job."""
    purge_sessions(session)
    purge_attempts(session)
    purge_stashes(session)
