"""The table of rate-limit buckets."""

from datetime import datetime

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base


class RateBucket(Base):
    """A token bucket. ``key`` is a keyed fingerprint: no address and no account id is kept here."""

    __tablename__ = "rate_bucket"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tokens: Mapped[float] = mapped_column(Float)
    refilled_at: Mapped[datetime]
