"""Tables of the room, private to it. Secrets that a browser holds are kept hashed; what they open is sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id
from portal.people.identity.enums import Realm


class LoginAttempt(Base):
    """A departure towards a provider: usable once, for ten minutes, by the browser that left.

    ``errand``: what waits for the return, see :mod:`portal.people.identity.errands`.
    """

    __tablename__ = "login_attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    realm: Mapped[Realm] = mapped_column(StrEnumType(Realm))
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser_hash: Mapped[str] = mapped_column(String(64), index=True)
    nonce: Mapped[str] = mapped_column(String(64))
    code_verifier: Mapped[str] = mapped_column(String(128))
    suite: Mapped[str] = mapped_column(String(2000))
    acr: Mapped[str] = mapped_column(String(100), default="", server_default="")
    errand: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class LoginSession(Base):
    """A signed-in browser. The cookie holds 256 random bits, of which only the hash is kept here."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_account_id", "account_id"), Index("ix_session_agent_id", "agent_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    realm: Mapped[Realm] = mapped_column(StrEnumType(Realm))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    attempt_id: Mapped[UUID]
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    acr: Mapped[str] = mapped_column(String(100), default="")
    amr: Mapped[list[str]] = mapped_column(JsonData, default=list)
    browser_family: Mapped[str] = mapped_column(String(40), default="")
    system_family: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class StashedForm(Base):
    """What a resident or an agent had typed when the session ended, kept for the same person in the same browser."""

    __tablename__ = "stashed_form"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    path: Mapped[str] = mapped_column(String(2000))
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    released_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
