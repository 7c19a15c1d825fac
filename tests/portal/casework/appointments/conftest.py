"""A desk of a department, its kinds and hours, the people who book there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Means
from portal.casework.appointments.service import (
    AppointmentView,
    Booking,
    Contact,
    KindFacts,
    KindView,
    PlaceFacts,
    PlaceView,
    RuleFacts,
)
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import ANONYMOUS, ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.service import get_authority, provision_agent
from tests.portal.casework.world import SIRET, World, build_world

# A Tuesday in winter: 9 h 30 on the wall clock.
NOW = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
THURSDAY = date(2026, 12, 3)


@dataclass(frozen=True)
class Desk:
    """What a test starts from: one place open each Thursday from 9 to 11, one desk, half an hour each."""

    database: Database
    world: World
    head: Actor
    keeper: Actor
    place: PlaceView
    kind: KindView

    @property
    def resident(self) -> Actor:
        """Noé."""
        return self.world.resident()

    @property
    def other(self) -> Actor:
        """Inès, who has no e-mail address."""
        return self.world.resident(self.world.ines)

    def at(self, hour: int, minute: int = 0, day: date = THURSDAY) -> datetime:
        """An instant of the wall clock."""
        return datetime.combine(day, time(hour, minute), clock.PARIS).astimezone(UTC)

    def booking(self, starts_at: datetime, **changes: Any) -> Booking:
        """A booking of the kind at the place."""
        about = {"kind_id": self.kind.id, "place_id": self.place.id, "means": Means.ON_SITE} | changes
        return Booking(starts_at=starts_at, **about)

    def book(self, starts_at: datetime, actor: Actor | None = None, **changes: Any) -> AppointmentView:
        """Book in a unit of its own."""
        who = actor or self.resident
        with self.database.writing() as session:
            return appointments.book(session, who, self.booking(starts_at, **changes), idempotency_key=str(uuid4()))

    def guest(self, starts_at: datetime, email: str = "passant@exemple.example", **changes: Any) -> AppointmentView:
        """Book for somebody without an account."""
        contact = Contact("Lou Passant-Essai", email)
        return self.book(starts_at, ANONYMOUS, **({"contact": contact} | changes))

    def free(self, place_id: UUID | None = None, days: int = 7) -> list[datetime]:
        """The free times of the week."""
        with self.database.reading() as session:
            found = appointments.free_slots(session, self.kind.id, place_id, clock.today(), days)
        return [one.starts_at for one in found]

    def add_kind(self, slug: str, **changes: Any) -> KindView:
        """Another kind, open at the same hours."""
        facts = {**_KIND, "department_id": self.place.facts.department_id, "slug": slug} | changes
        with self.database.writing() as session:
            kind = appointments.save_kind(session, self.head, KindFacts(**facts))
            appointments.save_rule(session, self.head, rule_facts(self.place.id, kind.id))
        return kind


_KIND: dict[str, Any] = {
    "title": {"fr": "Aide au numérique"},
    "bring": {"fr": "Votre téléphone."},
    "minutes": 30,
    "means": (Means.ON_SITE, Means.PHONE),
    "notice_hours": 2,
    "horizon_days": 40,
    "cancel_hours": 3,
}


def rule_facts(place_id: UUID, kind_id: UUID, **changes: Any) -> RuleFacts:
    """Each Thursday from 9 to 11, one desk."""
    about: dict[str, Any] = {"weekday": 3, "opens": time(9), "closes": time(11), "valid_from": date(2026, 1, 1)}
    return RuleFacts(place_id=place_id, kind_ids=frozenset({kind_id}), **(about | changes))


def agent(database: Database, world: World, name: str, role: Role, slug: str = "france-services") -> Actor:
    """An agent of a department."""
    with database.writing() as session:
        view = provision_agent(
            session,
            local_authority_id=get_authority(session).id,
            siret=SIRET,
            email=f"{name.split()[0].lower()}-{role.value}@valmont-sur-iselle.example",
            display_name=name,
            role=role,
            department_ids=[world.departments[slug]],
        )
    rights = ROLE_PERMISSIONS[role]
    return Actor(ActorKind.AGENT, view.id, permissions=rights, department_ids=view.department_ids, label=name)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """The desk, on a Tuesday morning."""
    with clock.frozen(NOW):
        with database.writing() as session:
            world = build_world(session)
        head = agent(database, world, "Nora Essai-Lenoir", Role.SUPERVISOR)
        keeper = agent(database, world, "Karim Essai", Role.COUNTER_AGENT)
        department = world.departments["france-services"]
        with database.writing() as session:
            place = appointments.save_place(
                session,
                head,
                PlaceFacts(department, "Maison des services", "4 rue du Pont, 38999 Valmont", access="Sans marche."),
            )
            kind = appointments.save_kind(
                session, head, KindFacts(department_id=department, slug="aide-numerique", **_KIND)
            )
            appointments.save_rule(session, head, rule_facts(place.id, kind.id))
        yield Desk(database, world, head, keeper, place, kind)


def later(delta: timedelta) -> Any:
    """The clock, moved on from the start of the test."""
    return clock.frozen(NOW + delta)
