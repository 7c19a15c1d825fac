"""The twelve bike stations of the sample commune, and what is there at a given moment: figures move by themselves."""

import math
from dataclasses import dataclass

STEP = 60  # seconds between two words of a station
DAY = 86_400
MOST_MOVED = 0.42


@dataclass(frozen=True, slots=True)
class Station:
    """A station. ``peak`` is the hour of the day (UTC) when it is fullest; ``open`` is false while works go on."""

    id: str
    name: str
    latitude: float
    longitude: float
    capacity: int
    peak: float
    open: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """What a station says at ``reported_at`` (seconds since the epoch)."""

    vehicles: int
    electric: int
    docks: int
    reported_at: int


STATIONS: tuple[Station, ...] = (
    Station("vsi-01", "Place du Parvis", 45.2050, 5.7001, 18, 14.0),
    Station("vsi-02", "Gare de Valmont", 45.2103, 5.7019, 28, 19.0),
    Station("vsi-03", "Halles", 45.2002, 5.7036, 16, 10.5),
    Station("vsi-04", "Médiathèque de l’Iselle", 45.1999, 5.6967, 14, 15.5),
    Station("vsi-05", "Quai des Moulins", 45.2102, 5.6976, 20, 22.0),
    Station("vsi-06", "École Simone-Veil", 45.2045, 5.6963, 12, 8.5),
    Station("vsi-07", "École des Deux-Rives", 45.2062, 5.6959, 12, 8.5),
    Station("vsi-08", "Maison France Services", 45.2066, 5.7018, 14, 11.0),
    Station("vsi-09", "Piscine et stade", 45.2034, 5.6902, 20, 17.5),
    Station("vsi-10", "Parc du Bassin", 45.1982, 5.7041, 16, 16.0),
    Station("vsi-11", "Coteau des Vignes-Hautes", 45.2090, 5.7060, 10, 6.5),
    Station("vsi-12", "Pont-Neuf (travaux)", 45.2073, 5.7010, 14, 12.0, open=False),
)


def figures_at(station: Station, moment: float) -> Figures:
    """What the station has; the same moment always gives the same figures, and vehicles and docks never exceed it."""
    reported_at = int(moment // STEP * STEP)
    if not station.open:
        return Figures(0, 0, station.capacity, reported_at)
    hours = reported_at % DAY / 3_600
    tide = MOST_MOVED * math.cos((hours - station.peak) * math.tau / 24)
    ripple = 0.06 * math.sin(reported_at / 240 + station.capacity)
    vehicles = min(max(round(station.capacity * (0.5 + tide + ripple)), 0), station.capacity)
    return Figures(vehicles, round(vehicles * 0.4), station.capacity - vehicles, reported_at)
