"""What the room hands out: plain frozen values, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from portal.records.territory.enums import PlaceKind


@dataclass(frozen=True, slots=True)
class CommuneView:
    """A commune: INSEE code, name, postcodes in order, code of the department."""

    code: str
    name: str
    postcodes: tuple[str, ...]
    department: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A public place. Coordinates in degrees (WGS 84); ``opening``: hours in words, by language, often empty."""

    id: UUID
    kind: PlaceKind
    name: str
    line: str
    latitude: float
    longitude: float
    opening: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportCount:
    """What an import of communes did. ``refused``: rows that do not describe a commune of today."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def is_empty(self) -> bool:
        """True when the rows held no commune at all."""
        return self.added + self.changed + self.unchanged == 0
