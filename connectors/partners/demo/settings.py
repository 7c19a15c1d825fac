"""What must be set for this partner."""

from connectors.sdk import BaseUrl, ConnectorSettings, HeaderSecret


class DemoSettings(ConnectorSettings):
    """Address and key of the demonstration partner."""

    base_url: BaseUrl
    api_key: HeaderSecret
