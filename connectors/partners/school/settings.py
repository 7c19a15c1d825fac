"""What must be set for this partner."""

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


class SchoolSettings(ConnectorSettings):
    """``authority_code`` is the code under which the partner knows the local authority."""

    base_url: BaseUrl
    authority_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
    api_key: HeaderSecret
    webhook_secret: Annotated[SecretStr, AfterValidator(_check_webhook_secret)]
