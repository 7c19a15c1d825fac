"""What a test gives the suite: a fake partner that listens on a real socket and does wrong on demand."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from connectors.sdk import (
    ChecksEntitlement,
    Connector,
    ConnectorContext,
    ConnectorError,
    ConnectorType,
    EgressPolicy,
    EntitlementAnswer,
    EntitlementQuestion,
    FindsPlaces,
    InboundCall,
    OutgoingMessage,
    Receipt,
    SendsMessages,
    SubmitCommand,
    Submits,
    Timeouts,
    build_connector,
)

QUICK = Timeouts(connect=2.0, read=0.4, total=1.0)
NOW = datetime(2027, 3, 2, 9, 30, tzinfo=UTC)


class PartnerDouble(Protocol):
    """A fake partner. It is opened with no argument, listens at once, and keeps what it receives."""

    options: Mapping[str, Any]
    secrets: Mapping[str, str]
    egress_allow: Sequence[str]
    sample: Mapping[str, Any]  # concept id -> value, for each declared concept
    busy_answers: Sequence[int]  # what it answers when one must come back later
    refused_credentials: Sequence[int]
    refusals: Sequence[int]
    nonsense: Sequence[str]  # names of the absurd answers it can give to a submission

    def answer(self, status: int) -> None:
        """From now on, answer everything with this status or reply code."""
        ...

    def choose_nonsense(self, name: str) -> None:
        """From now on, answer submissions with this absurdity."""
        ...

    def answer_slowly(self) -> None:
        """From now on, keep the submission, then wait longer than the connector's patience."""
        ...

    def lose_next_answer(self) -> None:
        """Keep the next submission, and cut the connection instead of answering."""
        ...

    def stop_listening(self) -> None:
        """Refuse connections."""
        ...

    def records(self) -> int:
        """How many distinct submissions are kept."""
        ...

    def received_text(self) -> str:
        """All that was received, as text, headers included."""
        ...

    def close(self) -> None:
        """Stop. May come after `stop_listening`."""
        ...


class StatusDouble(PartnerDouble, Protocol):
    """A fake partner that tells what became of requests."""

    def change_status(self, external_ref: str, raw_status: str) -> None:
        """Add one event to a kept submission."""
        ...

    def signed_call(self, external_ref: str, *, at: datetime, secret: str | None = None) -> InboundCall:
        """The call that announces the latest event, signed at ``at`` with ``secret`` (default: the right one)."""
        ...


class FollowUpDouble(PartnerDouble, Protocol):
    """A fake partner that can be told of a correction or a withdrawal, or given an answer.

    Needed are those of the methods that the connector's capabilities call for.
    """

    def decide(self, external_ref: str) -> None:
        """Decide a kept submission: nothing can be stopped or added any more."""
        ...

    def amendments(self, external_ref: str) -> list[int]:
        """The numbers of the corrections kept about a submission, in the order received."""
        ...

    def stopped(self) -> list[str]:
        """The references of what was stopped, each as often as it was."""
        ...

    def answers(self, external_ref: str) -> list[str]:
        """The answers kept about a submission."""
        ...


class EntitlementDouble(PartnerDouble, Protocol):
    """A fake partner that knows people. ``records`` counts the questions it answered about somebody."""

    expected: EntitlementAnswer  # what it knows of the sample

    def forget_everybody(self) -> None:
        """From now on, nobody is known."""
        ...


@dataclass
class Bench:
    """A connector under test, its double, and the acts of the suite."""

    kind: ConnectorType
    double: PartnerDouble
    connectors: list[Connector] = field(default_factory=list)

    def context(self, *, production: bool = False) -> ConnectorContext:
        """Short limits, loopback open, a clock that stands still."""
        policy = EgressPolicy(self.double.egress_allow, production=production)
        box = getattr(self.double, "letter_box", None)
        return ConnectorContext(instance="essai", egress=policy, now=lambda: NOW, timeouts=QUICK, letter_box=box)

    def connect(self) -> Connector:
        """A connector to the double."""
        built = build_connector(self.kind, self.double.options, self.double.secrets, self.context())
        self.connectors.append(built)
        return built

    def deliver(self, connector: Connector, key: str = "key-1", extra: Mapping[str, Any] | None = None) -> Receipt:
        """Hand over the sample, by whichever way this connector has."""
        if isinstance(connector, Submits):
            return connector.submit(self.command(key, extra))
        return cast("SendsMessages", connector).send(self.message(key))

    def ask(self, connector: Connector, extra: Mapping[str, Any] | None = None) -> EntitlementAnswer:
        """Ask about the sample."""
        question = EntitlementQuestion(payload={**self.double.sample, **(extra or {})})
        return cast("ChecksEntitlement", connector).check_entitlement(question)

    def use(self, connector: Connector, key: str = "key-1") -> object:
        """What this connector is for, once."""
        if isinstance(connector, ChecksEntitlement):
            return self.ask(connector)
        if isinstance(connector, FindsPlaces):
            return connector.search_places("rue du Lac")
        return self.deliver(connector, key)

    def failure(self, connector: Connector, key: str = "key-1") -> ConnectorError:
        """The error that using the connector raises. Anything else than a connector error fails the test."""
        return failure_of(lambda: self.use(connector, key))

    def command(self, key: str, extra: Mapping[str, Any] | None = None) -> SubmitCommand:
        """The sample as a command."""
        return SubmitCommand(
            idempotency_key=key,
            reference="VSI-7F3K-2M",
            subject_pseudonym="5f0c9b1e",
            procedure="inscription-scolaire",
            procedure_version=1,
            submitted_at=NOW,
            payload={**self.double.sample, **(extra or {})},
        )

    def message(self, key: str) -> OutgoingMessage:
        """The sample as a message."""
        return OutgoingMessage(
            idempotency_key=key,
            recipient=str(self.double.sample.get("contact.email") or self.double.sample["contact.phone"]),
            subject="Votre demande est enregistrée",
            text="Nous avons reçu votre demande VSI-7F3K-2M.",
            html="<p>Nous avons reçu votre demande VSI-7F3K-2M.</p>",
            sender="Services en ligne <ne-pas-repondre@valmont-sur-iselle.example>",
        )

    def private_values(self) -> list[str]:
        """Personal values and secrets long enough to be looked for in a log."""
        values = [*self.double.sample.values(), *self.double.secrets.values()]
        values += [part for value in values if isinstance(value, list) for part in value]
        return [value for value in values if isinstance(value, str) and len(value) > 5]

    def close(self) -> None:
        """Close what was opened."""
        for connector in self.connectors:
            connector.close()
        self.double.close()


def failure_of(call: Callable[[], object]) -> ConnectorError:
    """The error that the call raises. Anything else than a connector error fails the test."""
    try:
        call()
    except ConnectorError as error:
        return error
    raise AssertionError("it went through")


def told_by(error: BaseException) -> str:
    """All that an error would write in a log, its causes included."""
    return "".join(traceback.format_exception(error)) + repr(error)
