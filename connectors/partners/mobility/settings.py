"""What must be set for this partner."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, model_validator

from connectors.sdk import BaseUrl, ConfigurationError, ConnectorSettings, HeaderSecret
from connectors.sdk.webhooks import read_secret


def _check_webhook_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    try:
        read_secret(text)
    except ConfigurationError as error:
        raise ValueError(error.code) from None
    return SecretStr(text)


class MobilitySettings(ConnectorSettings):
    """``gbfs_url`` is the operator's ``gbfs.json``. The four others go together, for an operator that closes passes.

    ``operator_code`` is what the operator calls itself: the check compares.
    """

    gbfs_url: BaseUrl
    pass_url: BaseUrl | None = None
    operator_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")] | None = None
    api_key: HeaderSecret | None = None
    webhook_secret: Annotated[SecretStr, AfterValidator(_check_webhook_secret)] | None = None

    @model_validator(mode="after")
    def _whole_or_absent(self) -> "MobilitySettings":
        about_passes = (self.pass_url, self.operator_code, self.api_key, self.webhook_secret)
        if len({part is None for part in about_passes}) > 1:
            raise ValueError("pass_url, operator_code, api_key and webhook_secret go together")
        return self
