"""Asks the CAF and the MSA for the family quotient of one person."""

from dataclasses import replace

from connectors.partners.caf import mapping
from connectors.partners.caf.client import CafClient, Unknown
from connectors.partners.caf.settings import CafSettings
from connectors.partners.caf.wire import Found
from connectors.sdk import (
    CheckReport,
    ConfigurationError,
    ConnectorContext,
    EntitlementAnswer,
    EntitlementQuestion,
    load_manifest,
    report_check,
)

SCOPE = "cnaf_quotient_familial"


class CafConnector:
    """Checks entitlements, by the civil identity of the person or by a sign-in made for the question."""

    manifest = load_manifest("connectors.partners.caf")

    def __init__(self, settings: CafSettings, context: ConnectorContext) -> None:
        self._signed = settings.variant == "france_connect"
        self._client = CafClient(settings, context)

    @property
    def sign_in_scope(self) -> str:
        """The scope of the family quotient, when the token of a sign-in names the person."""
        return SCOPE if self._signed else ""

    def check(self) -> CheckReport:
        """Ask about nobody: says whether the partner answers and accepts us."""
        if not self._signed:
            return report_check(self._client.probe)
        report = report_check(self._client.probe_signed)
        return replace(report, credentials_ok=None)  # nothing of ours to be refused: each person brings a token

    def check_entitlement(self, question: EntitlementQuestion) -> EntitlementAnswer:
        """The quotient of this month, or that the person is not known there.

        Raises PermanentError ``identity_incomplete`` or ``identity_refused_422``: the civil identity does not do.
        """
        try:
            found, fresh_for = self._ask(question)
        except Unknown as unknown:
            return EntitlementAnswer(found=False, code=unknown.code)
        quotient = found.data.quotient_familial
        if quotient is None:
            raise ConfigurationError("scope_missing")
        return mapping.to_answer(quotient, fresh_for=fresh_for)

    def _ask(self, question: EntitlementQuestion) -> tuple[Found, int | None]:
        if self._signed:
            return self._client.ask_signed(question.access_token)
        return self._client.ask(mapping.to_parameters(self.manifest.keep_declared(question.payload)))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
