"""What stops one of these commands."""


class SafekeepingError(Exception):
    """It cannot be done; the message is one French sentence for the operator, or a few."""
