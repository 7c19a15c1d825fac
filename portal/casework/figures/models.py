"""The tables of the room, private to it: counts, about nobody, and what each request that still exists adds to them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, JsonData


class FigureCell(Base):
    """The counts of one month, department, procedure, channel, assisted or not. They outlive the requests.

    ``days``, ``obtained`` and ``ease`` are lists of fixed length: see ``shapes.Tally``.
    """

    __tablename__ = "figure_cell"

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"), primary_key=True)
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    assisted: Mapped[bool] = mapped_column(primary_key=True)
    received: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    closed: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    given_up: Mapped[int] = mapped_column(default=0)
    partner_errors: Mapped[int] = mapped_column(default=0)
    days: Mapped[list[int]] = mapped_column(JsonData)
    obtained: Mapped[list[int]] = mapped_column(JsonData)
    ease: Mapped[list[int]] = mapped_column(JsonData)


class FigureCase(Base):
    """What one request adds to the cells, so that a change takes back exactly what was added. Erased with it."""

    __tablename__ = "figure_case"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    parts: Mapped[list[Any]] = mapped_column(JsonData)


class FigureBacklog(Base):
    """The requests not ended, as last looked at: by age, how many await their resident, how many are late."""

    __tablename__ = "figure_backlog"

    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"), primary_key=True)
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    assisted: Mapped[bool] = mapped_column(primary_key=True)
    ages: Mapped[list[int]] = mapped_column(JsonData)
    awaited: Mapped[int]
    late: Mapped[int]


class FigureProgress(Base):
    """How far the walk over one kind of changes has come, and when it last came to its end."""

    __tablename__ = "figure_progress"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    changed_at: Mapped[datetime | None]
    changed_id: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]
