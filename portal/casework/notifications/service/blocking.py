"""Addresses and numbers that nothing reaches. Kept as keyed fingerprints, for a month."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.casework.notifications import policy
from portal.casework.notifications.enums import NoticeChannel
from portal.casework.notifications.models import BlockedContact
from portal.ground.clock import now
from portal.ground.vault.service import fingerprint


def digest_of(channel: NoticeChannel, address: str) -> str:
    """The fingerprint by which an address is known here."""
    return fingerprint(address.strip().casefold(), sector=f"notification:{channel.value}")


def block(session: Session, channel: NoticeChannel, address: str, code: str) -> bool:
    """Send nothing more to this address, when the refusal means that nothing will reach it; whether it does."""
    if not address or not policy.blocks(channel, code):
        return False
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    values = {"channel": channel, "code": code[:80], "blocked_at": now()}
    row = insert(BlockedContact).values(digest=digest_of(channel, address), **values)
    session.execute(row.on_conflict_do_update(index_elements=["digest"], set_=values))
    return True


def is_blocked(session: Session, channel: NoticeChannel, address: str) -> bool:
    """Whether nothing is sent to this address for now."""
    if not address:
        return False
    query = select(BlockedContact.digest).where(
        BlockedContact.digest == digest_of(channel, address),
        BlockedContact.blocked_at > now() - policy.BLOCK_LASTS,
    )
    return session.scalar(query) is not None


def unblock(session: Session, channel: NoticeChannel, address: str) -> None:
    """Try this address anew: its owner says that it works."""
    session.execute(delete(BlockedContact).where(BlockedContact.digest == digest_of(channel, address)))


def purge_blocks(session: Session) -> None:
    """Forget the addresses whose month is over."""
    session.execute(delete(BlockedContact).where(BlockedContact.blocked_at < now() - policy.BLOCK_LASTS))
