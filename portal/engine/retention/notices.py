"""Telling people, 30 then 7 days before, what of theirs will be erased; then erasing it. Private to the room.

Nothing that a person can still see ends without a notice seven whole days before: when the notice is late, the end is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from portal.casework.documents.policy import UNUSED_KEPT
from portal.casework.notifications.service import NotificationEvent, announce
from portal.casework.requests.policy import OPEN
from portal.engine.retention.erasing import REQUEST, erase_person, erase_request
from portal.engine.retention.inventory import ACCOUNT_KEPT
from portal.engine.retention.tables import all_tables
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import SYSTEM, Actor
from portal.ground.vault.service import VaultDestroyed
from portal.people.accounts.service import get_account

FIRST: Final = timedelta(days=30)
LAST: Final = timedelta(days=7)
AT_ONCE: Final = 100
REQUESTS, DOCUMENTS, ACCOUNTS = "request", "document", "account"
# Kind of thing → its table and the column of its last day.
_DATED: Final[Mapping[str, tuple[str, str]]] = {
    REQUESTS: (REQUEST, "retain_until"),
    DOCUMENTS: ("document", "keep_until"),
}


# What is told together: the event, the page to open, and of which things.
_MESSAGES: Final[tuple[tuple[NotificationEvent, str, Callable[[str], bool]], ...]] = (
    (NotificationEvent.SPACE_ENDING, "/mon-espace/bientot-efface", lambda thing: thing != ACCOUNTS),
    (NotificationEvent.ACCOUNT_ENDING, "/mon-espace", lambda thing: thing == ACCOUNTS),
)


@dataclass(frozen=True, slots=True)
class EndingView:
    """One thing of a person that will be erased soon. ``reference`` names a request, and is empty for the rest."""

    thing: str
    id: UUID
    ends_on: date
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """For operators: things of one kind that end within 30 days, and how many of their people were told."""

    thing: str
    ending: int
    told: int


@dataclass(frozen=True, slots=True)
class _Ending:
    """Something that ends: whose, and its last day."""

    id: UUID
    account_id: UUID
    person_id: UUID
    ends_on: date


def give_notice(session: Session, *, limit: int = AT_ONCE) -> int:
    """Tell people of what ends within 30 days, then within 7; return how many notices. Each is given once.

    One message a day for each person, whatever the number of things; « Mon espace » shows them all.
    """
    given, accounts = 0, set[UUID]()
    for thing in (REQUESTS, DOCUMENTS, ACCOUNTS):
        found = _accounts_to_tell(session, limit) if thing == ACCOUNTS else _things_to_tell(session, thing, limit)
        for one in found:
            _notice(session, thing, one)
            accounts.add(one.account_id)
        given += len(found)
    for account_id in sorted(accounts):
        _tell(session, account_id)
    return given


def _notice(session: Session, thing: str, one: _Ending) -> None:
    today = clock.today()
    days = LAST if one.ends_on <= today + LAST else FIRST
    ends_on = max(one.ends_on, today + LAST)
    if ends_on != one.ends_on:
        _postpone(session, thing, one.id, ends_on)
    values = {
        "id": new_id(),
        "account_id": one.account_id,
        "thing": thing,
        "thing_id": one.id,
        "days": days.days,
        "ends_on": ends_on,
        "noticed_on": today,
        "noticed_at": clock.now(),
    }
    session.execute(all_tables()["retention_notice"].insert().values(values))
    record(
        session,
        SYSTEM,
        "retention_noticed",
        subject_id=one.person_id,
        request_id=one.id if thing == REQUESTS else None,
        details={"thing": thing, "days": str(days.days)},
    )


def _tell(session: Session, account_id: UUID) -> None:
    """Have a person told, by the channels they chose, of what was noticed today; of their account, apart."""
    try:
        address = get_account(session, account_id).email
    except VaultDestroyed:
        return
    today = clock.today()
    noticed = endings_of(session, account_id, noticed_on=today)
    for event, path, is_told in _MESSAGES:
        days = [one.ends_on for one in noticed if is_told(one.thing)]
        if days:
            first = min(days).isoformat()
            announce(
                session,
                event=event,
                account_id=account_id,
                address=address,
                cause=f"{today.isoformat()}:{first}",
                title=first,
                path=path,
            )


def _postpone(session: Session, thing: str, thing_id: UUID, ends_on: date) -> None:
    """A late notice: what has its own date is kept until a week is over; an account waits for its notice anyway."""
    if thing in _DATED:
        name, column = _DATED[thing]
        table = all_tables()[name]
        session.execute(update(table).where(table.c.id == thing_id).values({column: ends_on}))


def _things_to_tell(session: Session, thing: str, limit: int) -> list[_Ending]:
    """What ends soon, and whose person was not told at this distance of this end yet."""
    notice, today = all_tables()["retention_notice"], clock.today()
    ending = _ending(thing).subquery()
    told = exists().where(
        notice.c.thing == thing,
        notice.c.thing_id == ending.c.id,
        notice.c.ends_on >= ending.c.ends_on,
        or_(notice.c.days == LAST.days, ending.c.ends_on > today + LAST),
    )
    query = select(ending).where(ending.c.ends_on <= today + FIRST, ~told)
    rows = session.execute(query.order_by(ending.c.ends_on, ending.c.id).limit(limit))
    return [_Ending(row.id, row.account_id, row.person_id, row.ends_on) for row in rows]


def _ending(thing: str) -> Select[Any]:
    """Id, account, person and last day of each thing of a kind that somebody can still see."""
    request, document = all_tables()[REQUEST], all_tables()["document"]
    account = all_tables()["account"]
    if thing == REQUESTS:
        return select(
            request.c.id, request.c.account_id, request.c.person_id, request.c.retain_until.label("ends_on")
        ).where(request.c.retain_until.is_not(None), request.c.account_id.is_not(None))
    columns = (document.c.id, account.c.id.label("account_id"), account.c.person_id)
    return (
        select(*columns, document.c.keep_until.label("ends_on"))
        .join(account, and_(account.c.person_id == document.c.owner_id, account.c.merged_into_id.is_(None)))
        .where(~_is_used(document))
    )


def _is_used(document: Table) -> ColumnElement[bool]:
    link = all_tables()["request_document"]
    return exists().where(link.c.document_id == document.c.id)


def _accounts_to_tell(session: Session, limit: int) -> list[_Ending]:
    """Accounts that nobody used for nearly two years, for which nothing is being decided."""
    account, notice, request = all_tables()["account"], all_tables()["retention_notice"], all_tables()[REQUEST]
    now = clock.now()
    last = account.c.confirmed_at <= now - ACCOUNT_KEPT + LAST
    told = exists().where(
        notice.c.thing == ACCOUNTS,
        notice.c.thing_id == account.c.id,
        notice.c.noticed_at > account.c.confirmed_at,
        or_(notice.c.days == LAST.days, ~last),
    )
    query = select(account.c.id, account.c.person_id, account.c.confirmed_at).where(
        account.c.merged_into_id.is_(None),
        account.c.confirmed_at <= now - ACCOUNT_KEPT + FIRST,
        ~exists().where(request.c.account_id == account.c.id, request.c.status.in_(OPEN)),
        ~told,
    )
    rows = session.execute(query.order_by(account.c.confirmed_at, account.c.id).limit(limit))
    return [_Ending(row.id, row.id, row.person_id, clock.local(row.confirmed_at + ACCOUNT_KEPT).date()) for row in rows]


def erase_ended_requests(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the requests whose term was yesterday or before; return how many.

    A person with an account was told a week before at least; the others have nowhere to be told.
    """
    request, notice = all_tables()[REQUEST], all_tables()["retention_notice"]
    told = exists().where(
        notice.c.thing == REQUESTS,
        notice.c.thing_id == request.c.id,
        notice.c.days == LAST.days,
        notice.c.noticed_on <= clock.today() - LAST,
    )
    over = select(request.c.id).where(request.c.retain_until < clock.today(), or_(request.c.account_id.is_(None), told))
    ids = session.scalars(over.order_by(request.c.retain_until, request.c.id).limit(limit)).all()
    for request_id in ids:
        erase_request(session, request_id, actor=SYSTEM, reason="retention")
    return len(ids)


