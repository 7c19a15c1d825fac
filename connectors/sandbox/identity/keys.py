"""Signing keys of one provider: made on the first start, kept, rotated on demand."""

import json
import secrets
import threading
from functools import cached_property
from typing import Any, Literal

from joserfc.jwk import ECKey, KeyParameters, RSAKey

from connectors.sandbox.store import Store

Algorithm = Literal["ES256", "RS256"]
Key = ECKey | RSAKey


class KeyRing:
    """The keys of one provider.

    One signs; those published besides it do not, so that a client has to choose by `kid`. Keys that are no longer
    published are kept too: an old id_token stays a good hint at sign-out.
    """

    def __init__(self, store: Store, provider: str, algorithm: Algorithm) -> None:
        self.algorithm: Algorithm = algorithm
        self._store = store
        self._provider = provider
        self._lock = threading.Lock()
        if not self._rows("signing"):
            self._add("published")
            self._add("signing")

    @property
    def signing(self) -> Key:
        """The key that signs now."""
        with self._lock:
            return _read(self._rows("signing")[0])

    def published(self) -> list[dict[str, Any]]:
        """The public keys of the JWKS document."""
        with self._lock:
            keys = [_read(text) for text in self._rows("signing", "published")]
        return [dict(key.as_dict(private=False)) for key in keys]

    def known(self, kid: str) -> Key | None:
        """A key of this provider, published or not."""
        row = self._store.row("SELECT jwk FROM signing_key WHERE provider = ? AND kid = ?", (self._provider, kid))
        return None if row is None else _read(str(row["jwk"]))

    def rotate(self, *, keep_old: bool) -> None:
        """A new key signs from now on; the others stay published, or are withdrawn."""
        with self._lock:
            state = "published" if keep_old else "withdrawn"
            before = ("signing",) if keep_old else ("signing", "published")
            for old in before:
                self._store.run(
                    "UPDATE signing_key SET state = ? WHERE provider = ? AND state = ?", (state, self._provider, old)
                )
            self._add("signing")

    @cached_property
    def stranger(self) -> Key:
        """A key of the right kind that this provider never published."""
        return _make(self.algorithm)

    def _rows(self, *states: str) -> list[str]:
        rows = self._store.rows(
            "SELECT jwk, state FROM signing_key WHERE provider = ? ORDER BY position DESC", (self._provider,)
        )
        return [str(row["jwk"]) for row in rows if row["state"] in states]

    def _add(self, state: str) -> None:
        key = _make(self.algorithm)
        self._store.run(
            "INSERT INTO signing_key (kid, provider, jwk, state, position)"
            " SELECT ?, ?, ?, ?, COALESCE(MAX(position), 0) + 1 FROM signing_key",
            (key.kid, self._provider, json.dumps(key.as_dict(private=True)), state),
        )


def _make(algorithm: Algorithm) -> Key:
    # A kid with colons, as hardware-held keys have: clients must treat it as an opaque text.
    told: KeyParameters = {"kid": f"bac:{algorithm}:{secrets.token_hex(6)}", "use": "sig", "alg": algorithm}
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", told)
    return RSAKey.generate_key(2048, told)


def _read(text: str) -> Key:
    data = json.loads(text)
    return ECKey.import_key(data) if data["kty"] == "EC" else RSAKey.import_key(data)
