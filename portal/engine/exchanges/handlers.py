"""What the worker does with each kind of message."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from connectors.sdk import (
    ConfigurationError,
    Connector,
    OutgoingMessage,
    Receipt,
    SendsMessages,
    SubmitCommand,
    Submits,
)
from portal.casework.appointments.service import is_notice_due, render_appointment_letter
from portal.casework.assistance.service import render_code_letter
from portal.casework.contacts.service import render_contact_reply
from portal.casework.notifications.account_code import render_account_code
from portal.casework.notifications.service import (
    NoticeChannel,
    NotificationEvent,
    RenderedNotification,
    get_notification,
    is_blocked,
)
from portal.casework.receipts import service as receipts
from portal.casework.receipts.service import Printed, PrintOrder
from portal.casework.requests import service as requests
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.outcomes import NoLongerNeeded, Outcome
from portal.engine.exchanges.service import apply_orphans
from portal.ground.errors import Conflict, NotFound
from portal.ground.vault.service import VaultDestroyed
from portal.records.connections.service import ConnectionRegistry
from portal.records.outbox.service import Claimed

FORWARD_REQUEST = "forward_request"
NOTIFICATION = "notification"


def death_of(claimed: Claimed) -> str:
    """What tells one death of a message from another, after it was played again say."""
    return f"{claimed.id}:{claimed.fence}"


def is_refused_address(code: str) -> bool:
    """Whether a mail server, or our own check, said for good that nothing can be delivered to this address."""
    return code.startswith("smtp_5") or code in {"address_invalid", "recipient_not_supported"}


def connector_of(registry: ConnectionRegistry, name: str) -> Connector:
    """The connector of a connection. :raises ConfigurationError: it cannot be built, or is no longer configured."""
    try:
        return registry.get(name)
    except NotFound:
        raise ConfigurationError("connection_unknown") from None


@dataclass(frozen=True, slots=True)
class ForwardRequest:
    """Hands a request over to a recipient. Sending again is harmless: the same key gives one record."""

    registry: ConnectionRegistry
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> "_ToSubmit | _LookUp":
        """Only the concepts that the connection's manifest declares, as the answers now stand.

        What the person gave up, or what is decided, is not sent any more; where an attempt may have arrived, it is
        looked for.
        """
        request_id, name = _request_of(claimed), claimed.payload["connection"]
        try:
            sent = self.registry.data_sent(name) if name in self.registry else frozenset()
            amendment = requests.current_amendment(session, request_id)
            return _ToSubmit(requests.forwarding_command(session, request_id, sent, name), amendment)
        except VaultDestroyed:
            raise NoLongerNeeded("request_erased") from None
        except Conflict as conflict:
            if claimed.uncertain:
                command = requests.forwarding_command(session, request_id, (), name, ended=True)
                return _LookUp(command, conflict.code)
            raise NoLongerNeeded(conflict.code) from None

    def call(self, loaded: "_ToSubmit | _LookUp", claimed: Claimed) -> Receipt:
        """Submit, under the same idempotency key at each attempt.

        What was corrected since an attempt that may have arrived is looked for first: the same key never carries two
        contents.
        """
        connector = connector_of(self.registry, claimed.payload["connection"])
        if not isinstance(connector, Submits):
            raise ConfigurationError("connection_does_not_submit")
        command = loaded.command
        if isinstance(loaded, _LookUp) or (claimed.uncertain and loaded.amendment):
            found = connector.find_submission(command.reference, command.idempotency_key)
            if found is not None:
                return found
        if isinstance(loaded, _LookUp):
            raise NoLongerNeeded(loaded.code)
        return ForwardReceipt.of(connector.submit(command), loaded.amendment)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Tell the request. The timeline keeps the first setback only: where it stands now is read from the outbox."""
        request_id, name = _request_of(claimed), claimed.payload["connection"]
        _journal(session, request_id, name, outcome)
        if outcome.ending is Ending.DELIVERED and outcome.receipt is not None:
            carried = outcome.receipt.amendment if isinstance(outcome.receipt, ForwardReceipt) else None
            requests.record_delivery(session, request_id, name, outcome.receipt, amendment=carried)
            apply_orphans(session, connection=name, external_ref=outcome.receipt.external_ref)
        elif outcome.ending is Ending.DEAD:
            death = death_of(claimed)
            requests.record_delivery_failure(session, request_id, name, code=outcome.code, death=death)
        elif outcome.ending is Ending.RETRYING and claimed.attempt == 1 and outcome.next_attempt_at is not None:
            requests.record_delivery_retry(
                session, request_id, name, code=outcome.code, next_attempt_at=outcome.next_attempt_at
            )


