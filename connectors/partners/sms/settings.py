"""What must be set to send short messages."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from connectors.sdk import BaseUrl, ConfigurationError, ConnectorSettings, HeaderSecret
from connectors.sdk.webhooks import read_secret


def _check_webhook_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    try:
        read_secret(text)
    except ConfigurationError as error:
        raise ValueError(error.code) from None
    return SecretStr(text)


class SmsSettings(ConnectorSettings):
    """``sender`` is what phones show as the author: 3 to 11 letters or digits, a letter first.

    ``webhook_secret`` signs the delivery reports that the gateway sends of itself.
    """

    base_url: BaseUrl
    sender: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 ]{2,10}$")]
    api_key: HeaderSecret
    webhook_secret: Annotated[SecretStr, AfterValidator(_check_webhook_secret)]
