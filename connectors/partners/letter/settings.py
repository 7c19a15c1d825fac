"""What must be set for an organisation that is written to."""

from typing import Annotated

from pydantic import Field

from connectors.sdk import ConnectorSettings

AddressLine = Annotated[str, Field(min_length=1, max_length=38)]


class LetterSettings(ConnectorSettings):
    """The postal address, line by line: six lines of 38 characters (norm NF Z10-011)."""

    recipient: Annotated[list[AddressLine], Field(min_length=2, max_length=6)]
