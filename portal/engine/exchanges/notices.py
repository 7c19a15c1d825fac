"""Text messages and the e-mail of the morning: what the worker does with them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from connectors.sdk import (
    ConfigurationError,
    OutgoingMessage,
    PermanentError,
    Receipt,
    SendsMessages,
)
from portal.casework.appointments.service import is_notice_due, render_appointment_text
from portal.casework.contacts.service import render_contact_text
from portal.casework.notifications import service as notifications
from portal.casework.notifications.policy import QUIET_FROM, QUIET_UNTIL, blocks, quiet_end
from portal.casework.notifications.service import NoticeChannel, NotificationEvent, RenderedNotification, TextMessage
from portal.casework.requests import service as requests
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.handlers import SendNotification, connector_of
from portal.engine.exchanges.outcomes import NoLongerNeeded, NotYet, Outcome
from portal.engine.exchanges.service import apply_orphans
from portal.ground import clock
from portal.ground.db import Database
from portal.records.connections.service import ConnectionRegistry
from portal.records.outbox.service import Claimed

NOTICE_OVER = "notice_over"


def send_text(registry: ConnectionRegistry, message: TextMessage, claimed: Claimed) -> Receipt:
    """Hand a text message over to the operator.

    :raises NoLongerNeeded: the number cannot be reached: it is no task for a person, the notice goes another way.
    """
    connector = connector_of(registry, claimed.lane)
    if not isinstance(connector, SendsMessages):
        raise ConfigurationError("connection_does_not_send")
    outgoing = OutgoingMessage(
        idempotency_key=claimed.idempotency_key,
        recipient=message.recipient,
        subject="",
        text=message.text,
        html="",
        sender="",
    )
    try:
        return connector.send(outgoing)
    except PermanentError as error:
        if blocks(NoticeChannel.SMS, error.code):
            raise NoLongerNeeded(error.code) from None
        raise


def segments_of(receipt: Receipt) -> int:
    """How many segments the operator counts; one when it does not say."""
    word, _colon, count = receipt.raw_status.partition(":")
    return int(count) if word == "segments" and count.isascii() and count.isdigit() else 1


@dataclass(frozen=True, slots=True)
class SendText:
    """Sends a notice by SMS, outside the quiet hours of the person. Sending again is harmless: the key is the same."""

    registry: ConnectionRegistry
    public_url: str
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> TextMessage:
        """The message, written from what is true now. What was on its way is not held back by the hour.

        :raises NotYet: the person wants to be left in peace at this hour.
        """
        if claimed.lane not in self.registry:
            raise NoLongerNeeded("connection_unknown")
        notice = notifications.get_notification(session, _notice_of(claimed))
        if notice.account_id is not None and not claimed.uncertain:
            chosen = notifications.get_preferences(session, notice.account_id)
            until = quiet_end(clock.now(), chosen.quiet_from, chosen.quiet_until)
            if until is not None:
                raise NotYet("quiet_hours", until)
        if not is_notice_due(session, notice.event, notice.cause):
            raise NoLongerNeeded(NOTICE_OVER)
        message = requests.render_text(session, notice.id, public_url=self.public_url)
        if message is None:
            raise NoLongerNeeded("phone_unusable")
        return message

    def call(self, loaded: TextMessage, claimed: Claimed) -> Receipt:
        """Hand the message over to the operator."""
        return send_text(self.registry, loaded, claimed)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Note that it left, and apply the report that came before we knew its reference; or that it did not."""
        notice_id = _notice_of(claimed)
        if outcome.ending is Ending.DELIVERED and outcome.receipt is not None:
            requests.record_text_sent(
                session,
                notice_id,
                connection=claimed.lane,
                external_ref=outcome.receipt.external_ref,
                segments=segments_of(outcome.receipt),
            )
            apply_orphans(session, connection=claimed.lane, external_ref=outcome.receipt.external_ref)
        elif outcome.ending is Ending.DEAD:
            requests.record_notification_unsent(session, notice_id, code=outcome.code, channel=NoticeChannel.SMS)
            requests.fall_back_to_email(session, notice_id)

    def note_unneeded(self, session: Session, claimed: Claimed, code: str) -> None:
        """The phone cannot be reached: the notice goes by e-mail. What is not true any more goes nowhere."""
        if code == NOTICE_OVER:
            requests.record_notification_unsent(session, _notice_of(claimed), code=code, channel=NoticeChannel.SMS)
            return
        requests.record_text_refused(session, _notice_of(claimed), code=code)


