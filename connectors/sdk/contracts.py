"""What a connector can do: one protocol for each capability, and what the portal lends it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from connectors.sdk.egress import EgressPolicy
from connectors.sdk.values import (
    DEFAULT_TIMEOUTS,
    AmendCommand,
    CheckReport,
    ComplementCommand,
    EntitlementAnswer,
    EntitlementQuestion,
    InboundCall,
    LetterDraft,
    OutgoingMessage,
    PlaceFound,
    Receipt,
    StatusUpdate,
    SubmitCommand,
    Timeouts,
    VehicleStations,
    WithdrawCommand,
)

if TYPE_CHECKING:
    from connectors.sdk.manifest import Manifest


class LetterBox(Protocol):
    """Where a connector leaves letters: the portal keeps them sealed until a person has posted them."""

    def deposit(self, draft: LetterDraft) -> str:
        """Make the letter and keep it to be posted; its number. The same key twice is one letter. May be slow."""
        ...

    def find(self, idempotency_key: str) -> str | None:
        """The number of the letter deposited under this key."""
        ...

    def cancel(self, reference: str) -> bool:
        """Take back the letters of this request that are not posted. True when none of them ever was."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What the portal lends to a connector. ``instance`` is the connection's name, ``now`` gives aware UTC time.

    ``letter_box``: where letters are left; None where nobody posts any.
    """

    instance: str
    egress: EgressPolicy
    now: Callable[[], datetime]
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    letter_box: LetterBox | None = None


class Connector(Protocol):
    """What all connectors have. One instance serves several threads."""

    @property
    def manifest(self) -> "Manifest":
        """What is exchanged with this partner."""
        ...

    def check(self) -> CheckReport:
        """Try settings, connection and credentials, without any effect at the partner's. Never raises."""
        ...

    def close(self) -> None:
        """Release the sockets. May be called twice."""
        ...


@runtime_checkable
class Submits(Protocol):
    """Hands requests over to a partner."""

    def submit(self, command: SubmitCommand) -> Receipt:
        """Hand over. The same idempotency key twice gives one record and the same receipt."""
        ...

    def find_submission(self, reference: str, idempotency_key: str) -> Receipt | None:
        """Ask the partner whether it has this request already."""
        ...


@runtime_checkable
class Amends(Protocol):
    """Tells a partner that a request handed over is no longer the same."""

    def amend(self, command: AmendCommand) -> Receipt:
        """Correct. The same key twice makes one correction. Raises PermanentError when it can no longer be done."""
        ...


@runtime_checkable
class Withdraws(Protocol):
    """Tells a partner that a request handed over is taken back."""

    def withdraw(self, command: WithdrawCommand) -> Receipt:
        """Take back. Twice, even under another key, is once. Raises PermanentError when it can no longer be done.

        The receipt is ``received`` when the partner itself says that it has stopped.
        """
        ...


@runtime_checkable
class Complements(Protocol):
    """Hands the answer of a person to the partner who asked."""

    def complement(self, command: ComplementCommand) -> Receipt:
        """Hand over. The same idempotency key twice gives one answer. Errors as for `Submits.submit`."""
        ...


@runtime_checkable
class LocatesVehicles(Protocol):
    """Tells where shared bikes are."""

    def fetch_stations(self) -> VehicleStations:
        """All the stations with what is there now. Raises connector errors."""
        ...


@runtime_checkable
class FindsPlaces(Protocol):
    """Finds addresses from the first letters, or from a point."""

    def search_places(self, text: str, *, city_code: str = "", limit: int = 5) -> Sequence[PlaceFound]:
        """Addresses like ``text``, best first, within five seconds: somebody is waiting. Raises connector errors."""
        ...

    def locate_place(self, latitude: float, longitude: float) -> PlaceFound | None:
        """The nearest address of a point, None when there is none near."""
        ...


@runtime_checkable
class ReportsStatus(Protocol):
    """Tells, when asked, what became of requests."""

    def fetch_updates(self, external_refs: Sequence[str]) -> Sequence[StatusUpdate]:
        """All news of these requests. Asked twice, the same news bears the same ``update_id``."""
        ...


@runtime_checkable
class ReceivesWebhooks(Protocol):
    """Is told by the partner what became of requests."""

    def read_webhook(self, call: InboundCall) -> Sequence[StatusUpdate]:
        """Check the signature, then read. Raises WebhookRefused. News bears the same ``update_id`` as when fetched."""
        ...


@runtime_checkable
class SendsMessages(Protocol):
    """Sends messages to people."""

    def send(self, message: OutgoingMessage) -> Receipt:
        """Send once. After an ambiguous failure it may have left already: the portal must not resend on its own."""
        ...


@runtime_checkable
class ChecksEntitlement(Protocol):
    """Tells what an administration already knows of a person, so that nobody has to prove it again."""

    @property
    def sign_in_scope(self) -> str:
        """The scope that a new sign-in must carry, for its token to name the person; empty when the payload does."""
        ...

    def check_entitlement(self, question: EntitlementQuestion) -> EntitlementAnswer:
        """Ask, within five seconds: somebody is waiting for the page. Asking twice has no effect of its own."""
        ...


CAPABILITIES: Mapping[str, type] = {
    "submits": Submits,
    "amends": Amends,
    "withdraws": Withdraws,
    "complements": Complements,
    "locates_vehicles": LocatesVehicles,
    "finds_places": FindsPlaces,
    "reports_status": ReportsStatus,
    "receives_webhooks": ReceivesWebhooks,
    "sends_messages": SendsMessages,
    "checks_entitlement": ChecksEntitlement,
}


def capabilities_of(connector: object) -> frozenset[str]:
    """Names of the capabilities this object really implements."""
    return frozenset(name for name, protocol in CAPABILITIES.items() if isinstance(connector, protocol))
