"""Tables of the room, private to it.

The text that was agreed to, the name it bears and the telephone a code went to are sealed under a data key of the
mandate. The journal is append-only: the mapper refuses a change, and so do triggers of the database, until the data key
is destroyed, which is the erasure.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.mandates.enums import Duration, Ending, EventKind, IdentityDocument, ProofKind, Theme
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id
from portal.ground.permissions import ActorKind


class Mandate(Base):
    """What a person lets a department do in their name, until ``expires_at``. It opens nothing before ``confirmed_at``.

    ``account_id`` is empty for a person without an account. ``renews_id``: the mandate that this one goes on with, and
    ends when it is confirmed. ``text_hash``: SHA-256 of the exact text that was agreed to. ``revocation_key`` and
    ``check_key``: fingerprints of the two codes printed on the attestation.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        Index("ix_mandate_person", "person_id", "created_at"),
        Index("ix_mandate_department", "department_id", "created_at", "id"),
        Index("ix_mandate_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[UUID | None]
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    duration: Mapped[Duration] = mapped_column(StrEnumType(Duration))
    renews_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    proof: Mapped[ProofKind | None] = mapped_column(StrEnumType(ProofKind))
    confirmed_by: Mapped[UUID | None]
    identity_document: Mapped[IdentityDocument | None] = mapped_column(StrEnumType(IdentityDocument))
    scan_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ending: Mapped[Ending | None] = mapped_column(StrEnumType(Ending))
    expiry_told_at: Mapped[datetime | None]
    text_version: Mapped[str] = mapped_column(String(20))
    text_hash: Mapped[str] = mapped_column(String(64))
    revocation_key: Mapped[str] = mapped_column(String(64), unique=True)
    check_key: Mapped[str] = mapped_column(String(64), unique=True)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_pdf: Mapped[bytes | None] = mapped_column(LargeBinary)
    pdf_size: Mapped[int] = mapped_column(default=0)
    pdf_hash: Mapped[str] = mapped_column(String(64), default="")


class MandateTheme(Base):
    """One theme of a mandate, which the person may take back alone."""

    __tablename__ = "mandate_theme"

    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("mandate.id"), primary_key=True)
    theme: Mapped[Theme] = mapped_column(StrEnumType(Theme), primary_key=True)
    revoked_at: Mapped[datetime | None]


class MandateConsent(Base):
    """A code sent to the person’s telephone, and what came of it. The code is kept nowhere.

    ``typed_at_desk``: the number was said at the desk, and is not one that the person had declared before.
    """

    __tablename__ = "mandate_consent"
    __table_args__ = (Index("ix_mandate_consent_mandate", "mandate_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("mandate.id"))
    typed_at_desk: Mapped[bool]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    answered: Mapped[bool] = mapped_column(default=False)
    external_ref: Mapped[str | None] = mapped_column(String(200))
    refused_code: Mapped[str | None] = mapped_column(String(80))


class MandateEvent(Base):
    """One line of the journal of a mandate: codes and ids, never words. ``actor_id``: an account or an agent."""

    __tablename__ = "mandate_event"
    __table_args__ = (Index("ix_mandate_event_mandate", "mandate_id", "occurred_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("mandate.id"))
    occurred_at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[EventKind] = mapped_column(StrEnumType(EventKind))
    actor_kind: Mapped[ActorKind] = mapped_column(StrEnumType(ActorKind))
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    payload: Mapped[dict[str, str]] = mapped_column(JsonData, default=dict)


@event.listens_for(MandateEvent, "before_update")
@event.listens_for(MandateEvent, "before_delete")
def _refuse_change(_mapper: Any, _connection: Any, target: MandateEvent) -> None:
    raise RuntimeError(f"mandate event {target.id} is never changed")
