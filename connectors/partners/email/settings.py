"""What must be set to send e-mails."""

from email.errors import MessageError
from email.headerregistry import Address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from connectors.sdk import ConnectorSettings


def _check_address(value: str) -> str:
    try:
        address = Address(addr_spec=value)
    except (MessageError, ValueError, IndexError):
        raise ValueError("an address like no-reply@town.example is expected") from None
    if not address.domain or not value.isascii() or not value.isprintable():
        raise ValueError("an address like no-reply@town.example is expected")
    return value


class EmailSettings(ConnectorSettings):
    """``from_address`` receives the delivery failures: it is the envelope's sender."""

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["none", "starttls", "tls"]
    from_address: Annotated[str, AfterValidator(_check_address)]
    username: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    password: SecretStr | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        return self

    @property
    def domain(self) -> str:
        """The domain we send as."""
        return self.from_address.rpartition("@")[2]
