"""Who posts letters, and what may be done of one. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from portal.casework.letters.enums import LetterState
from portal.ground.permissions import Actor, Permission

MOVES: Mapping[LetterState, frozenset[LetterState]] = MappingProxyType(
    {
        LetterState.READY: frozenset({LetterState.POSTED, LetterState.CANCELLED}),
        LetterState.POSTED: frozenset({LetterState.READY, LetterState.RETURNED}),
        LetterState.RETURNED: frozenset({LetterState.POSTED}),
        LetterState.CANCELLED: frozenset(),
    }
)


def can_post_letters(actor: Actor) -> bool:
    """An agent who posts the letters of the whole authority."""
    return actor.is_agent and actor.can(Permission.LETTERS_POST)


def is_legal(current: LetterState, wanted: LetterState) -> bool:
    """Whether a letter may go from one state to another."""
    return wanted in MOVES[current]
