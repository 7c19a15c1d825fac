"""What the worker does every so often: mix the urns, close, count, tell of polls, forget who voted."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from journeys.participation.enums import Phase
from journeys.participation.service import list_published, urn
from journeys.participation.shapes import PollView
from portal.casework.notifications.service import NotificationEvent, accounts_wanting, announce
from portal.engine.exchanges.jobs import PeriodicJob
from portal.ground.db import Database
from portal.ground.logs import get_logger
from portal.ground.vault.service import VaultDestroyed
from portal.people.accounts.service import get_account

MIX: Final = "mix_ballots"
FORGET: Final = "forget_voters"
ANNOUNCE: Final = "announce_polls"
AT_ONCE: Final = 200
EVENT: Final = NotificationEvent.POLL_OPENED
log = get_logger("participation")


def periodic_jobs(_settings: Any, database: Database, _registry: Any) -> list[PeriodicJob]:
    """Every minute for urns, every quarter of an hour for who asked to be told, every day for oblivion."""
    return [
        PeriodicJob(MIX, timedelta(minutes=1), partial(run_urns, database)),
        PeriodicJob(ANNOUNCE, timedelta(minutes=15), partial(announce_polls, database)),
        PeriodicJob(FORGET, timedelta(days=1), partial(forget_voters, database)),
    ]


def run_urns(database: Database) -> None:
    """Mix full buffers, close the urns of polls that are over, clean, count. Interrupted, it goes on the next time."""
    if _each(database, urn.polls_to_mix, urn.mix, "ballots_mixed"):
        urn.drop_history(database)
    _each(database, urn.polls_to_close, urn.close_urn, "urn_closed")
    with database.reading() as session:
        unclean = urn.polls_to_clean(session)
    if unclean and not urn.clean(database, unclean):
        log.warning("urn_cleaning_postponed", count=len(unclean))
    _each(database, urn.polls_to_count, urn.count, "urn_counted")


def announce_polls(database: Database) -> None:
    """Tell who asked for it that a poll is open: one unit for each account, nobody twice, nobody left out."""
    with database.reading() as session:
        polls = [one for one in list_published(session, AT_ONCE) if one.phase is Phase.OPEN]
    for poll in polls:
        after: UUID | None = None
        while True:
            with database.reading() as session:
                due, after = accounts_wanting(session, EVENT, str(poll.id), after=after, limit=AT_ONCE)
            for account_id in due:
                with database.writing() as session:
                    _announce(session, account_id, poll)
            if after is None:
                break


def _announce(session: Session, account_id: UUID, poll: PollView) -> None:
    try:
        address = get_account(session, account_id).email
    except VaultDestroyed:
        return
    announce(
        session,
        event=EVENT,
        account_id=account_id,
        address=address,
        cause=str(poll.id),
        title=poll.terms.title,
        path=f"/participer/{poll.slug}",
    )


def forget_voters(database: Database) -> None:
    """Destroy marks, ballots and keys of polls whose appeal period is over, then what is left of them on the disk."""
    with database.reading() as session:
        due = urn.polls_to_forget(session)
    for poll_id in due:
        with database.writing() as session:
            urn.forget(session, poll_id)
        log.info("voters_forgotten")
    if due:
        urn.clean(database, due)


def _each(
    database: Database,
    find: Callable[[Session], list[UUID]],
    act: Callable[[Session, UUID], object],
    event: str,
) -> int:
    """One unit of work for each poll; how many there were."""
    with database.reading() as session:
        due = find(session)
    for poll_id in due:
        with database.writing() as session:
            act(session, poll_id)
        log.info(event)
    return len(due)
