"""What must be set for this partner."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from connectors.sdk import BaseUrl, ConnectorSettings, HeaderSecret


class CafSettings(ConnectorSettings):
    """``recipient`` is the SIRET of the administration that receives the data: the commune's, not the software's.

    ``variant``: what names the person. ``identite``: their civil identity, under our ``token``. ``france_connect``: the
    token of a sign-in made for the question; ours is not needed.
    """

    base_url: BaseUrl
    recipient: Annotated[str, Field(pattern=r"^[0-9]{14}$")]
    variant: Literal["identite", "france_connect"] = "identite"
    token: HeaderSecret | None = Field(default=None, validate_default=True)

    @field_validator("token")
    @classmethod
    def _needed(cls, value: HeaderSecret | None, info: ValidationInfo) -> HeaderSecret | None:
        if value is None and info.data.get("variant") == "identite":
            raise ValueError("a token is needed")
        return value
