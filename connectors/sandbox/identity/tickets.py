"""Short-lived things a provider hands out: interactions, codes, access tokens, sign-in sessions."""

import json
import secrets
from collections.abc import Callable
from typing import Any, Literal

from connectors.sandbox.store import Store

Kind = Literal["interaction", "code", "access", "session"]


class Tickets:
    """Tickets of both providers, in one table, found by an unguessable id."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    def issue(self, kind: Kind, provider: str, data: dict[str, Any], *, seconds: float) -> str:
        """Make a ticket good for some seconds; its id."""
        ticket = secrets.token_urlsafe(32)
        with self._store.writing():
            self._store.run("DELETE FROM ticket WHERE expires_at < ?", (self._now() - 3600,))
            self._store.run(
                "INSERT INTO ticket (id, kind, provider, data, expires_at) VALUES (?, ?, ?, ?, ?)",
                (ticket, kind, provider, json.dumps(data), self._now() + seconds),
            )
        return ticket

    def read(self, kind: Kind, provider: str, ticket: str) -> dict[str, Any] | None:
        """What a good ticket holds; None when it is unknown, used, withdrawn or too old."""
        row = self._store.row(
            "SELECT data FROM ticket WHERE id = ? AND kind = ? AND provider = ? AND used = 0 AND expires_at > ?",
            (ticket, kind, provider, self._now()),
        )
        return None if row is None else dict(json.loads(row["data"]))

    def use(self, kind: Kind, provider: str, ticket: str) -> dict[str, Any] | None:
        """What a good ticket holds, which then is used up; None otherwise. Two uses at once: one wins."""
        with self._store.writing():
            data = self.read(kind, provider, ticket)
            if data is not None:
                self._store.run("UPDATE ticket SET used = 1 WHERE id = ?", (ticket,))
            return data

    def prolong(self, kind: Kind, provider: str, ticket: str, *, seconds: float) -> None:
        """Start the life of a good ticket again."""
        self._store.run(
            "UPDATE ticket SET expires_at = ? WHERE id = ? AND kind = ? AND provider = ? AND used = 0",
            (self._now() + seconds, ticket, kind, provider),
        )

    def withdraw_issued_for(self, code: str) -> None:
        """Withdraw the access tokens of a code that came back a second time (RFC 6749, 4.1.2)."""
        self._store.run(
            "UPDATE ticket SET used = 1 WHERE kind = 'access' AND json_extract(data, '$.code') = ?", (code,)
        )
