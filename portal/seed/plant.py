"""Planting the sample commune: months of varied requests, each made as a person would make it, at its own hour."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.casework.catalogue.journeys import Journey, journey_documents, open_journeys
from portal.casework.catalogue.service import ProcedureView, get_published, import_procedure, list_published
from portal.engine.deadlines.counting import count_figures
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.ground.permissions import SYSTEM
from portal.ground.settings import Settings
from portal.people.accounts.service import AccountView, get_authority, link_resident
from portal.seed.appointments import keep_appointments
from portal.seed.commune import Commune, create_commune
from portal.seed.contacts import note_contacts
from portal.seed.crowds import CROWDED, gather_crowds
from portal.seed.inhabitants import inhabitants
from portal.seed.mandates import give_mandates
from portal.seed.office import keep_office
from portal.seed.spaces import furnish_spaces
from portal.seed.story import OPINION_GIVEN, Story, at_work
from portal.seed.territory import settle_territory
from portal.seed.texts import write_texts

SIZES = {"empty": 0, "tiny": 24, "small": 96, "town": 96, "medium": 400, "large": 4_000}
# The one that a first start shows: what agents do among themselves and at the desk is in it too.
TOWN = "town"
CALLERS = 8
DAYS = 120
ISSUER = "https://identite.exemple.example"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a journey's ``sample.plant(ground)`` finds: the commune, its people, and how many requests were made."""

    settings: Settings
    database: Database
    commune: Commune
    residents: tuple[AccountView, ...]
    draw: random.Random
    count: int


def plant(settings: Settings, database: Database, *, size: str = "small") -> int | None:
    """Make the commune when the database has none.

    :param size: ``empty`` (procedures only), ``tiny``, ``small``, ``town`` (the same, where agents work too),
        ``medium`` or ``large``.
    :returns: the number of requests made, or None when there already is an authority.
    """
    with database.reading() as session:
        if _is_planted(session):
            return None
    draw = random.Random(20_260_303)  # noqa: S311  sample data, not a secret
    start = clock.now()
    with database.writing() as session:
        commune = create_commune(session)
        settle_territory(session)
        write_texts(session)
        for journey in open_journeys(settings.journeys):
            _import(session, journey, frozenset(settings.connections))
        accounts = [
            link_resident(session, issuer=ISSUER, sub=f"habitant-{number:03d}", claims=claims)
            for number, claims in enumerate(inhabitants(), start=1)
        ]
        procedures = [get_published(session, one.slug) for one in list_published(session)]
    count, is_town = SIZES[size], size == TOWN
    turns = _in_turn(draw, procedures)
    for number in range(count):
        age = timedelta(days=DAYS * (1 - (number / count) ** 0.7), minutes=draw.randrange(900))
        account, procedure = draw.choice(accounts), next(turns)
        with database.writing() as session:
            candour = 0 if is_town and procedure.slug in CROWDED else OPINION_GIVEN
            Story(session, commune, draw, account, procedure, number, candour=candour).tell(at_work(start - age))
    if count:
        people = furnish_spaces(settings, database, commune, draw)
        keep_appointments(database, commune, people, accounts[:CALLERS] if is_town else ())
        if is_town:
            gather_crowds(database, commune, accounts)
            give_mandates(database, commune, people)
            note_contacts(database, commune)
            keep_office(database, commune)
    for journey in open_journeys(settings.journeys):
        sample = journey.part("sample")
        if sample is not None:
            sample.plant(Ground(settings, database, commune, tuple(accounts), draw, count))
    count_figures(database)
    return count


def _import(session: Session, journey: Journey, connections: frozenset[str]) -> None:
    """Take in the procedures of a journey; those that need a connection which is not configured stay unpublished."""
    for document in journey_documents(journey):
        routed = {route["connection"] for route in document.get("routing", ())}
        import_procedure(
            session, document, publish=routed <= connections, actor=SYSTEM, connections=connections | routed
        )


def _in_turn(draw: random.Random, procedures: Sequence[ProcedureView]) -> Iterator[ProcedureView]:
    """Without end, each procedure once before any comes again, in an order drawn each time."""
    while procedures:
        yield from draw.sample(procedures, len(procedures))


def _is_planted(session: Session) -> bool:
    try:
        get_authority(session)
    except NotFound:
        return False
    return True
