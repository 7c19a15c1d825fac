"""What must be set for this partner."""

from typing import Annotated

from pydantic import Field, model_validator

from connectors.sdk import BaseUrl, ConnectorSettings, HeaderSecret, WebhookSecret


class MobilitySettings(ConnectorSettings):
    """``gbfs_url`` is the operator's ``gbfs.json``. The four others go together, for an operator that closes passes.

    ``operator_code`` is what the operator calls itself: the check compares.
    """

    gbfs_url: BaseUrl
    pass_url: BaseUrl | None = None
    operator_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")] | None = None
    api_key: HeaderSecret | None = None
    webhook_secret: WebhookSecret | None = None

    @model_validator(mode="after")
    def _whole_or_absent(self) -> "MobilitySettings":
        about_passes = (self.pass_url, self.operator_code, self.api_key, self.webhook_secret)
        if len({part is None for part in about_passes}) > 1:
            raise ValueError("pass_url, operator_code, api_key and webhook_secret go together")
        return self
