"""What must be set to send short messages."""

from typing import Annotated

from pydantic import Field

from connectors.sdk import BaseUrl, ConnectorSettings, HeaderSecret, WebhookSecret


class SmsSettings(ConnectorSettings):
    """``sender`` is what phones show as the author: 3 to 11 letters or digits, a letter first.

    ``webhook_secret`` signs the delivery reports that the gateway sends of itself.
    """

    base_url: BaseUrl
    sender: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 ]{2,10}$")]
    api_key: HeaderSecret
    webhook_secret: WebhookSecret
