"""The connections that the settings declare, each built when it is first needed."""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.sdk import (
    ConfigurationError,
    Connector,
    ConnectorContext,
    ConnectorType,
    EgressPolicy,
    LetterBox,
    Manifest,
    build_connector,
    discover_connectors,
)
from portal.ground import clock
from portal.ground.errors import NotFound, SettingsError
from portal.ground.settings import ConnectionSettings, Settings


@dataclass(frozen=True, slots=True)
class _Declared:
    type: ConnectorType
    settings: ConnectionSettings


class ConnectionRegistry:
    """Name → configured connector. Safe to share between threads."""

    def __init__(
        self,
        declared: Mapping[str, _Declared],
        egress: EgressPolicy,
        now: Callable[[], datetime],
        environ: Mapping[str, str],
        letter_box: Callable[[str], LetterBox] | None = None,
    ) -> None:
        self._declared = dict(declared)
        self._egress = egress
        self._now = now
        self._environ = environ
        self._letter_box = letter_box
        self._built: dict[str, Connector] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """The configured connections, in the order of the settings."""
        return list(self._declared)

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def title(self, name: str) -> str:
        """What the screens call the connection. :raises NotFound: no such connection."""
        return self._of(name).settings.title

    def manifest(self, name: str) -> Manifest:
        """What is exchanged with whom, on what legal basis. :raises NotFound: no such connection."""
        return self._of(name).type.manifest

    def capabilities(self) -> frozenset[str]:
        """What the configured connections can do together."""
        return frozenset(one for name in self._declared for one in self.manifest(name).capabilities)

    def with_capability(self, capability: str) -> str | None:
        """The first connection that can do this, in the order of the settings; None when none can."""
        return next((name for name in self._declared if capability in self.manifest(name).capabilities), None)

    def data_sent(self, name: str) -> frozenset[str]:
        """The only concepts that may leave through the connection. :raises NotFound: no such connection."""
        return frozenset(self.manifest(name).data_sent)

    def get(self, name: str) -> Connector:
        """The connector, built at the first call.

        :raises NotFound: no such connection.
        :raises ConfigurationError: its settings or its secrets cannot be used.
        """
        declared = self._of(name)
        with self._lock:
            if name not in self._built:
                box = self._letter_box(name) if self._letter_box else None
                context = ConnectorContext(instance=name, egress=self._egress, now=self._now, letter_box=box)
                secrets = {key: self._secret(key, variable) for key, variable in declared.settings.secrets.items()}
                self._built[name] = build_connector(declared.type, declared.settings.options, secrets, context)
            return self._built[name]

    def close(self) -> None:
        """Close every connector that was built."""
        with self._lock:
            built, self._built = self._built, {}
        for connector in built.values():
            connector.close()

    def _of(self, name: str) -> _Declared:
        if name not in self._declared:
            raise NotFound("connection_unknown")
        return self._declared[name]

    def _secret(self, name: str, variable: str) -> str:
        value = self._environ.get(variable, "")
        if not value:
            raise ConfigurationError("secret_missing", fields={name: "missing"})
        return value


def load_connections(
    settings: Settings,
    *,
    connectors: Mapping[str, ConnectorType] | None = None,
    environ: Mapping[str, str] | None = None,
    now: Callable[[], datetime] = clock.now,
    letter_box: Callable[[str], LetterBox] | None = None,
) -> ConnectionRegistry:
    """Read the connections of the settings; nothing is built and nobody is called.

    :param connectors: the connectors installed, found through their entry points by default.
    :param environ: where the secrets are, ``os.environ`` by default.
    :param letter_box: name of a connection → where its letters are left; none is lent without it.
    :raises SettingsError: a connection names a connector that is not installed, or an installed one is unusable.
    """
    found = _discover() if connectors is None else connectors
    declared: dict[str, _Declared] = {}
    for name, connection in settings.connections.items():
        if connection.connector not in found:
            raise SettingsError(
                f"La connexion {name} demande le connecteur {connection.connector}, qui n’est pas installé."
            )
        declared[name] = _Declared(found[connection.connector], connection)
    egress = EgressPolicy(settings.egress_allow, production=settings.production)
    return ConnectionRegistry(declared, egress, now, os.environ if environ is None else environ, letter_box)


def _discover() -> dict[str, ConnectorType]:
    try:
        return discover_connectors()
    except ConfigurationError as error:
        fault = next(iter(error.fields), error.code)
        raise SettingsError(f"Le connecteur {fault} est installé mais sa déclaration n’est pas valable.") from error
