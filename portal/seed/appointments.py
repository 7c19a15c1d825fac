"""Appointments of the sample: two places, four kinds, weeks of opening, and people who come, came, or did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import AppointmentState, Audience, Means
from portal.casework.appointments.service import (
    AppointmentView,
    Booking,
    Contact,
    KindFacts,
    KindView,
    PlaceFacts,
    PlaceView,
    RuleFacts,
    Span,
)
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import ANONYMOUS, Actor
from portal.people.accounts.service import AccountView
from portal.seed.commune import Commune
from portal.seed.post import send_mails
from portal.seed.story import agent_of, resident_of

# The hours have been so for a while, and the people of the sample have come since.
OPENED: Final = timedelta(days=60)
AGO: Final = timedelta(days=30)
FORTNIGHT: Final = timedelta(days=14)
NOT_TOO_NEAR: Final = timedelta(days=3)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)

PLACES: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "maison": (
        "france-services",
        {
            "name": "Maison France Services",
            "address": "4 rue du Pont-Vieux, 38999 Valmont-sur-Iselle",
            "access": "Entrée de plain-pied. Boucle magnétique à l’accueil. Toilettes accessibles.",
            "directions": "Bus 3, arrêt « Pont-Vieux ». Deux places réservées devant l’entrée.",
            "phone": "04 65 71 20 51",
        },
    ),
    "mairie": (
        "etat-civil",
        {
            "name": "Mairie, guichet de l’état civil",
            "address": "2 place du Parvis, 38999 Valmont-sur-Iselle",
            "access": "Rampe à gauche de l’escalier. Ascenseur jusqu’au premier étage.",
            "directions": "Bus 1 et 3, arrêt « Parvis ».",
            "phone": "04 65 71 20 12",
        },
    ),
    "urbanisme": (
        "urbanisme",
        {
            "name": "Service Urbanisme",
            "address": "6 rue des Remparts, 38999 Valmont-sur-Iselle",
            "access": "Deux marches ; une rampe est posée sur demande, au téléphone.",
            "phone": "04 65 71 20 81",
        },
    ),
    "ccas": (
        "ccas",
        {
            "name": "Centre communal d’action sociale",
            "address": "9 rue de la Tannerie, 38999 Valmont-sur-Iselle",
            "access": "Entrée de plain-pied. Salle d’attente calme.",
            "phone": "04 65 71 20 61",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class _Offer:
    """A kind, where it is held, and when: weekday, hours, desks."""

    slug: str
    place: str
    facts: dict[str, Any]
    hours: tuple[tuple[int, time, time, int], ...]


OFFERS: Final = (
    _Offer(
        "aide-numerique",
        "maison",
        {
            "procedure_slug": "accompagnement-numerique",
            "title": {"fr": "Aide au numérique avec un médiateur", "en": "Help with digital services"},
            "bring": {"fr": "Votre téléphone ou votre ordinateur, et les mots de passe que vous connaissez."},
            "minutes": 45,
            "spare_minutes": 5,
            "means": (Means.ON_SITE,),
        },
        (
            (TUESDAY, time(9), time(12), 2),
            (WEDNESDAY, time(13, 30), time(17), 2),
            (FRIDAY, time(9), time(12), 1),
        ),
    ),
    _Offer(
        "depot-etat-civil",
        "mairie",
        {
            "procedure_slug": "changement-de-prenom",
            "title": {"fr": "Dépôt d’un dossier d’état civil", "en": "Civil registry file"},
            "bring": {"fr": "Une pièce d’identité, un justificatif de domicile de moins de trois mois."},
            "minutes": 20,
            "means": (Means.ON_SITE,),
            "notice_hours": 4,
        },
        tuple((day, time(9), time(12), 2) for day in (MONDAY, TUESDAY, THURSDAY, FRIDAY)),
    ),
    _Offer(
        "instruction-urbanisme",
        "urbanisme",
        {
            "procedure_slug": "declaration-prealable",
            "title": {"fr": "Parler de votre dossier d’urbanisme"},
            "bring": {"fr": "Le numéro de votre dossier, et vos plans."},
            "minutes": 30,
            "spare_minutes": 10,
            "means": (Means.ON_SITE, Means.VIDEO),
            "cancel_hours": 24,
        },
        ((MONDAY, time(14), time(17), 1), (THURSDAY, time(9), time(12), 1)),
    ),
    _Offer(
        "permanence-sociale",
        "ccas",
        {
            "procedure_slug": "aide-energie",
            "title": {"fr": "Permanence sociale par téléphone"},
            "bring": {"fr": "Vos derniers courriers, à portée de main."},
            "minutes": 30,
            "means": (Means.PHONE,),
            "audience": Audience.PUBLIC,
        },
        ((TUESDAY, time(14), time(16, 30), 1), (THURSDAY, time(14), time(16, 30), 1)),
    ),
)


def keep_appointments(
    database: Database, commune: Commune, people: list[AccountView], callers: Sequence[AccountView] = ()
) -> None:
    """Open the places and the kinds, then live two months there.

    :param callers: who comes today, or on the next day of opening.
    """
    with database.writing() as session, clock.frozen(clock.now() - OPENED):
        head = agent_of(commune.agents["s.amrani"])
        kinds = {one.slug: _open(session, commune, head, one) for one in OFFERS}
    with database.writing() as session:
        _live(session, head, kinds, people, callers)


def _open(session: Session, commune: Commune, head: Actor, offer: _Offer) -> tuple[KindView, PlaceView]:
    slug, about = PLACES[offer.place]
    department_id = commune.departments[slug].id
    place = appointments.save_place(session, head, PlaceFacts(department_id=department_id, **about))
    kind = appointments.save_kind(session, head, KindFacts(department_id=department_id, slug=offer.slug, **offer.facts))
    since = clock.today()
    for weekday, opens, closes, desks in offer.hours:
        rule = RuleFacts(place.id, frozenset({kind.id}), weekday, opens, closes, since, desks=desks)
        appointments.save_rule(session, head, rule)
    return kind, place


def _live(
    session: Session,
    head: Actor,
    kinds: Mapping[str, tuple[KindView, PlaceView]],
    people: list[AccountView],
    callers: Sequence[AccountView],
) -> None:
    """Each of the people of the sample has a story: came, did not come, comes soon, moved, gave up, waits."""
    story = _Booked(session, head, kinds)
    helped, filed, planned, supported = (one.slug for one in OFFERS)
    for number, account in enumerate(people):
        who = resident_of(account)
        story.past(who, (filed, helped)[number % 2], attended=number % 3 != 2)
        story.book(who, (helped, planned, supported, filed)[number % 4], ahead=number % 5)
    story.unnoted(resident_of(people[4]), filed)
    story.moved(resident_of(people[0]), planned)
    story.cancelled(resident_of(people[1]), filed)
    story.displaced(resident_of(people[3]), supported)
    story.waiting(resident_of(people[2]))
    story.in_line(resident_of(people[2]), planned)
    story.gone_from_line(resident_of(people[3]), planned)
    story.guest(helped, "Aliénor Fictif-Duval", "alienor@usagers.example")
    for number, account in enumerate(callers):
        story.soon(resident_of(account), OFFERS[number % len(OFFERS)].slug, ahead=number // len(OFFERS))


class _Booked:
    """What people do, one after the other. What was written of it is taken as sent."""

    def __init__(self, session: Session, head: Actor, kinds: Mapping[str, tuple[KindView, PlaceView]]) -> None:
        self.session = session
        self.head = head
        self.kinds = kinds
        self.made: dict[UUID, AppointmentView] = {}
        self.number = 0

    def past(self, who: Actor, slug: str, *, attended: bool) -> None:
        """Booked a month ago for the days that followed, and noted by the department on the day."""
        with clock.frozen(clock.now() - AGO):
            made = self._book(who, slug, clock.today(), ahead=0)
        with clock.frozen(made.ends_at + timedelta(minutes=10)):
            appointments.mark(self.session, self.head, made.id, attended=attended, version=made.version)
            send_mails(self.session)

    def unnoted(self, who: Actor, slug: str) -> None:
        """Booked two weeks ago, and over: nobody noted yet whether the person came."""
        with clock.frozen(clock.now() - FORTNIGHT):
            self._book(who, slug, clock.today(), ahead=0)

    def book(self, who: Actor, slug: str, *, ahead: int) -> AppointmentView:
        """Booked yesterday, for a day that is not too near; ``ahead``: how many free times are left to others."""
        first = clock.today() + NOT_TOO_NEAR
        with clock.frozen(clock.now() - timedelta(days=1)):
            made = self._book(who, slug, first, ahead=ahead)
        self.made[who.id or made.person_id] = made
        return made

    def soon(self, who: Actor, slug: str, *, ahead: int) -> None:
        """Booked yesterday, for today when the place is open."""
        first = clock.today()
        with clock.frozen(clock.now() - timedelta(days=1)):
            self._book(who, slug, first, ahead=ahead)

    def moved(self, who: Actor, slug: str) -> None:
        """Another appointment, moved to the next week."""
        made = self.book(who, slug, ahead=0)
        later = self._free(slug, clock.local(made.starts_at).date() + timedelta(days=7))[0]
        appointments.reschedule(
            self.session, who, made.id, place_id=later.place_id, starts_at=later.starts_at, version=made.version
        )
        send_mails(self.session)

    def cancelled(self, who: Actor, slug: str) -> None:
        """Another appointment, which the person gave up."""
        made = self.book(who, slug, ahead=2)
        appointments.cancel(self.session, who, made.id, version=made.version)
        send_mails(self.session)

    def waiting(self, who: Actor) -> None:
        """Somebody who would rather come earlier."""
        made = self.made[who.id] if who.id else None
        if made is not None and made.state is AppointmentState.BOOKED:
            appointments.wait_for_earlier(self.session, who, made.id, version=made.version)

    def in_line(self, who: Actor, slug: str) -> AppointmentView:
        """Somebody whom no free time suits, and who will be told of the next."""
        kind, place = self.kinds[slug]
        self.number += 1
        latest = clock.now() + FORTNIGHT
        booking = Booking(kind_id=kind.id, place_id=place.id, starts_at=latest, means=kind.facts.means[0])
        made = appointments.wait_for_any(self.session, who, booking, idempotency_key=f"sample-line-{self.number}")
        send_mails(self.session)
        return made

    def gone_from_line(self, who: Actor, slug: str) -> None:
        """Somebody who waited a while, and gave it up."""
        made = self.in_line(who, slug)
        appointments.stop_waiting(self.session, who, made.id)
        send_mails(self.session)

    def guest(self, slug: str, name: str, email: str) -> None:
        """Somebody without an account."""
        with clock.frozen(clock.now() - timedelta(days=1)):
            self._book(ANONYMOUS, slug, clock.today() + NOT_TOO_NEAR, ahead=3, contact=Contact(name, email))

    def displaced(self, who: Actor, slug: str) -> None:
        """Another appointment, at an hour that the department then closes."""
        made = self.book(who, slug, ahead=1)
        span = Span(made.starts_at, made.ends_at)
        listed = appointments.list_concerned(self.session, self.head, made.place.id, span, journal=self.session)
        concerned = {one.id: one.version for one in listed}
        reason = "Réunion de service"
        appointments.close_period(self.session, self.head, made.place.id, span, reason, concerned=concerned)
        send_mails(self.session)

    def _book(
        self, who: Actor, slug: str, first: date, *, ahead: int, contact: Contact | None = None
    ) -> AppointmentView:
        kind, _place = self.kinds[slug]
        found = self._free(slug, first)[ahead]
        self.number += 1
        booking = Booking(
            kind_id=kind.id,
            place_id=found.place_id,
            starts_at=found.starts_at,
            means=kind.facts.means[0],
            contact=contact or Contact(),
        )
        made = appointments.book(self.session, who, booking, idempotency_key=f"sample-appointment-{self.number}")
        send_mails(self.session)
        return made

    def _free(self, slug: str, day: date) -> list[Any]:
        return appointments.free_slots(self.session, self.kinds[slug][0].id, None, day, days=31)