@dataclass(frozen=True, slots=True)
class ForwardReceipt(Receipt):
    """What the recipient gives back, and the number of the last correction in what it was sent."""

    amendment: int = 0

    @classmethod
    def of(cls, receipt: Receipt, amendment: int) -> "ForwardReceipt":
        """The recipient's receipt for a content that holds ``amendment``."""
        return cls(
            receipt.external_ref, receipt.raw_status, received=receipt.received, left=receipt.left, amendment=amendment
        )


@dataclass(frozen=True, slots=True)
class _ToSubmit:
    """A request as it now stands, with the number of its last correction."""

    command: SubmitCommand
    amendment: int


@dataclass(frozen=True, slots=True)
class _LookUp:
    """A request that ended after an attempt that may have arrived: the recipient is asked, and sent nothing."""

    command: SubmitCommand
    code: str


@dataclass(frozen=True, slots=True)
class SendNotification:
    """Sends a letter by e-mail: once. When it may have left, it belongs to a person."""

    registry: ConnectionRegistry
    public_url: str
    sender: str
    resends: bool = False

    def load(self, session: Session, claimed: Claimed) -> RenderedNotification:
        """The letter, written from what is true now."""
        letter = self.render(session, claimed)
        if letter is None:
            raise NoLongerNeeded("no_recipient")
        if is_blocked(session, NoticeChannel.EMAIL, letter.recipient):
            raise NoLongerNeeded("address_blocked")
        return letter

    def render(self, session: Session, claimed: Claimed) -> RenderedNotification | None:
        """The letter; None when there is nobody to write to, or nothing to say, any more."""
        notice = get_notification(session, _notification_of(claimed))
        if not is_notice_due(session, notice.event, notice.cause):
            return None
        return requests.render_notification(session, notice.id, public_url=self.public_url)

    def call(self, loaded: RenderedNotification, claimed: Claimed) -> Receipt:
        """Hand the letter over to the mail server."""
        connector = connector_of(self.registry, claimed.lane)
        if not isinstance(connector, SendsMessages):
            raise ConfigurationError("connection_does_not_send")
        message = OutgoingMessage(
            idempotency_key=claimed.idempotency_key,
            recipient=loaded.recipient,
            subject=loaded.subject,
            text=loaded.text,
            html=loaded.html,
            sender=self.sender,
        )
        return connector.send(message)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """The timeline says which letter left, or that the address does not take any."""
        if outcome.ending is Ending.DELIVERED:
            requests.record_notification_sent(session, _notification_of(claimed), connection=claimed.lane)
        elif outcome.ending is Ending.DEAD and is_refused_address(outcome.code):
            requests.record_notification_refused(session, _notification_of(claimed), code=outcome.code)
        elif outcome.ending is Ending.DEAD:
            requests.record_notification_unsent(session, _notification_of(claimed), code=outcome.code)

    def note_unneeded(self, session: Session, claimed: Claimed, code: str) -> None:
        """A notice that nobody can be sent any more says so on the page of its request."""
        if "notification_id" in claimed.payload:
            requests.record_notification_unsent(session, _notification_of(claimed), code=code)


@dataclass(frozen=True, slots=True)
class SendDepartmentAlert(SendNotification):
    """Tells a department what waits for a person: a sending, an opinion, a deadline; nothing of the resident."""

    def render(self, session: Session, claimed: Claimed) -> RenderedNotification | None:
        """The letter; None when the department has no address any more."""
        told = claimed.payload
        opinion = told.get("opinion_id")
        return requests.render_department_alert(
            session,
            UUID(told["request_id"]),
            told["connection"],
            about=told["about"],
            public_url=self.public_url,
            opinion_id=UUID(opinion) if opinion else None,
        )

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing is kept beyond the sending itself."""


@dataclass(frozen=True, slots=True)
class SendDraftNotice(SendNotification):
    """Warns of a draft about to be erased; it belongs to no request, hence to no timeline."""

    def render(self, session: Session, claimed: Claimed) -> RenderedNotification | None:
        """The warning; None when the draft is gone or was taken up again."""
        return requests.render_draft_notice(session, UUID(claimed.payload["draft_id"]), public_url=self.public_url)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing is kept beyond the sending itself."""


