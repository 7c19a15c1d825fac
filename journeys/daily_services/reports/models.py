"""Tables of street reports, private to this package.

What is readable is what everyone may read: the kind, the place and the words once an agent has approved them, the
outcome. What the reporter wrote stays sealed in the request. E-mail addresses of those who follow a report are sealed
under its own key.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from journeys.daily_services.reports.enums import ClosingReason, ReportState
from portal.ground.clock import now
from portal.ground.db import Base, StrEnumType, new_id


class StreetReport(Base):
    """A problem in the street. ``latitude`` and ``longitude`` in degrees (WGS 84), rounded to about ten metres.

    ``street_key`` compares streets (:func:`journeys.daily_services.reports.policy.street_key`). ``place`` and ``words``
    are public, empty until they may be: a place found by the address search, or what an agent approved. ``photo_id`` is
    the document that an agent lets everyone see, and ``repair_photo_id`` the one that the team took afterwards.
    """

    __tablename__ = "street_report"
    __table_args__ = (
        Index("ix_street_report_reported_at_id", "reported_at", "id"),
        Index("ix_street_report_kind_street_key", "kind", "street_key"),
        Index("ix_street_report_kind_latitude", "kind", "latitude"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), unique=True)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    kind: Mapped[str] = mapped_column(String(40))
    street_key: Mapped[str] = mapped_column(String(120), default="")
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    place: Mapped[str] = mapped_column(String(200), default="")
    words: Mapped[str] = mapped_column(String(600), default="")
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    repair_photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    approved_at: Mapped[datetime | None]
    closing_reason: Mapped[ClosingReason | None] = mapped_column(StrEnumType(ClosingReason))
    repaired_on: Mapped[date | None]
    reported_at: Mapped[datetime]


class StreetVoice(Base):
    """Somebody who follows a report: the reporter, or whoever said « moi aussi ».

    ``voice_key`` is a keyed fingerprint: one person counts once. ``told`` is the last state they were told of.
    """

    __tablename__ = "street_voice"
    __table_args__ = (UniqueConstraint("report_id", "voice_key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("street_report.id"))
    voice_key: Mapped[str] = mapped_column(String(64))
    is_reporter: Mapped[bool] = mapped_column(default=False)
    sealed_email: Mapped[bytes | None] = mapped_column(LargeBinary)
    told: Mapped[ReportState] = mapped_column(StrEnumType(ReportState), default=ReportState.RECEIVED)
    added_at: Mapped[datetime] = mapped_column(default=now)
