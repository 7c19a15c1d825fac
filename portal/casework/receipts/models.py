"""The table of papers, private to the room.

The PDF and the code are sealed under the data key of the request: destroying the key erases them. What is kept readable
is what a verification says of a genuine paper: none of it is personal but the reference, which is shown masked.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.receipts.enums import PaperKind
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id


class Paper(Base):
    """A PDF that was made, once and for all.

    ``code_key`` finds it by its code; ``content_hash`` is the SHA-256 of the frozen data, ``file_hash`` that of the PDF
    and ``size`` its bytes; ``missing_glyphs`` lists, by 256 (``U+4E00``), where the characters are that no font had.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("request_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    kind: Mapped[PaperKind] = mapped_column(StrEnumType(PaperKind))
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    reference: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(300))
    code_key: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_code: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    file_hash: Mapped[str] = mapped_column(String(64))
    missing_glyphs: Mapped[list[str]] = mapped_column(JsonData, default=list)
    issued_at: Mapped[datetime]
    made_at: Mapped[datetime] = mapped_column(default=now)
