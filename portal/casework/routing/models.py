"""The table of rules, private to the room: nothing of residents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.clock import now
from portal.ground.db import Base, JsonData, new_id


class RoutingRule(Base):
    """One rule: requests of this procedure that come so go to these agents, each in turn.

    ``channels`` empty: any channel. ``field`` empty: whatever was answered. ``turn`` counts the requests given.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (Index("ix_routing_rule_procedure_id_position", "procedure_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    channels: Mapped[list[str]] = mapped_column(JsonData, default=list)
    field: Mapped[str] = mapped_column(String(60), default="")
    wanted: Mapped[list[str]] = mapped_column(JsonData, default=list)
    agent_ids: Mapped[list[str]] = mapped_column(JsonData)
    turn: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime] = mapped_column(default=now)
    archived_at: Mapped[datetime | None]