def _journal(session: Session, request_id: UUID, name: str, outcome: Outcome) -> None:
    """Each try is an exchange that the person may see, whatever came of it."""
    if outcome.ending is Ending.DELIVERED:
        left = outcome.receipt is None or outcome.receipt.left
        requests.record_exchange(session, request_id, name, "request_transmitted" if left else "letter_prepared")
    else:
        told = {"outcome": outcome.ending.value, "code": outcome.code[:80]}
        requests.record_exchange(session, request_id, name, "request_not_transmitted", details=told)


@dataclass(frozen=True, slots=True)
class SendAccountCode(SendNotification):
    """Sends the code that proves a former account: once, and not after it is over."""

    def load(self, session: Session, claimed: Claimed) -> RenderedNotification:
        """The letter with the code, which is unsealed for it alone."""
        letter = render_account_code(session, UUID(claimed.payload["claim_id"]), public_url=self.public_url)
        if letter is None:
            raise NoLongerNeeded("code_over")
        return letter

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing to tell: the person sees whether it came."""


@dataclass(frozen=True, slots=True)
class SendResumeCode(SendAccountCode):
    """Sends the code of a draft to its owner: once, and not after it is over."""

    def load(self, session: Session, claimed: Claimed) -> RenderedNotification:
        """The letter with the code, which is drawn again for it alone."""
        letter = render_code_letter(session, UUID(claimed.payload["code_id"]), public_url=self.public_url)
        if letter is None:
            raise NoLongerNeeded("code_over")
        return letter


@dataclass(frozen=True, slots=True)
class SendContactReply(SendAccountCode):
    """Sends the answer to a call or a letter: once, and not after it is erased."""

    def load(self, session: Session, claimed: Claimed) -> RenderedNotification:
        """The e-mail, whose words are unsealed for it alone."""
        letter = render_contact_reply(session, UUID(claimed.payload["contact_id"]))
        if letter is None:
            raise NoLongerNeeded("contact_erased")
        return letter


@dataclass(frozen=True, slots=True)
class SendAppointmentLetter(SendAccountCode):
    """Tells somebody without an account of their appointment: once, and only while it is true."""

    def load(self, session: Session, claimed: Claimed) -> RenderedNotification:
        """The e-mail, whose address is unsealed for it alone."""
        told = claimed.payload
        letter = None
        if is_notice_due(session, NotificationEvent(told["event"]), told["cause"]):
            named = UUID(told["appointment_id"])
            letter = render_appointment_letter(session, named, told["event"], told["cause"], public_url=self.public_url)
        if letter is None:
            raise NoLongerNeeded("appointment_over")
        return letter


@dataclass(frozen=True, slots=True)
class PaperReceipt(Receipt):
    """What the press gives back: the order with its PDF, to be kept in the unit that writes the outcome."""

    order: PrintOrder | None = None
    printed: Printed | None = None


@dataclass(frozen=True, slots=True)
class MakePaper:
    """Makes the PDF of a paper. The recipient is our own press: making it again is harmless, one alone is kept."""

    public_url: str
    press: Callable[[PrintOrder], Printed] = receipts.print_order
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> PrintOrder:
        """What is printed, composed from what was frozen."""
        order = receipts.order_for_press(session, _request_of(claimed), claimed.kind, public_url=self.public_url)
        if order is None:
            raise NoLongerNeeded("paper_not_needed")
        return order

    def call(self, loaded: PrintOrder, claimed: Claimed) -> Receipt:  # noqa: ARG002  the signature is fixed
        """Print, in a process of its own."""
        return PaperReceipt(external_ref="", order=loaded, printed=self.press(loaded))

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:  # noqa: ARG002  same
        """Keep the PDF; the page of the paper reads how far it is from the outbox."""
        found = outcome.receipt
        if isinstance(found, PaperReceipt) and found.order is not None and found.printed is not None:
            receipts.keep_pdf(session, found.order, found.printed)


def _request_of(claimed: Claimed) -> UUID:
    return UUID(claimed.payload["request_id"])


def _notification_of(claimed: Claimed) -> UUID:
    return UUID(claimed.payload["notification_id"])
