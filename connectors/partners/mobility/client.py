"""The calls: GBFS feeds, which are open, and mobility-pass/1, which asks for a key."""

import time
from typing import Any

from connectors.partners.mobility import gbfs
from connectors.partners.mobility.settings import MobilitySettings
from connectors.partners.mobility.wire import Closure, ClosureList, Feed, Kept, Pong
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    ConnectorError,
    PermanentError,
    ProtocolError,
    RetryableError,
    Timeouts,
    VehicleStations,
)
from connectors.sdk.http import KeyedClient, Response, classify, guarded, open_client, problem_code, read_json

# Somebody may be waiting for the page: the files are read one after the other, in five seconds at most.
PATIENCE = Timeouts(connect=1.0, read=1.5, total=2.0)
BUDGET = 5.0
CONFLICTS = frozenset({"closure_already_open", "closure_settled"})


class FeedClient:
    """Reads the files of one operator, without any key. Raises connector errors."""

    def __init__(self, settings: MobilitySettings, context: ConnectorContext) -> None:
        self._now = context.now
        self._discovery = settings.gbfs_url
        limits = context.timeouts
        self._client = open_client(
            context.egress,
            timeout=Timeouts(
                connect=min(limits.connect, PATIENCE.connect),
                read=min(limits.read, PATIENCE.read),
                total=min(limits.total, PATIENCE.total),
            ),
        )

    def addresses(self) -> dict[str, str]:
        """Where the files are. Raises ConfigurationError ``feed_missing`` when the stations are not among them."""
        return self._addresses(self._read(self._discovery))

    def stations(self) -> VehicleStations:
        """All the stations, with what is there now."""
        deadline = time.monotonic() + BUDGET
        addresses = self.addresses()
        information = self._read_before(deadline, addresses["station_information"])
        status = self._read_before(deadline, addresses["station_status"])
        types = self._types(deadline, addresses.get("vehicle_types"))
        return gbfs.to_stations(information, status, types, now=self._now())

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @staticmethod
    def _addresses(discovery: Feed) -> dict[str, str]:
        found = gbfs.feed_addresses(discovery)
        if not {"station_information", "station_status"} <= found.keys():
            raise ConfigurationError("feed_missing", fields={"gbfs_url": "no list of stations"})
        return found

    def _types(self, deadline: float, address: str | None) -> Feed | None:
        """What the vehicles are: worth waiting for, but not worth doing without the stations."""
        try:
            return self._read_before(deadline, address) if address else None
        except ConnectorError:
            return None

    def _read_before(self, deadline: float, address: str) -> Feed:
        if time.monotonic() + PATIENCE.total > deadline:
            raise RetryableError("answer_timeout")
        try:
            return self._read(address)
        except ConfigurationError:  # an address that the operator gave: it is not for ours to correct
            raise ProtocolError("feed_unreachable", ambiguous=False) from None

    def _read(self, address: str) -> Feed:
        with guarded():
            response = self._client.get(address)
        classify(response, now=self._now())
        return read_json(response, Feed)


class PassClient(KeyedClient):
    """The calls of mobility-pass/1. Raises connector errors; a conflict of the contract is a PermanentError."""

    def ping(self) -> Pong:
        """Without effect: contract spoken, operator."""
        return read_json(self._call("GET", "/ping"), Pong)

    def create(self, body: dict[str, Any], idempotency_key: str) -> Kept:
        """Ask to close a pass, or find again what this key asked."""
        return read_json(self._call("POST", "/closures", json=body, key=idempotency_key), Kept)

    def correct(self, closure_id: str, body: dict[str, Any], idempotency_key: str) -> Kept:
        """Replace what was asked."""
        return read_json(self._call("POST", f"/closures/{closure_id}/amendments", json=body, key=idempotency_key), Kept)

    def take_back(self, closure_id: str, idempotency_key: str) -> Kept:
        """Withdraw what was asked."""
        return read_json(self._call("POST", f"/closures/{closure_id}/withdrawal", json={}, key=idempotency_key), Kept)

    def get(self, closure_id: str) -> Closure | None:
        """One closure with its events; None when the partner does not know it."""
        response = self.request("GET", f"/closures/{closure_id}")
        return None if response.status_code == 404 else read_json(self.accepted(response), Closure)

    def find(self, reference: str) -> list[Closure]:
        """Closures that bear our reference, checked here as well."""
        found = read_json(self._call("GET", "/closures", params={"external_ref": reference}), ClosureList).items
        return [closure for closure in found if closure.external_ref == reference]

    def accepted(self, response: Response) -> Response:
        """The same answer, or the error it means: a conflict that the contract names is final."""
        if response.status_code == 409 and (code := problem_code(response)) in CONFLICTS:
            raise PermanentError(code)
        return super().accepted(response)

    def _call(self, method: str, path: str, *, key: str = "", **parts: Any) -> Response:
        return self.accepted(self.request(method, path, idempotency_key=key, **parts))
