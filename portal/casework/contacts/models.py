"""The table of contacts, private to the room. What was said, by whom, and the answer are sealed under a key of the row.

``person_id`` is set once joined, with its proof. ``holder_id`` is a person of this contact alone, of whom nothing is
known: the scans are kept in that wallet, so that a contact joined by mistake leaves nothing in anybody's.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.contacts.enums import AnswerWay, ContactState, Medium
from portal.casework.openings.enums import IdentityCheck
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id


class Contact(Base):
    """One call, visit, letter or e-mail. ``version`` counts the changes: two agents at once do not mix.

    ``opening_id``: the file at the desk from which it was noted, no foreign key: files are forgotten sooner.
    ``posted_on``: when the printed answer was posted. ``reference``: what the person says when they come back to it.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_department_state", "department_id", "state", "due_on", "id"),
        Index("ix_contact_department_answered", "department_id", "answered_at", "id"),
        Index("ix_contact_person", "person_id", "occurred_on"),
        Index("ix_contact_holder_id", "holder_id"),
        Index("ix_contact_opening_id", "opening_id"),
        Index("ix_contact_purge_after", "purge_after"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    medium: Mapped[Medium] = mapped_column(StrEnumType(Medium))
    occurred_on: Mapped[date]
    theme: Mapped[str] = mapped_column(String(60))
    state: Mapped[ContactState] = mapped_column(StrEnumType(ContactState))
    answer_by: Mapped[AnswerWay] = mapped_column(StrEnumType(AnswerWay))
    due_on: Mapped[date]
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    proof: Mapped[IdentityCheck | None] = mapped_column(StrEnumType(IdentityCheck))
    opening_id: Mapped[UUID | None]
    scans: Mapped[list[str]] = mapped_column(JsonData, default=list)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_reply: Mapped[bytes | None] = mapped_column(LargeBinary)
    logged_by: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    logged_at: Mapped[datetime] = mapped_column(default=now)
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    answered_at: Mapped[datetime | None]
    replied_by: Mapped[AnswerWay | None] = mapped_column(StrEnumType(AnswerWay))
    posted_on: Mapped[date | None]
    purge_after: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
