"""Finds the installed connectors through their entry points."""

from importlib.metadata import entry_points

from connectors.sdk.building import ConnectorType
from connectors.sdk.errors import ConfigurationError

GROUP = "parvis.connectors"


def discover_connectors() -> dict[str, ConnectorType]:
    """Connector id → type, in alphabetical order.

    Raises ConfigurationError ``connector_misdeclared`` when an entry point is not a ConnectorType, does not bear the
    id of its manifest, or is declared twice.
    """
    found: dict[str, ConnectorType] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        kind = point.load()
        if not isinstance(kind, ConnectorType) or kind.manifest.id != point.name or found.get(point.name, kind) != kind:
            raise ConfigurationError("connector_misdeclared", fields={point.name: point.value})
        found[point.name] = kind
    return found
