"""Rate limits: token buckets in the database, shared by every process."""

import ipaddress
import math
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.errors import Busy
from portal.ground.vault.service import fingerprint
from portal.ground.web.models import RateBucket

BUCKETS_KEPT = timedelta(days=1)
ROUNDING = 1e-9  # a token refilled to 0.999 999 999 9 by floating-point arithmetic is a token


def take(session: Session, scope: str, who: str, *, limit: int, per: timedelta) -> None:
    """Take one token of ``who``'s bucket in ``scope`` (at most ``limit`` in ``per``, refilled evenly). Flushes.

    :raises Busy: the bucket is empty; ``retry_after`` says when the next token comes.
    """
    at = now()
    key = fingerprint(who, sector=f"rate:{scope}")
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    fresh = insert(RateBucket).values(key=key, tokens=float(limit), refilled_at=at)
    session.execute(fresh.on_conflict_do_nothing(index_elements=["key"]))
    bucket = session.scalars(
        select(RateBucket).where(RateBucket.key == key).with_for_update().execution_options(populate_existing=True)
    ).one()
    rate = limit / per.total_seconds()
    elapsed = max((at - bucket.refilled_at).total_seconds(), 0.0)
    tokens = min(float(limit), bucket.tokens + elapsed * rate)
    missing = 1 - tokens
    if missing > ROUNDING:
        raise Busy(f"rate_{scope}", retry_after=max(1, math.ceil(missing / rate - ROUNDING)))
    bucket.tokens = max(tokens - 1, 0.0)
    bucket.refilled_at = at
    session.flush()


def purge_buckets(session: Session) -> None:
    """Forget buckets untouched for a day: they are full again."""
    session.execute(delete(RateBucket).where(RateBucket.refilled_at < now() - BUCKETS_KEPT))


def client_network(address: str | None) -> str:
    """Whom to count attempts for: an IPv4 address, or the /64 of an IPv6 one, which a single home has whole."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
