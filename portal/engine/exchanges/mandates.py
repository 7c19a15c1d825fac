"""What the worker does for mandates: the code that a person says to the agent, and the PDF of the attestation."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from connectors.sdk import Receipt
from portal.casework.mandates import service as mandates
from portal.casework.mandates.service import AttestationOrder, AttestationReceipt
from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import TextMessage
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.notices import segments_of, send_text
from portal.engine.exchanges.outcomes import NoLongerNeeded, Outcome
from portal.engine.exchanges.service import apply_orphans
from portal.records.connections.service import ConnectionRegistry
from portal.records.outbox.service import Claimed

CODE_OVER = "code_over"


@dataclass(frozen=True, slots=True)
class SendMandateCode:
    """Sends the code that confirms a mandate, at any hour: the person waits, beside an agent or on the phone."""

    registry: ConnectionRegistry
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> TextMessage:
        """The message with the code, drawn for it alone."""
        if claimed.lane not in self.registry:
            raise NoLongerNeeded("connection_unknown")
        message = mandates.render_mandate_code(session, _consent_of(claimed))
        if message is None:
            raise NoLongerNeeded(CODE_OVER)
        return message

    def call(self, loaded: TextMessage, claimed: Claimed) -> Receipt:
        """Hand the message over to the operator."""
        return send_text(self.registry, loaded, claimed)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Keep the operator's reference, or that it refused: the page of the agent says so and offers another proof."""
        consent_id = _consent_of(claimed)
        if outcome.ending is Ending.DELIVERED and outcome.receipt is not None:
            mandates.record_mandate_code_sent(session, consent_id, external_ref=outcome.receipt.external_ref)
            notifications.count_sms(session, segments_of(outcome.receipt))
            apply_orphans(session, connection=claimed.lane, external_ref=outcome.receipt.external_ref)
        elif outcome.ending is Ending.DEAD:
            mandates.record_mandate_code_sent(session, consent_id, refused=outcome.code)

    def note_unneeded(self, session: Session, claimed: Claimed, code: str) -> None:
        """The operator does not take this number, or there is no operator."""
        if code != CODE_OVER:
            mandates.record_mandate_code_sent(session, _consent_of(claimed), refused=code)


@dataclass(frozen=True, slots=True)
class MakeAttestation:
    """Makes the PDF of an attestation. Making it again is harmless: one alone is kept."""

    public_url: str
    press: Callable[[AttestationOrder], AttestationReceipt] = mandates.print_attestation
    resends: bool = True

    def load(self, session: Session, claimed: Claimed) -> AttestationOrder:
        """What is printed, composed from what was frozen."""
        order = mandates.order_attestation(session, _mandate_of(claimed), public_url=self.public_url)
        if order is None:
            raise NoLongerNeeded("paper_not_needed")
        return order

    def call(self, loaded: AttestationOrder, claimed: Claimed) -> Receipt:  # noqa: ARG002  the signature is fixed
        """Print, in a process of its own."""
        return self.press(loaded)

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Keep the PDF; the page of the attestation reads how far it is from the outbox."""
        found = outcome.receipt
        if isinstance(found, AttestationReceipt) and found.printed is not None:
            mandates.keep_attestation(session, _mandate_of(claimed), found.printed)


def _consent_of(claimed: Claimed) -> UUID:
    return UUID(claimed.payload["consent_id"])


def _mandate_of(claimed: Claimed) -> UUID:
    return UUID(claimed.payload["mandate_id"])
