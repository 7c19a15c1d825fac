"""Tables of the room, private to it.

Sealed under the data key of each document: its content (on disk) and its name. Kept readable because pages and jobs
need them: whose it is, what it proves, its kind, size and digest, where it stands, its dates. Destroying the key
erases.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.documents.enums import DocumentState, Refusal
from portal.ground.clock import now
from portal.ground.db import Base, StrEnumType, new_id
from portal.ground.dictionary.files import FileKind


class Document(Base):
    """A file of a person. ``scanned_at`` is empty while no antivirus has looked at it.

    ``received_key`` is a keyed fingerprint of what came in: the same file sent twice is one document.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("owner_id", "concept", "received_key"),
        Index("ix_document_owner_created", "owner_id", "created_at"),
        Index("ix_document_state_created", "state", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    concept: Mapped[str] = mapped_column(String(60))
    kind: Mapped[FileKind] = mapped_column(StrEnumType(FileKind))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    received_key: Mapped[str] = mapped_column(String(64))
    state: Mapped[DocumentState] = mapped_column(StrEnumType(DocumentState))
    refusal: Mapped[Refusal | None] = mapped_column(StrEnumType(Refusal))
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=now)
    scanned_at: Mapped[datetime | None]
    keep_until: Mapped[date]


class RequestDocument(Base):
    """A document that a request was sent with. It stays as long as the request needs it."""

    __tablename__ = "request_document"
    __table_args__ = (
        UniqueConstraint("request_id", "document_id"),
        Index("ix_request_document_document", "document_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    linked_at: Mapped[datetime] = mapped_column(default=now)
