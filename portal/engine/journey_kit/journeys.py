"""The journeys that this portal opens: found by their entry points, never imported by name."""

from collections.abc import Collection, Sequence
from typing import Final

from flask import Blueprint, Flask, current_app

from portal.casework.catalogue.journeys import Journey, Need, open_journeys
from portal.ground.errors import SettingsError

EXTENSION: Final = "parvis_journeys"
CAPABILITIES: Final = "parvis_capabilities"


def choose_journeys(app: Flask, chosen: Sequence[str], capabilities: Collection[str]) -> None:
    """Keep, for this application, the journeys that the settings name and that the connections can serve.

    :param capabilities: of all the configured connections.
    :raises SettingsError: the settings name a journey that is not installed.
    """
    app.extensions[CAPABILITIES] = frozenset(capabilities)
    try:
        app.extensions[EXTENSION] = tuple(open_journeys(chosen, capabilities))
    except KeyError as error:
        raise SettingsError(
            f"Le réglage journeys nomme un parcours qui n’est pas installé : {error.args[0]}."
        ) from None


def journeys_of(app: Flask) -> Sequence[Journey]:
    """The open journeys of an application, in the order people see."""
    journeys: Sequence[Journey] = app.extensions[EXTENSION]
    return journeys


def current_journeys() -> Sequence[Journey]:
    """Those of the application that answers now."""
    return journeys_of(current_app)


def unmet_needs(journey: Journey) -> list[Need]:
    """What this portal cannot do in an open journey, for want of a connection: its page says so."""
    capabilities: frozenset[str] = current_app.extensions[CAPABILITIES]
    return [need for need in journey.needs if need.capability not in capabilities]


def register_journeys(app: Flask) -> None:
    """Register ``<package>.views.blueprint`` of each open journey.

    :raises TypeError: a journey whose views have no blueprint.
    """
    for journey in journeys_of(app):
        blueprint = getattr(journey.part("views"), "blueprint", None)
        if not isinstance(blueprint, Blueprint):
            raise TypeError(f"{journey.package}.views has no blueprint")
        app.register_blueprint(blueprint)
