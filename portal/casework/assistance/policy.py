"""Who may help with what, and for how long. Pure: no database.

The assistance stands for the mandate: an :class:`~portal.ground.permissions.Actor` carries its id as ``mandate_id``,
and what it opens is decided here and in ``requests.policy``, nowhere else.
"""

from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from portal.casework.assistance.enums import Closing
from portal.ground.permissions import Actor, ActorKind, Assisted, Permission

RESUME_CODE_LIFE: Final = timedelta(days=14)
IDLE: Final = timedelta(minutes=20)
# The paper that an agent prints stays on the screen as long as a file may stay idle.
SHOWN_AFTER: Final = IDLE
# CNIL, délibération 2021-122: as long as the journal, which the person reads beside it.
ASSISTANCE_KEPT: Final = timedelta(days=365)
# Letters that neither look nor sound like another once spelled; no vowel, so that no word appears.
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH: Final = 8
ATTEMPTS: Final = 10
ATTEMPTS_PER: Final = timedelta(minutes=10)
# Of all agents together: at this pace, trying every code takes thousands of years.
ALL_ATTEMPTS: Final = 300
ALL_ATTEMPTS_PER: Final = timedelta(hours=1)


class Opened(Protocol):
    """What the rules look at in an assistance."""

    @property
    def agent_id(self) -> UUID:
        """Who was let in."""

    @property
    def seen_at(self) -> datetime:
        """When that agent last used it."""

    @property
    def closed_at(self) -> datetime | None:
        """When it ended."""

    @property
    def closing(self) -> Closing | None:
        """Why it ended."""


def can_assist(actor: Actor) -> bool:
    """A counter agent, in their own name: nobody opens a second draft from inside a first."""
    return actor.is_agent and actor.assisted is None and actor.can(Permission.DRAFTS_ASSIST)


def can_enter(actor: Actor) -> bool:
    """An agent who may type in what came by another way."""
    return actor.is_agent and actor.assisted is None and actor.can(Permission.REQUESTS_ENTER)


def ending(opened: Opened, now: datetime) -> Closing | None:
    """Why an assistance is over; None while it holds. Twenty minutes without a click end it."""
    if opened.closed_at is not None:
        return opened.closing or Closing.AGENT
    return Closing.IDLE if opened.seen_at + IDLE <= now else None


def helper(agent: Actor, *, assistance_id: UUID, person_id: UUID, assisted: Assisted) -> Actor:
    """The agent acting in the name of the person: that draft, and none of the agent's usual rights.

    It cannot read another request, change a contact, look into the wallet, give a consent or vote: no permission is
    left, and every rule about residents asks for a resident.
    """
    return Actor(
        kind=ActorKind.AGENT,
        id=agent.id,
        subject=person_id,
        mandate_id=assistance_id,
        label=agent.label,
        acr=agent.acr,
        assisted=assisted,
    )
