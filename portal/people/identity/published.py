"""What a provider publishes: its discovery document and its signing keys, checked, and kept an hour in this process."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from portal.ground.clock import now
from portal.people.identity.errors import ProviderUnavailable

KEPT = timedelta(hours=1)
WAIT = 3.0  # seconds, for a document that another thread is fetching
T = TypeVar("T")
DISCOVERY = "/.well-known/openid-configuration"


class Metadata(BaseModel):
    """The part of a discovery document that is used (OpenID Connect Discovery 1.0 §3, RFC 9207 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    code_challenge_methods_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False

    @property
    def takes_pkce(self) -> bool:
        """True when the provider announces the S256 challenge (RFC 7636); others refuse parameters they do not know."""
        return "S256" in self.code_challenge_methods_supported

    def addresses(self) -> list[str]:
        """Every address found in the document."""
        found = [self.authorization_endpoint, self.token_endpoint, self.userinfo_endpoint, self.jwks_uri]
        return [*found, self.end_session_endpoint] if self.end_session_endpoint else found


class Published:
    """The documents of one issuer. ``fetch`` takes an address and a word for the error codes, and returns JSON."""

    def __init__(self, issuer: str, fetch: Callable[[str, str], Any]) -> None:
        self.issuer = issuer
        self._fetch = fetch
        self._lock = threading.Lock()
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def metadata(self) -> Metadata:
        """The discovery document.

        :raises ProviderUnavailable: it cannot be had, or it cannot be used.
        """
        known = self._metadata
        if known is not None and not _is_old(known[0]):
            return known[1]
        if not self._lock.acquire(timeout=WAIT if known is None else 0):
            return _last_known(known, "discovery")
        try:
            latest = self._metadata  # another thread may just have had it
            if latest is None or latest is known:
                self._metadata = latest = (now(), self._read_metadata())
            return latest[1]
        finally:
            self._lock.release()

    def keys(self, *, renewed: bool = False) -> KeySet:
        """The signing keys; ``renewed`` asks again.

        :raises ProviderUnavailable: they cannot be had, or they cannot be read.
        """
        address = self.metadata().jwks_uri
        known = self._keys
        if known is not None and not renewed and not _is_old(known[0]):
            return known[1]
        if not self._lock.acquire(timeout=WAIT):
            return _last_known(known, "keys")
        try:
            latest = self._keys
            if latest is None or latest is known:
                self._keys = latest = (now(), self._read_keys(address))
            return latest[1]
        finally:
            self._lock.release()

    def _read_metadata(self) -> Metadata:
        try:
            found = Metadata.model_validate(self._fetch(self.issuer.rstrip("/") + DISCOVERY, "discovery"))
        except ValidationError:
            raise ProviderUnavailable("discovery_nonsense") from None
        if found.issuer != self.issuer:
            raise ProviderUnavailable("discovery_issuer")
        if not all(_is_proper(address, self.issuer) for address in found.addresses()):
            raise ProviderUnavailable("discovery_address")
        return found

    def _read_keys(self, address: str) -> KeySet:
        try:
            return KeySet.import_key_set(self._fetch(address, "keys"))
        except (JoseError, KeyError, TypeError, ValueError):
            raise ProviderUnavailable("keys_nonsense") from None


def _last_known(known: tuple[datetime, T] | None, what: str) -> T:
    """What is there while another thread asks again: a document that was good an hour ago, rather than a queue."""
    if known is None:
        raise ProviderUnavailable(f"{what}_busy")
    return known[1]


def _is_old(at: datetime) -> bool:
    return not timedelta(0) <= now() - at < KEPT


def _is_proper(address: str, issuer: str) -> bool:
    """An https address, or one of the issuer's own origin: a provider under http is a sandbox that egress allows."""
    parts, home = urlsplit(address), urlsplit(issuer)
    if not parts.hostname or parts.fragment or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme, parts.netloc) == (home.scheme, home.netloc)
