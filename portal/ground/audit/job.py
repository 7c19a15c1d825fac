"""The periodic job that seals the journal."""

from datetime import timedelta
from typing import Final

from portal.ground.audit.service import last_seal, seal_batch
from portal.ground.db import Database
from portal.ground.logs import get_logger

EVERY: Final = timedelta(minutes=1)

log = get_logger("audit")


def seal_journal(database: Database, *, limit: int | None = None) -> int:
    """Seal all that is committed, each batch in a unit of its own; return how many lines that was.

    A process killed half-way leaves whole batches only: the next one goes on from there.
    """
    sealed = 0
    while True:
        with database.writing() as session:
            batch = seal_batch(session) if limit is None else seal_batch(session, limit=limit)
        sealed += batch.sealed
        if batch.caught_up:
            return sealed


def seal_and_log(database: Database) -> None:
    """The worker's job: :func:`seal_journal`, and the last seal in the logs, which are kept elsewhere."""
    sealed = seal_journal(database)
    with database.reading() as session:
        head = last_seal(session)
    if sealed and head is not None:
        log.info("journal_sealed", count=sealed, position=head.position, seal=head.hash)
