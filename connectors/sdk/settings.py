"""Typed settings of connectors. Anything secret is a ``SecretStr``: it never shows in a ``repr``."""

import re
from typing import Annotated, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from connectors.sdk.errors import ConfigurationError
from connectors.sdk.webhooks import read_secret

_HEADER_VALUE = re.compile(r"[\x21-\x7e]{8,512}")


class ConnectorSettings(BaseModel):
    """Base of each partner's settings: unknown keys are refused and values never appear in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def secret_fields(model: type[BaseModel]) -> frozenset[str]:
    """Names of the fields that hold secrets, hence must come from the environment."""

    def holds_secret(annotation: object) -> bool:
        return annotation is SecretStr or any(holds_secret(part) for part in get_args(annotation))

    return frozenset(name for name, info in model.model_fields.items() if holds_secret(info.annotation))


def _check_base_url(value: str) -> str:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("an address without spaces or accents is expected")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("an address like https://partner.example/api is expected")
    if parts.query or parts.fragment:
        raise ValueError("an address without ? or # is expected")
    return value.rstrip("/")


def _check_header_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if not _HEADER_VALUE.fullmatch(text):
        raise ValueError("8 to 512 printable characters without spaces are expected")
    return SecretStr(text)


def _check_webhook_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    try:
        read_secret(text)
    except ConfigurationError as error:
        raise ValueError(error.code) from None
    return SecretStr(text)


BaseUrl = Annotated[str, AfterValidator(_check_base_url)]
HeaderSecret = Annotated[SecretStr, AfterValidator(_check_header_secret)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_check_webhook_secret)]
