"""What happens to one request of the sample, act after act."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from connectors.sdk import Receipt
from portal.casework.catalogue.service import ProcedureView
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Channel, RequestStatus
from portal.casework.satisfaction import service as satisfaction
from portal.casework.satisfaction.service import Obtained
from portal.ground import clock
from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.service import AccountView, AgentView
from portal.records.outbox import service as outbox
from portal.seed.answers import answers_for
from portal.seed.commune import Commune
from portal.seed.post import RECENT, WORKER, leave_papers, send_mails
from portal.seed.words import HELD, OPINIONS, PROPOSALS, QUESTIONS, REASONS, REPLIES, words_for

# How far requests got, by a draw between 0 and 1.
UNTOUCHED, IN_PROGRESS, WITHDRAWN, UNANSWERED, ASKED = 0.12, 0.3, 0.34, 0.46, 0.6
FRESH = 0.4
# Most people write online; the others come by one of the ways that the procedure is open to.
ONLINE = 0.7
# Half of the people give their opinion, and two of them in five add words.
OPINION_GIVEN, OPINION_IN_WORDS = 0.5, 0.6


def at_work(instant: datetime) -> datetime:
    """The same day, at an hour when people write."""
    local = clock.local(instant)
    return local.replace(hour=8 + local.minute % 13).astimezone(UTC)


def days_ago(days: int) -> datetime:
    """That many days ago, one at least, at an hour when desks are open; not always the same."""
    local = clock.local(clock.now() - timedelta(days=days))
    return local.replace(hour=9 + days * 5 % 8, minute=days * 7 % 60).astimezone(UTC)


def resident_of(account: AccountView) -> Actor:
    """Somebody acting for themselves."""
    return Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)


def agent_of(agent: AgentView) -> Actor:
    """An agent with the rights of their role."""
    return Actor(
        ActorKind.AGENT,
        id=agent.id,
        permissions=ROLE_PERMISSIONS[Role(agent.role)],
        department_ids=frozenset(agent.department_ids),
        label=agent.display_name,
    )


class Story:
    """What happens to one request, act after act, each at its own time; mails of the past are taken as sent."""

    def __init__(
        self,
        session: Session,
        commune: Commune,
        draw: random.Random,
        account: AccountView,
        procedure: ProcedureView,
        number: int,
        *,
        candour: float = OPINION_GIVEN,
    ) -> None:
        """:param candour: how likely the person is to say, once it is decided, what they think of it."""
        self.session = session
        self.draw = draw
        self.account = account
        self.resident = resident_of(account)
        self.procedure = procedure
        self.department = procedure.document.department
        self.routed = bool(procedure.document.first_routes)
        self.number = number
        self.agent_view = commune.agent_of(procedure.department_id, draw.randrange(4))
        self.agent = agent_of(self.agent_view)
        self.at = clock.now()
        self.reference = ""
        self.decision: RequestStatus | None = None
        self.candour = candour
        # Apart, so that what people think of it changes nothing in what happens.
        self.mood = random.Random(number)  # noqa: S311  sample data, not a secret

    def tell(self, at: datetime, *, fate: float | None = None) -> None:
        """Submit at ``at``, then let chance, or ``fate`` between 0 and 1, decide how far the request got."""
        fate = self.draw.random() if fate is None else fate
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
        if self.decision is not None and self.mood.random() > 1 - self.candour:
            self._act(self._give_opinion, after=timedelta(hours=self.mood.randrange(1, 200)))

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
            send_mails(self.session, reader=self.resident if is_old else None)
            if is_old:
                leave_papers(self.session)
        return True

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
        decision = self._decision()
        reason = self.draw.choice(words_for(REASONS[decision], self.department))
        requests.decide(self.session, self.agent, self.reference, decision, reason, idempotency_key=str(uuid4()))
        self.decision = decision

    def _decision(self) -> RequestStatus:
        return RequestStatus.REJECTED if self.draw.random() > 0.9 else RequestStatus.ACCEPTED

    def _give_opinion(self) -> None:
        """The two questions are answered, and a few words added by some."""
        obtained, ease = self._opinion()
        words = self.mood.choice(OPINIONS[ease]) if self.mood.random() > OPINION_IN_WORDS else ""
        asked = requests.find_asked(self.session, self.resident, self.reference, lock=True)
        satisfaction.answer(self.session, self.resident, asked, obtained=obtained.value, ease=str(ease), words=words)

    def _opinion(self) -> tuple[Obtained, int]:
        """Most are content when they got what they wanted."""
        content = self.decision is RequestStatus.ACCEPTED
        ease = self.mood.choices(range(1, 6), (1, 2, 3, 8, 6) if content else (4, 4, 3, 2, 1))[0]
        return self.mood.choices(list(Obtained), (12, 2, 1) if content else (0, 2, 8))[0], ease
