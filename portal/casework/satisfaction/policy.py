"""Until when one may answer. Pure."""

from datetime import datetime, timedelta
from typing import Final

# From the end of the request: to answer, and to change one's answer.
OPEN_FOR: Final = timedelta(days=30)
MAX_WORDS: Final = 1000


def open_until(ended_at: datetime) -> datetime:
    """Until when the two questions may be answered, and the answers changed."""
    return ended_at + OPEN_FOR
