"""The tables of the room, private to it. Nothing ties an answer to an agent: it is about the service."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.figures.enums import Obtained
from portal.casework.satisfaction.enums import Origin
from portal.ground.clock import now
from portal.ground.db import Base, StrEnumType, new_id, only_where

WITH_WORDS = "sealed_words IS NOT NULL AND hidden_at IS NULL"


class SatisfactionAnswer(Base):
    """The two answers about one request, and words sealed under its data key: they go with it."""

    __tablename__ = "satisfaction_answer"
    __table_args__ = (
        Index("ix_satisfaction_answer_changed", "changed_at", "request_id"),
        Index(
            "ix_satisfaction_answer_words",
            "department_id",
            "id",
            **only_where(WITH_WORDS),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), unique=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    obtained: Mapped[Obtained] = mapped_column(StrEnumType(Obtained))
    ease: Mapped[int]
    sealed_words: Mapped[bytes | None] = mapped_column(LargeBinary)
    origin: Mapped[Origin] = mapped_column(StrEnumType(Origin))
    ended_at: Mapped[datetime]
    answered_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    hidden_at: Mapped[datetime | None]


class SurveyRefusal(Base):
    """An account that does not want to be asked; its row goes when it accepts again."""

    __tablename__ = "survey_refusal"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    refused_at: Mapped[datetime] = mapped_column(default=now)
