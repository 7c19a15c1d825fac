"""Words of the connections."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a connection may not be called now."""

    BREAKER_OPEN = "breaker_open"
    CONNECTION_PAUSED = "connection_paused"
