"""The tables of the territory. Private to the room; nothing in them is about anybody."""

from uuid import UUID

from sqlalchemy import Float, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, JsonData, StrEnumType, new_id
from portal.records.territory.enums import PlaceKind


class Commune(Base):
    """A commune. ``search_key`` is its name folded; ``postcodes_key`` its postcodes between spaces, to be searched."""

    __tablename__ = "commune"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    department: Mapped[str] = mapped_column(String(3))
    search_key: Mapped[str] = mapped_column(String(160))
    postcodes_key: Mapped[str] = mapped_column(String(400))

    __table_args__ = (Index("ix_commune_search_key", "search_key"),)


class PublicPlace(Base):
    """A place of the town, with its opening hours in words, by language."""

    __tablename__ = "public_place"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[PlaceKind] = mapped_column(StrEnumType(PlaceKind))
    name: Mapped[str] = mapped_column(String(120))
    line: Mapped[str] = mapped_column(String(200))
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    opening: Mapped[dict[str, str]] = mapped_column(JsonData, default=dict)

    __table_args__ = (UniqueConstraint("kind", "name", name="uq_public_place_kind_name"),)
