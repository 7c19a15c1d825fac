"""What the worker does with what follows a request: the person corrected it, gave it up, or answered a question."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from connectors.sdk import (
    AmendCommand,
    Amends,
    ComplementCommand,
    Complements,
    ConfigurationError,
    Receipt,
    WithdrawCommand,
    Withdraws,
)
from portal.casework.requests import service as requests
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.handlers import connector_of, death_of
from portal.engine.exchanges.outcomes import NoLongerNeeded, NotCarried, Outcome
from portal.ground.errors import Conflict
from portal.ground.vault.service import VaultDestroyed
from portal.records.connections.service import ConnectionRegistry
from portal.records.outbox.service import Claimed


@dataclass(frozen=True, slots=True)
class TellAmendment:
    """Hands a correction to a recipient that has the request. Sending again is harmless: the same key, one correction.

    Only the last correction is ever sent: it is the whole request as it now stands.
    """

    registry: ConnectionRegistry
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> AmendCommand:
        """What is handed over; an agent's task when this connection cannot carry it."""
        request_id, name = _about(claimed)
        sent = self.registry.data_sent(name) if name in self.registry else frozenset()
        try:
            command = requests.amendment_command(
                session, request_id, name, _number(claimed), sent, idempotency_key=claimed.idempotency_key
            )
        except VaultDestroyed:
            raise NoLongerNeeded("request_erased") from None
        except Conflict as conflict:
            raise NoLongerNeeded(conflict.code) from None
        _check_carried(self.registry, name, "amends", "amendment_not_carried")
        return command

    def call(self, loaded: AmendCommand, claimed: Claimed) -> Receipt:
        """Hand over, under the same idempotency key at each attempt."""
        connector = connector_of(self.registry, claimed.payload["connection"])
        if not isinstance(connector, Amends):
            raise ConfigurationError("connection_does_not_amend")
        return connector.amend(loaded)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Tell the request and the journal."""
        request_id, name = _about(claimed)
        _journal(session, claimed, outcome, "amendment_transmitted")
        if outcome.ending is Ending.DELIVERED and outcome.receipt is not None:
            requests.record_amendment(session, request_id, name, _number(claimed), outcome.receipt)
        else:
            _settle_failure(session, claimed, outcome)


@dataclass(frozen=True, slots=True)
class TellWithdrawal:
    """Has a recipient stop. Asking again is harmless: what has stopped stays so."""

    registry: ConnectionRegistry
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> WithdrawCommand:
        """What is told; an agent's task when this connection cannot carry it."""
        request_id, name = _about(claimed)
        try:
            command = requests.withdrawal_command(session, request_id, name, idempotency_key=claimed.idempotency_key)
        except Conflict as conflict:
            raise NoLongerNeeded(conflict.code) from None
        _check_carried(self.registry, name, "withdraws", "withdrawal_not_carried")
        return command

    def call(self, loaded: WithdrawCommand, claimed: Claimed) -> Receipt:
        """Tell, under the same idempotency key at each attempt."""
        connector = connector_of(self.registry, claimed.payload["connection"])
        if not isinstance(connector, Withdraws):
            raise ConfigurationError("connection_does_not_withdraw")
        return connector.withdraw(loaded)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Tell the request and the journal."""
        request_id, name = _about(claimed)
        _journal(session, claimed, outcome, "withdrawal_transmitted")
        if outcome.ending is Ending.DELIVERED and outcome.receipt is not None:
            requests.record_withdrawal(session, request_id, name, outcome.receipt)
        else:
            _settle_failure(session, claimed, outcome)


@dataclass(frozen=True, slots=True)
class PassAnswer:
    """Hands the resident's answer to the recipient who asked. Sending again is harmless: the same key, one answer."""

    registry: ConnectionRegistry
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> ComplementCommand:
        """What is handed over; an agent's task when this connection cannot carry it."""
        request_id, name = _about(claimed)
        message_id = UUID(claimed.payload["message_id"])
        try:
            command = requests.complement_command(
                session, request_id, name, message_id, idempotency_key=claimed.idempotency_key
            )
        except VaultDestroyed:
            raise NoLongerNeeded("request_erased") from None
        except Conflict as conflict:
            raise NoLongerNeeded(conflict.code) from None
        _check_carried(self.registry, name, "complements", "answer_not_carried")
        return command

    def call(self, loaded: ComplementCommand, claimed: Claimed) -> Receipt:
        """Hand over, under the same idempotency key at each attempt."""
        connector = connector_of(self.registry, claimed.payload["connection"])
        if not isinstance(connector, Complements):
            raise ConfigurationError("connection_does_not_complement")
        return connector.complement(loaded)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Tell the request and the journal."""
        request_id, name = _about(claimed)
        _journal(session, claimed, outcome, "answer_transmitted")
        if outcome.ending is Ending.DELIVERED:
            requests.record_complement(session, request_id, name, UUID(claimed.payload["message_id"]))
        else:
            _settle_failure(session, claimed, outcome)


def _about(claimed: Claimed) -> tuple[UUID, str]:
    return UUID(claimed.payload["request_id"]), claimed.payload["connection"]


def _number(claimed: Claimed) -> int:
    return int(claimed.payload["amendment"])


def _check_carried(registry: ConnectionRegistry, name: str, capability: str, code: str) -> None:
    """:raises NotCarried: the partner takes no such thing by this connection."""
    if name in registry and capability not in registry.manifest(name).capabilities:
        raise NotCarried(code)


def _settle_failure(session: Session, claimed: Claimed, outcome: Outcome) -> None:
    if outcome.ending is Ending.DEAD:
        request_id, name = _about(claimed)
        death = death_of(claimed)
        requests.record_follow_up_failure(session, request_id, name, kind=claimed.kind, code=outcome.code, death=death)


def _journal(session: Session, claimed: Claimed, outcome: Outcome, action: str) -> None:
    """Each try is an exchange that the person may see, whatever came of it."""
    request_id, name = _about(claimed)
    if outcome.ending is Ending.DELIVERED:
        left = outcome.receipt is None or outcome.receipt.left
        requests.record_exchange(session, request_id, name, action if left else "letter_prepared")
    else:
        told = {"kind": claimed.kind, "outcome": outcome.ending.value, "code": outcome.code[:80]}
        requests.record_exchange(session, request_id, name, "follow_up_not_transmitted", details=told)
