"""Hands enrolments over and what follows them, asks for their state, reads the partner's signed calls."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.partners.school import mapping
from connectors.partners.school.client import DuplicateChildYear, EnrolmentEnded, SchoolClient
from connectors.partners.school.settings import SchoolSettings
from connectors.partners.school.wire import Callback, Created
from connectors.sdk import (
    AmendCommand,
    CheckReport,
    ComplementCommand,
    ConfigurationError,
    ConnectorContext,
    PermanentError,
    ProtocolError,
    Receipt,
    StatusUpdate,
    SubmitCommand,
    WithdrawCommand,
    load_manifest,
    report_check,
)
from connectors.sdk.reporting import ReportsBothWays, safe_reference


class SchoolConnector(ReportsBothWays):
    """Submits, amends, withdraws, complements, reports status and receives webhooks, over school-enrolment/1."""

    manifest = load_manifest("connectors.partners.school")
    callback_type = "enrolment.status_changed"

    def __init__(self, settings: SchoolSettings, context: ConnectorContext) -> None:
        super().__init__(context.now)
        self._settings = settings
        self._client = SchoolClient(settings, context)

    def check(self) -> CheckReport:
        """Ping the partner, and make sure it serves this local authority."""
        return report_check(self._ping)

    def _ping(self) -> None:
        if self._client.ping().authority != self._settings.authority_code:
            raise ConfigurationError("authority_mismatch", fields={"authority_code": "mismatch"})

    def submit(self, command: SubmitCommand) -> Receipt:
        """Create the enrolment or the departure. On "same child and year", it is ours if it bears our reference."""
        payload = self.manifest.keep_declared(command.payload)
        try:
            created = self._create(command, payload)
        except DuplicateChildYear:
            ours = self.find_submission(command.reference, command.idempotency_key)
            if ours is None:
                raise PermanentError("duplicate_child_year") from None
            return ours
        return mapping.to_receipt(created.enrolment_id, created.status)

    def _create(self, command: SubmitCommand, payload: Mapping[str, Any]) -> Created:
        if mapping.is_deregistration(payload):
            return self._client.deregister(
                mapping.to_deregistration(command.reference, payload), command.idempotency_key
            )
        return self._client.create(mapping.to_enrolment(command.reference, payload), command.idempotency_key)

    def find_submission(self, reference: str, idempotency_key: str) -> Receipt | None:
        """Look the enrolment up by our reference: the partner does not search by key."""
        del idempotency_key
        found = self._client.find(reference)
        return mapping.to_receipt(found[0].enrolment_id, found[0].status) if found else None

    def amend(self, command: AmendCommand) -> Receipt:
        """Correct the enrolment. Raises PermanentError ``enrolment_ended`` when the partner has decided already."""
        enrolment_id = safe_reference(command.external_ref)
        body = mapping.to_amendment(command, self.manifest.keep_declared(command.payload))
        try:
            amended = self._client.amend(enrolment_id, body, command.idempotency_key)
        except EnrolmentEnded:
            raise PermanentError("enrolment_ended") from None
        received = amended.amendment >= command.amendment
        return Receipt(_about(enrolment_id, amended.enrolment_id), amended.status, received=received)

    def withdraw(self, command: WithdrawCommand) -> Receipt:
        """Stop the enrolment. Raises PermanentError ``enrolment_ended`` when the partner has decided already."""
        enrolment_id = safe_reference(command.external_ref)
        try:
            stopped = self._client.cancel(enrolment_id, mapping.to_cancellation(command), command.idempotency_key)
        except EnrolmentEnded:
            raise PermanentError("enrolment_ended") from None
        return mapping.to_cancelled(_about(enrolment_id, stopped.enrolment_id), stopped.status)

    def complement(self, command: ComplementCommand) -> Receipt:
        """Add the answer. Raises PermanentError ``enrolment_ended`` when the partner has decided already."""
        enrolment_id = safe_reference(command.external_ref)
        try:
            added = self._client.complement(enrolment_id, mapping.to_complement(command), command.idempotency_key)
        except EnrolmentEnded:
            raise PermanentError("enrolment_ended") from None
        return mapping.to_receipt(_about(enrolment_id, added.enrolment_id), added.status)

    def reports_about(self, external_ref: str) -> Sequence[StatusUpdate] | None:
        """All events of this enrolment."""
        found = self._client.get(external_ref)
        return mapping.to_updates(found) if found else None

    def read_report(self, body: bytes) -> StatusUpdate:
        """The event in the body of a call."""
        data = Callback.model_validate_json(body).data
        return mapping.to_update(data.enrolment_id, data)

    def callback_secret(self) -> str:
        """What the partner signs its calls with."""
        return self._settings.webhook_secret.get_secret_value()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _about(asked: str, answered: str) -> str:
    """What was answered must be about what was asked."""
    if asked != answered:
        raise ProtocolError("answer_unreadable")
    return asked
