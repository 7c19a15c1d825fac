"""The table of the room, private to it: two numbers a procedure, about nobody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base


class DelayFigure(Base):
    """How long one procedure took over the last year; no row where there were too few cases."""

    __tablename__ = "delay_figure"

    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    median_days: Mapped[int]
    p90_days: Mapped[int]
    cases: Mapped[int]
    computed_at: Mapped[datetime]
