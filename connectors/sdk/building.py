"""From settings to a connector that works."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from connectors.sdk.contracts import Connector, ConnectorContext
from connectors.sdk.errors import ConfigurationError
from connectors.sdk.manifest import Manifest
from connectors.sdk.settings import secret_fields


@dataclass(frozen=True)
class ConnectorType:
    """What a partner's package exposes as ``CONNECTOR``. ``build`` receives an instance of ``settings_model``."""

    manifest: Manifest
    settings_model: type[BaseModel]
    build: Callable[[Any, ConnectorContext], Connector]


def build_connector(
    kind: ConnectorType, options: Mapping[str, Any], secrets: Mapping[str, str], context: ConnectorContext
) -> Connector:
    """Make a connector. ``options`` come from a file, ``secrets`` (name → value) from the environment.

    Raises ConfigurationError whose ``fields`` name the faulty settings: ``settings_misplaced`` (a secret written in
    the file, or the reverse), ``settings_invalid``, or ``draft_in_production``.
    """
    if context.egress.production and kind.manifest.tier == "draft":
        raise ConfigurationError("draft_in_production", fields={"tier": kind.manifest.tier})
    secret_names = secret_fields(kind.settings_model)
    misplaced = {name: "secret_in_options" for name in options if name in secret_names}
    misplaced |= {name: "not_a_secret" for name in secrets if name not in secret_names}
    if misplaced:
        raise ConfigurationError("settings_misplaced", fields=misplaced)
    return kind.build(_read_settings(kind.settings_model, {**options, **secrets}), context)


def _read_settings(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = {".".join(str(part) for part in fault["loc"]) or "*": fault["type"] for fault in error.errors()}
    raise ConfigurationError("settings_invalid", fields=faults)
