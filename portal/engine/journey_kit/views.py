"""The pages of any procedure; its views stand in modules, by moment."""

from flask import Flask
from flask.sansio.blueprints import BlueprintSetupState

from portal.engine.journey_kit import (
    agreeing,
    elsewhere,
    evidence,
    item_files,
    items,
    leaving,
    migrating,
    sending,
    start,
    steps,
)
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.journeys import register_journeys

__all__ = [
    "agreeing",
    "blueprint",
    "elsewhere",
    "evidence",
    "item_files",
    "items",
    "leaving",
    "migrating",
    "sending",
    "start",
    "steps",
]


def _with_journeys(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        register_journeys(state.app)


blueprint.record_once(_with_journeys)
