"""The bikes as published: GBFS 2.3 under ``/velos/gbfs/2.3``, GBFS 3.0 under ``/velos/gbfs/3.0``."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from connectors.sandbox.incidents.answers import exposed
from connectors.sandbox.incidents.scenarios import Stage
from connectors.sandbox.mobility.stations import STATIONS, Figures, Station, figures_at
from connectors.sandbox.problems import problem
from connectors.sandbox.world import iso, world

blueprint = Blueprint("velos", __name__, url_prefix="/velos")
TTL = 30
AN_HOUR = 3_600
ELECTRIC, PLAIN = "velo-electrique", "velo"
TYPES = (
    {
        "vehicle_type_id": ELECTRIC,
        "form_factor": "bicycle",
        "propulsion_type": "electric_assist",
        "max_range_meters": 45_000,
    },
    {"vehicle_type_id": PLAIN, "form_factor": "bicycle", "propulsion_type": "human"},
)
FILES = ("system_information", "station_information", "station_status", "vehicle_types")


@blueprint.get("/gbfs/<version>/<name>.json")
@exposed()
def read_feed(version: str, name: str) -> ResponseReturnValue:
    """One file of one version; 404 for any other."""
    makers = _MAKERS.get(version)
    if makers is None or name not in makers:
        return problem(404, "not_found", "Ce fichier n’existe pas.")
    flaw = world().board.take("velos", Stage.FEED) if name == "station_status" else ""
    moment = world().now() - (AN_HOUR if flaw == "stale_figures" else 0)
    content = makers[name](moment)
    if flaw == "odd_figures":
        content = _oddly(content)
    head = {"last_updated": _time(version, moment // TTL * TTL), "ttl": TTL, "version": version}
    return jsonify({**head, "data": content})


def _time(version: str, moment: float) -> Any:
    return iso(moment) if version == "3.0" else int(moment)


def _name(version: str, text: str) -> Any:
    return [{"text": text, "language": "fr"}] if version == "3.0" else text


def _list_files(version: str) -> list[dict[str, str]]:
    root = f"{world().address}/velos/gbfs/{version}"
    return [{"name": name, "url": f"{root}/{name}.json"} for name in FILES]


def _discovery(version: str) -> dict[str, Any]:
    feeds = {"feeds": _list_files(version)}
    return feeds if version == "3.0" else {"fr": feeds}


def _system(version: str) -> dict[str, Any]:
    own = {"language": "fr"} if version == "2.3" else {"languages": ["fr"], "opening_hours": "24/7"}
    contact = {"feed_contact_email": "velos@valmont-sur-iselle.example"}
    return {
        "system_id": "vel_iselle",
        "name": _name(version, "Vél’Iselle"),
        "timezone": "Europe/Paris",
        **own,
        **contact,
    }


def _information(version: str) -> dict[str, Any]:
    return {
        "stations": [
            {
                "station_id": station.id,
                "name": _name(version, station.name),
                "lat": station.latitude,
                "lon": station.longitude,
                "capacity": station.capacity,
            }
            for station in STATIONS
        ]
    }


def _status(version: str, moment: float) -> dict[str, Any]:
    return {"stations": [_said(version, station, figures_at(station, moment)) for station in STATIONS]}


def _said(version: str, station: Station, figures: Figures) -> dict[str, Any]:
    available = "num_vehicles_available" if version == "3.0" else "num_bikes_available"
    return {
        "station_id": station.id,
        "is_installed": True,
        "is_renting": station.open,
        "is_returning": station.open,
        "last_reported": _time(version, figures.reported_at),
        available: figures.vehicles,
        "num_docks_available": figures.docks,
        "vehicle_types_available": [
            {"vehicle_type_id": ELECTRIC, "count": figures.electric},
            {"vehicle_type_id": PLAIN, "count": figures.vehicles - figures.electric},
        ],
    }


def _oddly(content: dict[str, Any]) -> dict[str, Any]:
    """What some operators publish: a station nobody knows, negative counts, a station that says nothing."""
    stations = content["stations"]
    spoilt = [{**stations[0], "num_bikes_available": -3, "num_vehicles_available": -3}, *stations[2:]]
    return {"stations": [*spoilt, {"station_id": 404}, "?"]}


def _makers(version: str) -> Mapping[str, Callable[[float], dict[str, Any]]]:
    return {
        "gbfs": lambda _moment: _discovery(version),
        "system_information": lambda _moment: _system(version),
        "station_information": lambda _moment: _information(version),
        "station_status": lambda moment: _status(version, moment),
        "vehicle_types": lambda _moment: {"vehicle_types": list(TYPES)},
    }


_MAKERS = {version: _makers(version) for version in ("2.3", "3.0")}
