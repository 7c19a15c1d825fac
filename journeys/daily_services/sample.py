"""Street reports of the sample commune: months of them, told, read, taken up and ended through the services."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from journeys.daily_services.reports import service
from journeys.daily_services.reports.enums import ClosingReason
from journeys.daily_services.reports.shapes import Address, NewReport, Point
from portal.casework.requests import service as requests
from portal.casework.satisfaction import service as satisfaction
from portal.casework.satisfaction.service import Obtained
from portal.ground import clock
from portal.ground.permissions import ANONYMOUS, ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.service import AccountView, AgentView
from portal.seed.plant import DAYS, Ground
from portal.seed.post import leave_papers, send_mails
from portal.seed.story import resident_of

REPORTS: Final = 60
# Where the commune lies, and how far its streets are from there.
MIDDLE: Final = Point(45.2010, 5.7020)
SPREAD: Final = 0.0070
STREETS: Final = (
    "rue des Tanneurs", "quai de l’Iselle", "quai des Moulins", "place du Parvis", "rue du Four-à-Pain",
    "chemin des Vignes-Hautes", "avenue de la Gare", "impasse du Lavoir", "rue Simone-Veil", "montée de la Tour",
    "allée des Tilleuls", "rue du Lac",
)  # fmt: skip
# Kind, what people write, what the team answers once it is repaired.
STORIES: Final = (
    ("lighting", "Le lampadaire est éteint depuis une semaine.", "Ampoule et câble changés."),
    ("lighting", "La lumière clignote toute la nuit.", "Le transformateur a été remplacé."),
    ("lighting", "Plus aucun éclairage entre l’arrêt de bus et l’école.", "Le coffret avait pris l’eau : il est sec."),
    ("road", "Un trou s’est formé, les vélos l’évitent de justesse.", "Trou rebouché à l’enrobé."),
    ("road", "La plaque d’égout bouge quand une voiture passe.", "La plaque est recalée."),
    ("pavement", "Une trottinette abandonnée bloque le passage des poussettes.", "L’opérateur l’a retirée."),
    ("pavement", "Le pavé est descellé devant le passage piéton.", "Pavé rescellé."),
    ("waste", "Un matelas et des cartons au pied du conteneur.", "Enlevés par l’équipe de propreté."),
    ("waste", "Des sacs éventrés depuis dimanche.", "Ramassés ; le conteneur est changé."),
    ("greenery", "Une branche basse touche les têtes.", "Branche coupée."),
    ("greenery", "La haie cache le panneau de priorité.", "Haie taillée."),
    ("sign", "Le panneau de sens interdit est tourné.", "Panneau redressé."),
    ("sign", "Le feu piéton reste rouge.", "Détecteur réparé."),
    ("other", "Le banc a une latte cassée.", "Latte remplacée."),
)  # fmt: skip
CLOSINGS: Final = (
    (ClosingReason.NOT_OURS, "Cette route est au département : nous lui avons écrit."),
    (ClosingReason.NOT_FOUND, "Nous sommes passés deux fois sans rien voir. Dites-nous le côté de la rue."),
    (ClosingReason.KNOWN, "Un autre signalement parle du même endroit."),
    (ClosingReason.LATER, "La rue est refaite au printemps : ce sera fait avec."),
)
# How far reports got, by a draw between 0 and 1.
UNREAD, READ, TAKEN, CLOSED = 0.1, 0.22, 0.4, 0.55
SIGNED = 0.35
PRECISE = 0.7
FRESH: Final = timedelta(days=4)
THOUGHT_OVER: Final = timedelta(hours=20)


def plant(ground: Ground) -> None:
    """About sixty reports over four months; none when the commune is asked for without requests."""
    if not ground.count:
        return
    draw = random.Random(20_260_611)  # noqa: S311  sample data, not a secret
    agents = [ground.commune.agent_of(ground.commune.departments["voirie"].id, 0), ground.commune.agents["s.amrani"]]
    start = clock.now()
    for number in range(REPORTS):
        age = timedelta(days=DAYS * (1 - (number / REPORTS) ** 0.8), hours=draw.randrange(1, 9))
        with ground.database.writing() as session:
            story = _Story(session, draw, draw.choice(agents), draw.choice(ground.residents), number)
            story.tell(_by_day(start - age), start)


def _by_day(instant: datetime) -> datetime:
    """The same day, at an hour when people are out."""
    local = clock.local(instant)
    return min(local.replace(hour=7 + local.minute % 12).astimezone(UTC), instant)


@dataclass(slots=True)
class _Story:
    """What happens to one report, act after act, each at its own time; letters of the past are taken as sent."""

    session: Session
    draw: random.Random
    agent_view: AgentView
    account: AccountView
    number: int
    reference: str = ""
    report_id: UUID | None = None
    signed: Actor | None = None

    @property
    def agent(self) -> Actor:
        """The agent of the roads who follows it."""
        view = self.agent_view
        rights = ROLE_PERMISSIONS[Role(view.role)]
        return Actor(ActorKind.AGENT, view.id, permissions=rights, department_ids=view.department_ids)

    def tell(self, at: datetime, now: datetime) -> None:
        """Report at ``at``, then let chance decide how far it got."""
        kind, words, repaired = self.draw.choice(STORIES)
        fate = self.draw.random()
        old = at < now - FRESH
        self._act(at, lambda: self._send(kind, words))
        if fate < UNREAD:
            return
        at += timedelta(hours=self.draw.randrange(1, 4), days=self.draw.randrange(0, 2))
        if at < now:
            self._act(at, lambda: self._publish(words))
        for _voice in range(self.draw.choice((0, 0, 0, 1, 2, 5))):
            at += timedelta(minutes=self.draw.randrange(10, 90))
            if at < now:
                self._act(at, self._voice)
        if fate < READ or at >= now:
            return
        self._act(at, lambda: service.take_up(self.session, self.agent, self.reference))
        at += timedelta(days=self.draw.randrange(1, 12))
        if (fate < TAKEN and not old) or at >= now:
            return
        closed = fate < CLOSED
        self._act(at, self._close if closed else lambda: self._repair(repaired))
        if self.signed is not None and at + THOUGHT_OVER < now:
            self._act(at + THOUGHT_OVER, partial(self._judge, self.signed, content=not closed))

    def _act(self, at: datetime, work: Callable[[], None]) -> None:
        with clock.frozen(at):
            work()
            service.tell_voices(self.session)
            send_mails(self.session)
            leave_papers(self.session)

    def _send(self, kind: str, words: str) -> None:
        draw = self.draw
        street = draw.randrange(len(STREETS))
        line = f"{draw.randrange(1, 60)} {STREETS[street]}"
        precise = draw.random() < PRECISE
        told = NewReport(
            kind=kind,
            place=line,
            danger="oui" if draw.random() < 0.2 else "non",
            words=words,
            email=f"passant.{self.number}@exemple.example" if draw.random() < 0.5 else "",
            address=Address(line, self._point(street)) if precise else None,
        )
        self.signed = resident_of(self.account) if draw.random() < SIGNED else None
        key = f"sample-report-{self.number}"
        sent = service.send_report(self.session, self.signed or ANONYMOUS, told, idempotency_key=key)
        self.reference, self.report_id = sent.reference, sent.report_id

    def _point(self, street: int) -> Point:
        """Somewhere along a street: each has its own direction from the middle of the commune."""
        turn, along = street / len(STREETS), self.draw.random()
        side = 1 if street % 2 else -1
        return Point(
            MIDDLE.latitude + SPREAD * (turn - 0.5) + 0.0006 * side * along,
            MIDDLE.longitude + SPREAD * 1.6 * (along - 0.5),
        )

    def _publish(self, words: str) -> None:
        view = requests.get_request(self.session, self.agent, self.reference, journal=self.session)
        place = next(line.text for step in view.steps for line in step.lines if line.concept == "street.location")
        service.approve(self.session, self.agent, self.reference, place=place, words=words, photo=False)

    def _voice(self) -> None:
        if self.report_id is not None:
            key = f"sample-voice-{self.number}-{self.draw.random()}"
            service.add_voice(self.session, ANONYMOUS, self.report_id, email="", form_key=key)

    def _repair(self, note: str) -> None:
        service.mark_repaired(
            self.session, self.agent, self.reference, day=clock.today(), note=note, idempotency_key="sample"
        )

    def _close(self) -> None:
        reason, note = self.draw.choice(CLOSINGS)
        service.close_without_repair(
            self.session, self.agent, self.reference, reason=reason.value, note=note, idempotency_key="sample"
        )

    def _judge(self, who: Actor, *, content: bool) -> None:
        """Who signed says what they think of the answer, without a word: content of a repair, less of a refusal."""
        obtained, ease = (Obtained.YES, 3 + self.number % 3) if content else (Obtained.PARTLY, 1 + self.number % 3)
        asked = requests.find_asked(self.session, who, self.reference, lock=True)
        satisfaction.answer(self.session, who, asked, obtained=obtained.value, ease=str(ease), words="")