@dataclass(frozen=True, slots=True)
class SendPhoneCode:
    """Sends the code that proves a number, at any hour: the person waits for it."""

    registry: ConnectionRegistry
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> TextMessage:
        """The message with the code, drawn for it alone."""
        message = notifications.render_phone_code(session, UUID(claimed.payload["claim_id"]))
        if message is None:
            raise NoLongerNeeded("code_over")
        return message

    def call(self, loaded: TextMessage, claimed: Claimed) -> Receipt:
        """Hand the message over to the operator."""
        return send_text(self.registry, loaded, claimed)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Keep the operator's reference, or that it refused: the page of the person says so."""
        claim_id = UUID(claimed.payload["claim_id"])
        if outcome.ending is Ending.DELIVERED and outcome.receipt is not None:
            notifications.record_code_sent(session, claim_id, external_ref=outcome.receipt.external_ref)
            notifications.count_sms(session, segments_of(outcome.receipt))
            apply_orphans(session, connection=claimed.lane, external_ref=outcome.receipt.external_ref)
        elif outcome.ending is Ending.DEAD:
            notifications.record_code_sent(session, claim_id, refused=outcome.code)

    def note_unneeded(self, session: Session, claimed: Claimed, code: str) -> None:
        """The operator does not take this number."""
        if code != "code_over":
            notifications.record_code_sent(session, UUID(claimed.payload["claim_id"]), refused=code)


@dataclass(frozen=True, slots=True)
class SendContactText:
    """Sends the answer to a call or a letter as a text message: the person asked for it so."""

    registry: ConnectionRegistry
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> TextMessage:
        """The message, whose words are unsealed for it alone."""
        message = render_contact_text(session, UUID(claimed.payload["contact_id"]))
        if message is None:
            raise NoLongerNeeded("contact_erased")
        return message

    def call(self, loaded: TextMessage, claimed: Claimed) -> Receipt:
        """Hand the message over to the operator.

        :raises PermanentError: the number cannot be reached: somebody must answer another way.
        """
        try:
            return send_text(self.registry, loaded, claimed)
        except NoLongerNeeded as blocked:
            raise PermanentError(blocked.code) from None

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:  # noqa: ARG002  same signature
        """Count what left; what did not is a task in « Envois »."""
        if outcome.ending is Ending.DELIVERED and outcome.receipt is not None:
            notifications.count_sms(session, segments_of(outcome.receipt))


@dataclass(frozen=True, slots=True)
class SendAppointmentText:
    """Tells somebody without an account of their appointment as a text message: while it is true, and by day."""

    registry: ConnectionRegistry
    public_url: str
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> TextMessage:
        """The message, whose number is unsealed for it alone.

        :raises NotYet: it is night.
        """
        if claimed.lane not in self.registry:
            raise NoLongerNeeded("connection_unknown")
        until = quiet_end(clock.now(), QUIET_FROM, QUIET_UNTIL)
        if until is not None and not claimed.uncertain:
            raise NotYet("quiet_hours", until)
        told, message = claimed.payload, None
        if is_notice_due(session, NotificationEvent(told["event"]), told["cause"]):
            named = UUID(told["appointment_id"])
            message = render_appointment_text(session, named, told["event"], told["cause"], public_url=self.public_url)
        if message is None:
            raise NoLongerNeeded("appointment_over")
        return message

    def call(self, loaded: TextMessage, claimed: Claimed) -> Receipt:
        """Hand the message over to the operator."""
        return send_text(self.registry, loaded, claimed)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:  # noqa: ARG002  same signature
        """Count what left; what did not is a task in « Envois »."""
        if outcome.ending is Ending.DELIVERED and outcome.receipt is not None:
            notifications.count_sms(session, segments_of(outcome.receipt))


@dataclass(frozen=True, slots=True)
class SendDigest(SendNotification):
    """Sends the e-mail of the morning: once, like any e-mail."""

    def render(self, session: Session, claimed: Claimed) -> RenderedNotification | None:
        """The letter, with all that was gathered for this account."""
        return requests.render_digest(session, _batch_of(claimed), public_url=self.public_url)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Each notice in it says how it fared."""
        if outcome.ending in {Ending.DELIVERED, Ending.DEAD}:
            sent = outcome.ending is Ending.DELIVERED
            requests.record_digest(session, _batch_of(claimed), connection=claimed.lane, code=outcome.code, sent=sent)

    def note_unneeded(self, session: Session, claimed: Claimed, code: str) -> None:
        """There is nobody to write to any more."""
        requests.record_digest(session, _batch_of(claimed), connection=claimed.lane, code=code, sent=False)


def gather_digests(database: Database) -> None:
    """Order the e-mails of the morning that are due: one unit for each account, so that a kill loses nothing."""
    ordered = True
    while ordered:
        with database.reading() as session:
            due = notifications.accounts_to_gather(session)
        ordered = False
        for account_id in due:
            with database.writing() as session:
                ordered = notifications.gather(session, account_id) is not None or ordered


def _notice_of(claimed: Claimed) -> UUID:
    return UUID(claimed.payload["notification_id"])


def _batch_of(claimed: Claimed) -> UUID:
    return UUID(claimed.payload["batch_id"])
