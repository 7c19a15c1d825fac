"""The two calls of the geocoder."""

from connectors.partners.ban.settings import BanSettings
from connectors.partners.ban.wire import Features
from connectors.sdk import ConnectorContext, Timeouts
from connectors.sdk.http import Response, classify, guarded, open_client, read_json

# Somebody is waiting for the page: less than the five seconds of the capability.
PATIENCE = Timeouts(connect=2.0, read=4.0, total=4.5)


class BanClient:
    """One method per call. Raises connector errors."""

    def __init__(self, settings: BanSettings, context: ConnectorContext) -> None:
        self._now = context.now
        limits = context.timeouts
        self._client = open_client(
            context.egress,
            base_url=settings.base_url,
            timeout=Timeouts(
                connect=min(limits.connect, PATIENCE.connect),
                read=min(limits.read, PATIENCE.read),
                total=min(limits.total, PATIENCE.total),
            ),
        )

    def search(self, text: str, city_code: str, limit: int) -> Features:
        """Addresses like ``text``, best first."""
        asked = {"q": text, "limit": str(limit), "autocomplete": "1", "index": "address"}
        return self._ask("/search", {**asked, "citycode": city_code} if city_code else asked)

    def reverse(self, latitude: float, longitude: float) -> Features:
        """The address nearest to a point, in degrees."""
        asked = {"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}", "limit": "1", "index": "address"}
        return self._ask("/reverse", asked)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, path: str, asked: dict[str, str]) -> Features:
        with guarded():
            response: Response = self._client.get(path, params=asked)
        classify(response, now=self._now())
        return read_json(response, Features)
