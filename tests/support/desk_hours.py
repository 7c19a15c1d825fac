"""A desk of the maison France Services with one kind, open every day, so that its hours are there whatever the day."""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Means
from portal.casework.appointments.service import (
    AppointmentView,
    Booking,
    Contact,
    FreeSlot,
    KindFacts,
    KindView,
    PlaceFacts,
    PlaceView,
    RuleFacts,
    RuleView,
)
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import ANONYMOUS, Actor
from tests.support.town import Town


@dataclass(frozen=True)
class Desk:
    """What was opened, and who heads it."""

    database: Database
    head: Actor
    place: PlaceView
    kind: KindView
    rule: RuleView

    def free(self) -> list[FreeSlot]:
        """The free times of the month, from tomorrow on: what is free today depends on the hour of the run."""
        with self.database.reading() as session:
            return appointments.free_slots(session, self.kind.id, None, clock.today() + timedelta(days=1), 31)

    def book(self, who: Actor = ANONYMOUS, rank: int = 0, **changes: Any) -> AppointmentView:
        """Book one of the free times."""
        found = self.free()[rank]
        contact = Contact() if who.is_resident else Contact("Lou Passant-Essai", f"{uuid4().hex[:8]}@usagers.example")
        booking = Booking(
            **{
                "kind_id": self.kind.id,
                "place_id": found.place_id,
                "starts_at": found.starts_at,
                "means": Means.ON_SITE,
                "contact": contact,
                **changes,
            }
        )
        with self.database.writing() as session:
            return appointments.book(session, who, booking, idempotency_key=str(uuid4()))


def open_desk(database: Database, town: Town) -> Desk:
    """Open it."""
    head = town.agent(town.commune.agents["s.amrani"])
    house = town.commune.departments["france-services"].id
    with database.writing() as session:
        place = appointments.save_place(
            session, head, PlaceFacts(house, "Maison d’essai", "4 rue du Pont, 38999 Valmont", access="De plain-pied.")
        )
        ways, procedure = (Means.ON_SITE, Means.PHONE), "carte-mediatheque"
        facts = KindFacts(
            house, "aide-essai", {"fr": "Aide d’essai"}, 30, ways, notice_hours=1, procedure_slug=procedure
        )
        kind = appointments.save_kind(session, head, facts)
        since = clock.today() - timedelta(days=30)
        for weekday in range(7):
            rule = RuleFacts(place.id, frozenset({kind.id}), weekday, time(9), time(11), since, desks=2)
            kept = appointments.save_rule(session, head, rule)
    return Desk(database, head, place, kind, kept)