def erase_ended_accounts(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the accounts that nobody used for two years, and whose person was told a week before; return how many."""
    account, notice, request = all_tables()["account"], all_tables()["retention_notice"], all_tables()[REQUEST]
    told = exists().where(
        notice.c.thing == ACCOUNTS,
        notice.c.thing_id == account.c.id,
        notice.c.days == LAST.days,
        notice.c.noticed_at > account.c.confirmed_at,
        notice.c.noticed_on <= clock.today() - LAST,
    )
    over = select(account.c.id).where(
        account.c.confirmed_at <= clock.now() - ACCOUNT_KEPT,
        account.c.merged_into_id.is_(None),
        ~exists().where(request.c.account_id == account.c.id, request.c.status.in_(OPEN)),
        told,
    )
    ids = session.scalars(over.order_by(account.c.confirmed_at, account.c.id).limit(limit)).all()
    for account_id in ids:
        erase_person(session, account_id, actor=SYSTEM, reason="inactive")
    return len(ids)


def list_endings(session: Session, actor: Actor) -> list[EndingView]:
    """What of this resident they were told will be erased, and still is to be, the soonest first. One statement.

    :raises Forbidden: not a resident.
    """
    if not actor.is_resident or actor.id is None:
        raise Forbidden("resident_needed")
    return endings_of(session, actor.id)


def endings_of(session: Session, account_id: UUID, *, noticed_on: date | None = None) -> list[EndingView]:
    """Same, for what tells them of one day."""
    notice, request = all_tables()["retention_notice"], all_tables()[REQUEST]
    document, account = all_tables()["document"], all_tables()["account"]
    same_end = or_(
        and_(notice.c.thing == REQUESTS, request.c.retain_until == notice.c.ends_on),
        and_(notice.c.thing == DOCUMENTS, document.c.keep_until == notice.c.ends_on),
        and_(notice.c.thing == ACCOUNTS, account.c.confirmed_at < notice.c.noticed_at),
    )
    query = (
        select(notice.c.thing, notice.c.thing_id, notice.c.ends_on, request.c.reference)
        .join(account, account.c.id == notice.c.account_id)
        .outerjoin(request, and_(notice.c.thing == REQUESTS, request.c.id == notice.c.thing_id))
        .outerjoin(document, and_(notice.c.thing == DOCUMENTS, document.c.id == notice.c.thing_id))
        .where(notice.c.account_id == account_id, same_end)
        .order_by(notice.c.ends_on, notice.c.thing, notice.c.thing_id)
    )
    if noticed_on is not None:
        query = query.where(notice.c.noticed_on == noticed_on)
    found = {
        row.thing_id: EndingView(row.thing, row.thing_id, row.ends_on, row.reference or "")
        for row in session.execute(query)
    }
    return list(found.values())


def prolong_document(session: Session, actor: Actor, document_id: UUID) -> date:
    """Keep a document of the wallet one more year from today; its new last day.

    :raises NotFound: none, or somebody else's.
    """
    table, until = all_tables()["document"], clock.today() + UNUSED_KEPT
    mine = and_(table.c.id == document_id, table.c.owner_id == actor.subject)
    if not actor.is_resident or actor.subject is None or session.scalar(select(table.c.id).where(mine)) is None:
        raise NotFound("document_unknown")
    session.execute(update(table).where(mine, table.c.keep_until < until).values(keep_until=until))
    record(session, actor, "document_prolonged", details={"thing": DOCUMENTS})
    return until


def count_waiting(session: Session) -> list[Waiting]:
    """For operators: what ends within 30 days, by kind, and how many were told. Nothing of anybody. Four statements."""
    notice, today = all_tables()["retention_notice"], clock.today()
    rows = session.execute(
        select(notice.c.thing, func.count(notice.c.thing_id.distinct()))
        .where(notice.c.ends_on >= today)
        .group_by(notice.c.thing)
    )
    told: dict[str, int] = {row[0]: row[1] for row in rows}
    counts: list[Waiting] = []
    for thing in _DATED:
        ending = _ending(thing).subquery()
        count = session.scalar(select(func.count()).select_from(ending).where(ending.c.ends_on <= today + FIRST)) or 0
        counts.append(Waiting(thing, count, told.get(thing, 0)))
    account = all_tables()["account"]
    idle = account.c.confirmed_at <= clock.now() - ACCOUNT_KEPT + FIRST
    count = session.scalar(select(func.count()).where(idle, account.c.merged_into_id.is_(None))) or 0
    return [*counts, Waiting(ACCOUNTS, count, told.get(ACCOUNTS, 0))]


def request_terms(session: Session, account_id: UUID) -> dict[UUID, date]:
    """The last day of each request of an account that has ended. One statement."""
    request = all_tables()[REQUEST]
    query = select(request.c.id, request.c.retain_until).where(
        request.c.account_id == account_id, request.c.retain_until.is_not(None)
    )
    return {row.id: row.retain_until for row in session.execute(query)}
