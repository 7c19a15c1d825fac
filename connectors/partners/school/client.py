"""The calls of school-enrolment/1."""

from typing import Any

from connectors.partners.school.settings import SchoolSettings
from connectors.partners.school.wire import Amended, Complemented, Created, Enrolment, EnrolmentList, Pong
from connectors.sdk import ConnectorContext
from connectors.sdk.http import KeyedClient, Response, problem_code, read_json


class DuplicateChildYear(Exception):
    """The partner has an enrolment of this child for this year under another idempotency key."""


class EnrolmentEnded(Exception):
    """The partner has decided already: nothing can be stopped or added."""


class SchoolClient(KeyedClient):
    """One method per call. Raises connector errors, and the two conflicts above where they make sense."""

    def __init__(self, settings: SchoolSettings, context: ConnectorContext) -> None:
        super().__init__(context, settings.base_url, settings.api_key)

    def ping(self) -> Pong:
        """Without effect: contract spoken, authority served."""
        return read_json(self.accepted(self.request("GET", "/ping")), Pong)

    def create(self, body: dict[str, Any], idempotency_key: str) -> Created:
        """Create an enrolment, or find again what this key created."""
        return self._create("/enrolments", body, idempotency_key)

    def deregister(self, body: dict[str, Any], idempotency_key: str) -> Created:
        """Ask for a certificate of deregistration, or find again what this key asked for."""
        return self._create("/deregistrations", body, idempotency_key)

    def _create(self, path: str, body: dict[str, Any], idempotency_key: str) -> Created:
        response = self.request("POST", path, json=body, idempotency_key=idempotency_key)
        if response.status_code == 409 and problem_code(response) == "duplicate_child_year":
            raise DuplicateChildYear
        return read_json(self.accepted(response), Created)

    def cancel(self, enrolment_id: str, body: dict[str, Any], idempotency_key: str) -> Created:
        """Stop an enrolment; one that is stopped already stays so."""
        return read_json(self._follow_up(f"/enrolments/{enrolment_id}/cancellation", body, idempotency_key), Created)

    def amend(self, enrolment_id: str, body: dict[str, Any], idempotency_key: str) -> Amended:
        """Replace what an enrolment says, once for its key."""
        return read_json(self._follow_up(f"/enrolments/{enrolment_id}/amendments", body, idempotency_key), Amended)

    def complement(self, enrolment_id: str, body: dict[str, Any], idempotency_key: str) -> Complemented:
        """Add an answer to an enrolment, once for its key."""
        path = f"/enrolments/{enrolment_id}/complements"
        return read_json(self._follow_up(path, body, idempotency_key), Complemented)

    def _follow_up(self, path: str, body: dict[str, Any], idempotency_key: str) -> Response:
        response = self.request("POST", path, json=body, idempotency_key=idempotency_key)
        if response.status_code == 409 and problem_code(response) == "enrolment_ended":
            raise EnrolmentEnded
        return self.accepted(response)

    def get(self, enrolment_id: str) -> Enrolment | None:
        """One enrolment with its events; None when the partner does not know it."""
        response = self.request("GET", f"/enrolments/{enrolment_id}")
        return None if response.status_code == 404 else read_json(self.accepted(response), Enrolment)

    def find(self, reference: str) -> list[Enrolment]:
        """Enrolments that bear our reference, checked here as well."""
        response = self.request("GET", "/enrolments", params={"external_ref": reference})
        found = read_json(self.accepted(response), EnrolmentList).items
        return [enrolment for enrolment in found if enrolment.external_ref == reference]
