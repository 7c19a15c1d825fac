"""Durations and rules of the journal. Pure."""

from datetime import timedelta
from typing import Final

from portal.ground.permissions import Actor, Permission

# CNIL, délibération 2021-122: six months to one year for the journal of who did what.
JOURNAL_KEPT: Final = timedelta(days=365)
# How long a search may be read again page after page by who made it: a day of work.
SEARCH_OPEN: Final = timedelta(hours=12)
MIN_REASON: Final = 15
MAX_REASON: Final = 500


def can_search(actor: Actor) -> bool:
    """Only an agent who watches over the data, and who says why."""
    return actor.is_agent and actor.id is not None and actor.can(Permission.JOURNAL_READ)
