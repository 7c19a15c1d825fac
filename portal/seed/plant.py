"""Planting the sample commune: months of varied requests, each made as a person would make it, at its own hour."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from connectors.sdk import Receipt
from portal.casework.catalogue.journeys import Journey, journey_documents, open_journeys
from portal.casework.catalogue.service import ProcedureView, get_published, import_procedure, list_published
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Channel, RequestStatus
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.ground.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, ActorKind, Role
from portal.ground.settings import Settings
from portal.people.accounts.service import AccountView, AgentView, get_authority, link_resident
from portal.records.outbox import service as outbox
from portal.seed.answers import answers_for
from portal.seed.commune import Commune, create_commune
from portal.seed.inhabitants import inhabitants
from portal.seed.territory import settle_territory
from portal.seed.words import HELD, PROPOSALS, QUESTIONS, REASONS, REPLIES, words_for

SIZES = {"empty": 0, "tiny": 24, "small": 96, "medium": 400, "large": 4_000}
DAYS = 120
WORKER = "seed"
RECENT = timedelta(days=2)
# How far requests got, by a draw between 0 and 1.
UNTOUCHED, IN_PROGRESS, WITHDRAWN, UNANSWERED, ASKED = 0.12, 0.3, 0.34, 0.46, 0.6
FRESH = 0.4
# Most people write online; the others come by one of the ways that the procedure is open to.
ONLINE = 0.7
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

    :param size: ``empty`` (procedures only), ``tiny``, ``small``, ``medium`` or ``large``.
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
        for journey in open_journeys(settings.journeys):
            _import(session, journey, frozenset(settings.connections))
        accounts = [
            link_resident(session, issuer=ISSUER, sub=f"habitant-{number:03d}", claims=claims)
            for number, claims in enumerate(inhabitants(), start=1)
        ]
        procedures = [get_published(session, one.slug) for one in list_published(session)]
    count = SIZES[size]
    turns = _in_turn(draw, procedures)
    for number in range(count):
        age = timedelta(days=DAYS * (1 - (number / count) ** 0.7), minutes=draw.randrange(900))
        account, procedure = draw.choice(accounts), next(turns)
        with database.writing() as session:
            _Story(session, commune, draw, account, procedure, number).tell(_at_work(start - age))
    for journey in open_journeys(settings.journeys):
        sample = journey.part("sample")
        if sample is not None:
            sample.plant(Ground(settings, database, commune, tuple(accounts), draw, count))
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


def _at_work(instant: datetime) -> datetime:
    """The same day, at an hour when people write."""
    local = clock.local(instant)
    return local.replace(hour=8 + local.minute % 13).astimezone(UTC)


def _resident(account: AccountView) -> Actor:
    return Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)


def _agent(agent: AgentView) -> Actor:
    return Actor(
        ActorKind.AGENT,
        id=agent.id,
        permissions=ROLE_PERMISSIONS[Role(agent.role)],
        department_ids=frozenset(agent.department_ids),
        label=agent.display_name,
    )


class _Story:
    """What happens to one request, act after act, each at its own time; mails of the past are taken as sent."""

    def __init__(
        self,
        session: Session,
        commune: Commune,
        draw: random.Random,
        account: AccountView,
        procedure: ProcedureView,
        number: int,
    ) -> None:
        self.session = session
        self.draw = draw
        self.account = account
        self.resident = _resident(account)
        self.procedure = procedure
        self.department = procedure.document.department
        self.routed = bool(procedure.document.first_routes)
        self.number = number
        self.agent_view = commune.agent_of(procedure.department_id, draw.randrange(4))
        self.agent = _agent(self.agent_view)
        self.at = clock.now()
        self.reference = ""

    def tell(self, at: datetime) -> None:
        """Submit at ``at``, then let chance decide how far the request got."""
        fate = self.draw.random()
        fresh = self.routed and fate < FRESH
        if fresh:
            # Left for the worker to send for real: the partner's software has no past to match ours.
            at = clock.now() - timedelta(minutes=self.draw.randrange(30, 900))
        self.at = min(at, clock.now() - timedelta(minutes=20))
        self._act(self._submit)
        if fresh:
            return
        if self.routed:
            self._act(self._deliver, after=timedelta(seconds=4))
        if fate >= UNTOUCHED and self._act(self._assign, after=self._hours(3, 60)) and fate >= IN_PROGRESS:
            self._go_on(fate)

    def _go_on(self, fate: float) -> None:
        if self.procedure.document.workflow == "booking":
            self._book(fate)
        elif self.routed or fate >= ASKED:
            self._act(self._decide, after=timedelta(days=self.draw.randrange(1, 25)))
        elif fate < WITHDRAWN:
            self._act(self._withdraw, after=self._hours(5, 90))
        elif self._act(self._ask, after=self._hours(2, 50)) and fate >= UNANSWERED:
            self._act(self._answer, after=self._hours(4, 70))
            self._act(self._decide, after=timedelta(days=self.draw.randrange(1, 25)))

    def _book(self, fate: float) -> None:
        """A day is proposed; most people take it, and come."""
        proposal = self.draw.choice(PROPOSALS)
        if self._act(partial(self._move, self.agent, "propose", proposal), after=self._hours(2, 50)) and fate >= ASKED:
            self._act(partial(self._move, self.resident, "confirm", ""), after=self._hours(2, 40))
            self._act(partial(self._move, self.agent, "hold", HELD), after=timedelta(days=self.draw.randrange(2, 12)))

    def _move(self, actor: Actor, code: str, words: str) -> None:
        state = {"propose": "scheduling", "confirm": "proposed", "hold": "confirmed"}[code]
        said = requests.Said(words=words)
        requests.move(self.session, actor, self.reference, code, said, state=state, idempotency_key=str(uuid4()))

    def _hours(self, least: int, most: int) -> timedelta:
        return timedelta(hours=self.draw.randrange(least, most))

    def _act(self, work: Callable[[], None], *, after: timedelta = timedelta()) -> bool:
        """Do ``work`` at its time; False once the story has caught up with the present."""
        self.at += after
        if self.at > clock.now():
            return False
        is_old = self.at < clock.now() - RECENT
        with clock.frozen(self.at):
            work()
            for letter in outbox.claim(self.session, worker=WORKER, lane="courriel", limit=50):
                outbox.complete(self.session, letter)
            if is_old:
                self._leave_papers()
        return True

    def _leave_papers(self) -> None:
        """Old papers are not printed: a first start makes a few PDFs, not hundreds. They can still be asked for."""
        for paper in outbox.claim(self.session, worker=WORKER, lane=requests.PAPER_LANE, limit=50):
            outbox.drop(self.session, paper, code="sample_of_the_past")

    def _submit(self) -> None:
        session = self.session
        draft = requests.start_draft(session, self.resident, self.procedure)
        for step, values in answers_for(self.procedure.document, self.account, self.draw):
            draft = requests.save_step(
                session, self.resident, draft.id, step=step, answers=values, version=draft.version
            )
        done = requests.submit(
            session,
            self.resident,
            draft.id,
            idempotency_key=str(uuid4()),
            version=draft.version,
            channel=self._channel(),
        )
        self.reference = done.reference

    def _channel(self) -> Channel:
        others = [one for one in self.procedure.document.channels if one != "web"]
        return Channel(self.draw.choice(others)) if others and self.draw.random() > ONLINE else Channel.WEB

    def _deliver(self) -> None:
        for route in self.procedure.document.first_routes:
            for held in outbox.claim(self.session, worker=WORKER, lane=route.connection, limit=10):
                receipt = Receipt(external_ref=f"EXEMPLE-{self.number:05d}", raw_status="received", received=True)
                requests.record_delivery(self.session, UUID(held.payload["request_id"]), route.connection, receipt)
                outbox.complete(self.session, held)

    def _assign(self) -> None:
        requests.assign(self.session, self.agent, self.reference, self.agent_view.id)

    def _withdraw(self) -> None:
        requests.withdraw(self.session, self.resident, self.reference)

    def _ask(self) -> None:
        question = self.draw.choice(words_for(QUESTIONS, self.department))
        requests.request_information(self.session, self.agent, self.reference, question, idempotency_key=str(uuid4()))

    def _answer(self) -> None:
        reply = self.draw.choice(REPLIES)
        requests.post_message(self.session, self.resident, self.reference, reply, idempotency_key=str(uuid4()))

    def _decide(self) -> None:
        decision = RequestStatus.REJECTED if self.draw.random() > 0.9 else RequestStatus.ACCEPTED
        reason = self.draw.choice(words_for(REASONS[decision], self.department))
        requests.decide(self.session, self.agent, self.reference, decision, reason, idempotency_key=str(uuid4()))
