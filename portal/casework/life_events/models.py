"""Tables of the room, private to it.

The facts are sealed under a key of their own: destroying it erases them. What each organisation was told is in its
request, with that request's key and duration; here stand only the person's choice, their consent and the version told.
Kept readable: ``happens_on``, by which events are listed and until when they are kept.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.life_events.enums import Choice, EventStatus
from portal.ground.clock import now
from portal.ground.db import Base, StrEnumType, new_id
from portal.ground.permissions import ActorKind


class LifeEvent(Base):
    """One event of one person. ``version`` counts the changes of the facts; ``form_key`` makes opening repeatable."""

    __tablename__ = "life_event"
    __table_args__ = (
        UniqueConstraint("account_id", "form_key"),
        Index("ix_life_event_account_kind", "account_id", "kind"),
        Index("ix_life_event_purge_after", "purge_after"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(80))
    form_key: Mapped[str] = mapped_column(String(255))
    status: Mapped[EventStatus] = mapped_column(StrEnumType(EventStatus), default=EventStatus.OPEN)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed_facts: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    happens_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    purge_after: Mapped[date]


class LifeEventTransfer(Base):
    """What the person decided for one organisation, and for one entry where there are several (``slot``).

    ``told_version`` is the version of the facts that the request carries, corrections included. After a refusal the
    person may agree again: ``request_id`` is then that of the new request, and the former one stays in their space.
    """

    __tablename__ = "life_event_transfer"
    __table_args__ = (
        UniqueConstraint("life_event_id", "organisation", "slot"),
        Index("ix_life_event_transfer_request", "request_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    life_event_id: Mapped[UUID] = mapped_column(ForeignKey("life_event.id"))
    organisation: Mapped[str] = mapped_column(String(80))
    slot: Mapped[str] = mapped_column(String(20), default="")
    procedure: Mapped[str] = mapped_column(String(80))
    choice: Mapped[Choice] = mapped_column(StrEnumType(Choice))
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[UUID]
    actor_kind: Mapped[ActorKind] = mapped_column(StrEnumType(ActorKind))
    mandate_id: Mapped[UUID | None]
    consent_code: Mapped[str] = mapped_column(String(80), default="")
    consent_version: Mapped[int] = mapped_column(default=0)
    consent_facts_version: Mapped[int] = mapped_column(default=0)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_request.id"))
    told_version: Mapped[int] = mapped_column(default=0)
