"""What must be set for this partner."""

from connectors.sdk import BaseUrl, ConnectorSettings


class BanSettings(ConnectorSettings):
    """``base_url`` is the geocoder's address, up to and without ``/search``. There is no key: the service is open."""

    base_url: BaseUrl
