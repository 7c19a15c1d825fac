"""Polls made and answered through the services."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from journeys.participation.enums import Access
from journeys.participation.jobs import run_urns
from journeys.participation.models import Poll
from journeys.participation.service import cast, create_poll, get_poll, publish_poll
from journeys.participation.shapes import PollView, Question, Receipt, Terms, Voter
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import Actor
from tests.support.town import Town

STREET = Question(
    "Faut-il fermer la rue des Tanneurs aux voitures le dimanche ?",
    ("Oui, toute l’année", "Oui, d’avril à septembre", "Non"),
)
MARKET = Question("Et déplacer le marché sur le quai ?", ("Oui", "Non"))


def supervisor(town: Town) -> Actor:
    """Who manages polls."""
    return town.agent(town.commune.agents["s.amrani"])


def terms(**changes: Any) -> Terms:
    """A poll open from yesterday to the day after tomorrow."""
    today = clock.today()
    usual: dict[str, Any] = {
        "title": "La rue des Tanneurs le dimanche",
        "summary": "Les riverains et les commerçants ne sont pas d’accord. Dites-nous ce que vous en pensez.",
        "questions": (STREET,),
        "opens_on": today - timedelta(days=1),
        "closes_on": today + timedelta(days=2),
        "next_step": "Le conseil municipal en débat, puis publie sa décision sur cette page.",
    }
    return Terms(**{**usual, **changes})


def make_poll(database: Database, town: Town, *, publish: bool = True, **changes: Any) -> PollView:
    """A poll, published unless asked otherwise."""
    with database.writing() as session:
        made = create_poll(session, supervisor(town), town.commune.authority.id, terms(**changes))
        return publish_poll(session, supervisor(town), made.id) if publish else made


def open_poll(database: Database, town: Town, **changes: Any) -> PollView:
    """A poll without account."""
    return make_poll(database, town, access=Access.OPEN, title="Le nom du futur square", **changes)


def somebody() -> Voter:
    """A person never seen before."""
    return Voter(names=(f"person:{uuid4()}",), birthdate="1980-05-12")


def put(database: Database, poll_id: UUID, *answers: int, voter: Voter | None = None) -> Receipt:
    """One ballot, in a unit of its own."""
    with database.writing() as session:
        return cast(session, poll_id, voter or somebody(), answers)


def fill(database: Database, poll: PollView, ballots: Sequence[tuple[int, ...]]) -> list[Receipt]:
    """Many ballots, of as many people."""
    return [put(database, poll.id, *answers) for answers in ballots]


def close_and_count(database: Database, poll: PollView) -> PollView:
    """Let it be over since a minute, unless it was closed early, and do what the worker does then."""
    with database.writing() as session:
        row = session.get_one(Poll, poll.id)
        if row.closes_at == row.announced_closing:
            row.closes_at = row.announced_closing = clock.now() - timedelta(minutes=1)
    run_urns(database)
    with database.reading() as session:
        return get_poll(session, poll.id)
