"""What must be set for this partner."""

from typing import Annotated

from pydantic import Field

from connectors.sdk import BaseUrl, ConnectorSettings, HeaderSecret, WebhookSecret


class SchoolSettings(ConnectorSettings):
    """``authority_code`` is the code under which the partner knows the local authority."""

    base_url: BaseUrl
    authority_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
    api_key: HeaderSecret
    webhook_secret: WebhookSecret
