"""Hands enrolments over and what follows them, asks for their state, reads the partner's signed calls."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from connectors.partners.school import mapping
from connectors.partners.school.client import DuplicateChildYear, EnrolmentEnded, SchoolClient
from connectors.partners.school.settings import SchoolSettings
from connectors.partners.school.wire import AnyCallback, Callback, Created
from connectors.sdk import (
    AmendCommand,
    CheckReport,
    ComplementCommand,
    ConfigurationError,
    ConnectorContext,
    InboundCall,
    PermanentError,
    ProtocolError,
    Receipt,
    StatusUpdate,
    SubmitCommand,
    UpdateStatus,
    WebhookRefused,
    WithdrawCommand,
    load_manifest,
    report_check,
)
from connectors.sdk.webhooks import verify

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")


class SchoolConnector:
    """Submits, amends, withdraws, complements, reports status and receives webhooks, over school-enrolment/1."""

    manifest = load_manifest("connectors.partners.school")

    def __init__(self, settings: SchoolSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._now = context.now
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
        enrolment_id = _safe(command.external_ref)
        body = mapping.to_amendment(command, self.manifest.keep_declared(command.payload))
        try:
            amended = self._client.amend(enrolment_id, body, command.idempotency_key)
        except EnrolmentEnded:
            raise PermanentError("enrolment_ended") from None
        received = amended.amendment >= command.amendment
        return Receipt(_about(enrolment_id, amended.enrolment_id), amended.status, received=received)

    def withdraw(self, command: WithdrawCommand) -> Receipt:
        """Stop the enrolment. Raises PermanentError ``enrolment_ended`` when the partner has decided already."""
        enrolment_id = _safe(command.external_ref)
        try:
            stopped = self._client.cancel(enrolment_id, mapping.to_cancellation(command), command.idempotency_key)
        except EnrolmentEnded:
            raise PermanentError("enrolment_ended") from None
        return mapping.to_cancelled(_about(enrolment_id, stopped.enrolment_id), stopped.status)

    def complement(self, command: ComplementCommand) -> Receipt:
        """Add the answer. Raises PermanentError ``enrolment_ended`` when the partner has decided already."""
        enrolment_id = _safe(command.external_ref)
        try:
            added = self._client.complement(enrolment_id, mapping.to_complement(command), command.idempotency_key)
        except EnrolmentEnded:
            raise PermanentError("enrolment_ended") from None
        return mapping.to_receipt(_about(enrolment_id, added.enrolment_id), added.status)

    def fetch_updates(self, external_refs: Sequence[str]) -> Sequence[StatusUpdate]:
        """All events of these enrolments. One that the partner has lost is news too, of unknown meaning."""
        updates: list[StatusUpdate] = []
        for enrolment_id in external_refs:
            found = self._client.get(enrolment_id) if _SAFE_ID.fullmatch(enrolment_id) else None
            updates += mapping.to_updates(found) if found else [self._lost(enrolment_id)]
        return updates

    def _lost(self, enrolment_id: str) -> StatusUpdate:
        return StatusUpdate(
            update_id=f"{enrolment_id}:not_found",
            external_ref=enrolment_id,
            status=UpdateStatus.UNKNOWN,
            raw_status="not_found",
            occurred_at=self._now(),
            details={},
        )

    def read_webhook(self, call: InboundCall) -> Sequence[StatusUpdate]:
        """Check the signature first, then read. A type of call we do not know is good news for somebody else."""
        verify(self._settings.webhook_secret.get_secret_value(), call)
        try:
            if AnyCallback.model_validate_json(call.body).type != "enrolment.status_changed":
                return []
            data = Callback.model_validate_json(call.body).data
        except ValidationError:
            raise WebhookRefused("body_unreadable") from None
        return [mapping.to_update(data.enrolment_id, data)]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _safe(enrolment_id: str) -> str:
    """A reference that goes into an address: nothing in it to escape."""
    if not _SAFE_ID.fullmatch(enrolment_id):
        raise PermanentError("reference_unusable")
    return enrolment_id


def _about(asked: str, answered: str) -> str:
    """What was answered must be about what was asked."""
    if asked != answered:
        raise ProtocolError("answer_unreadable")
    return asked
