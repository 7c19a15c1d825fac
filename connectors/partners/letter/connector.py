"""Leaves a letter to be posted for each request, correction and withdrawal."""

from collections.abc import Mapping
from typing import Any

from connectors.partners.letter.settings import LetterSettings
from connectors.sdk import (
    AmendCommand,
    CheckReport,
    ConfigurationError,
    ConnectorContext,
    LetterBox,
    LetterDraft,
    LetterPurpose,
    Receipt,
    SubmitCommand,
    WithdrawCommand,
    load_manifest,
    report_check,
)


class LetterConnector:
    """Submits, amends and withdraws, by letters that a person prints and posts. Nobody is called."""

    manifest = load_manifest("connectors.partners.letter")

    def __init__(self, settings: LetterSettings, context: ConnectorContext) -> None:
        self._recipient = tuple(settings.recipient)
        self._lent = context.letter_box

    def check(self) -> CheckReport:
        """Whether somebody posts letters here."""
        return report_check(self._box)

    def submit(self, command: SubmitCommand) -> Receipt:
        """Leave a letter that carries the request."""
        return self._leave(command.idempotency_key, command.reference, LetterPurpose.REQUEST, command.payload)

    def find_submission(self, reference: str, idempotency_key: str) -> Receipt | None:
        """The letter already left under this key."""
        del reference
        number = self._box().find(idempotency_key)
        return _ready(number) if number else None

    def amend(self, command: AmendCommand) -> Receipt:
        """Leave a second letter, which says what the first one now should, and cites it."""
        return self._leave(
            command.idempotency_key,
            command.reference,
            LetterPurpose.AMENDMENT,
            command.payload,
            cites=command.external_ref,
            amendment=command.amendment,
        )

    def withdraw(self, command: WithdrawCommand) -> Receipt:
        """Take back what is not posted; when something was, leave a letter that says that the person gives up."""
        if self._box().cancel(command.reference):
            return Receipt(command.external_ref, raw_status="cancelled", left=False)
        return self._leave(
            command.idempotency_key, command.reference, LetterPurpose.WITHDRAWAL, {}, cites=command.external_ref
        )

    def close(self) -> None:
        """Nothing is held open."""

    def _box(self) -> LetterBox:
        if self._lent is None:
            raise ConfigurationError("letter_box_missing")
        return self._lent

    def _leave(
        self,
        key: str,
        reference: str,
        purpose: LetterPurpose,
        payload: Mapping[str, Any],
        *,
        cites: str = "",
        amendment: int = 0,
    ) -> Receipt:
        draft = LetterDraft(
            idempotency_key=key,
            reference=reference,
            purpose=purpose,
            recipient=self._recipient,
            payload=self.manifest.keep_declared(payload),
            cites=cites,
            amendment=amendment,
        )
        return _ready(self._box().deposit(draft))


def _ready(number: str) -> Receipt:
    return Receipt(number, raw_status="prepared", left=False)
