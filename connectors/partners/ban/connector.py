"""Finds addresses while somebody waits: nothing is asked twice."""

from collections.abc import Sequence

from connectors.partners.ban import mapping
from connectors.partners.ban.client import BanClient
from connectors.partners.ban.settings import BanSettings
from connectors.sdk import CheckReport, ConnectorContext, PlaceFound, load_manifest, report_check

# A word that any address base knows, for the check: it has no effect and concerns nobody.
PROBE = "mairie"


class BanConnector:
    """Searches addresses by text and by point."""

    manifest = load_manifest("connectors.partners.ban")

    def __init__(self, settings: BanSettings, context: ConnectorContext) -> None:
        self._client = BanClient(settings, context)

    def check(self) -> CheckReport:
        """Search for a common word."""
        return report_check(lambda: self._client.search(PROBE, "", 1))

    def search_places(self, text: str, *, city_code: str = "", limit: int = 5) -> Sequence[PlaceFound]:
        """Addresses like ``text``, best first. A text that cannot be searched finds nothing, without a call."""
        question = mapping.to_question(text)
        if not question or limit < 1:
            return []
        found = self._client.search(question, city_code, min(limit, mapping.MAX_PLACES))
        return mapping.to_places(found.features, limit)

    def locate_place(self, latitude: float, longitude: float) -> PlaceFound | None:
        """The nearest address of a point, None when there is none near."""
        found = mapping.to_places(self._client.reverse(latitude, longitude).features, 1)
        return found[0] if found else None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
