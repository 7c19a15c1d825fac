"""The connections that a procedure may use."""

from flask import current_app

from portal.records.connections.service import ConnectionRegistry


def connection_titles() -> dict[str, str]:
    """Name of each connection that exists → how agents call it."""
    registry: ConnectionRegistry = current_app.extensions["parvis_connections"]
    return {name: registry.title(name) for name in registry.names()}


def connection_names() -> set[str]:
    """The names alone."""
    return set(connection_titles())
