"""Who may do what under a mandate, and for how long. Pure: no database."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

from portal.casework.mandates.enums import Ending, MandateState, Theme
from portal.ground.permissions import Actor, Permission

CODE_LIFE: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5
CODE_DIGITS: Final = 6
# A proposal that nobody answered.
PROPOSAL_LIFE: Final = timedelta(days=7)
EXPIRY_TOLD_BEFORE: Final = timedelta(days=7)
# CNIL, délibération 2021-122: as long as the journal that tells what was done under it.
MANDATE_KEPT: Final = timedelta(days=365)
# Letters that neither look nor sound like another once spelled; no vowel, so that no word appears.
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
REVOCATION_LENGTH: Final = 8
TEXT_VERSION: Final = "2026-11"

# Theme of a procedure → perimeter. One that is not here opens under no mandate: taking part is personal.
PERIMETERS: Final[Mapping[str, Theme]] = MappingProxyType(
    {
        "papiers": Theme.PAPERS,
        "enfance": Theme.FAMILY,
        "famille": Theme.FAMILY,
        "aide": Theme.SOCIAL,
        "solidarite": Theme.SOCIAL,
        "social": Theme.SOCIAL,
        "emploi": Theme.WORK,
        "travail": Theme.WORK,
        "arrivee": Theme.HOUSING,
        "dechets": Theme.HOUSING,
        "logement": Theme.HOUSING,
        "urbanisme": Theme.HOUSING,
        "rue": Theme.TRANSPORT,
        "transports": Theme.TRANSPORT,
        "argent": Theme.MONEY,
        "impots": Theme.MONEY,
        "justice": Theme.JUSTICE,
        "etranger": Theme.ABROAD,
        "associations": Theme.LEISURE,
        "culture": Theme.LEISURE,
        "loisirs": Theme.LEISURE,
        "sport": Theme.LEISURE,
    }
)


class Standing(Protocol):
    """What the rules look at in a mandate."""

    @property
    def created_at(self) -> datetime:
        """When it was proposed."""

    @property
    def expires_at(self) -> datetime:
        """When it ends by itself."""

    @property
    def confirmed_at(self) -> datetime | None:
        """When the person agreed."""

    @property
    def ended_at(self) -> datetime | None:
        """When it was ended before its day."""

    @property
    def ending(self) -> Ending | None:
        """Why."""


def perimeter_of(procedure_theme: str) -> Theme | None:
    """The perimeter that a procedure of this theme is in; None: no mandate covers it."""
    return PERIMETERS.get(procedure_theme)


def state_of(mandate: Standing, themes_left: int, now: datetime) -> MandateState:
    """Active if, and only if, it is confirmed, not expired, not ended, and a theme is left."""
    if mandate.ended_at is not None:
        return MandateState.ENDED
    if mandate.confirmed_at is None:
        lapsed = min(mandate.expires_at, mandate.created_at + PROPOSAL_LIFE) <= now
        return MandateState.ENDED if lapsed else MandateState.WAITING
    if mandate.expires_at <= now:
        return MandateState.EXPIRED
    return MandateState.ACTIVE if themes_left else MandateState.ENDED


def can_hold(actor: Actor, department_id: UUID) -> bool:
    """A counter agent of the department that holds the mandate, in their own name, never from inside a file."""
    return (
        actor.is_agent
        and actor.assisted is None
        and actor.can(Permission.DRAFTS_ASSIST)
        and department_id in actor.department_ids
    )


def can_answer(actor: Actor, person_ids: Collection[UUID], person_id: UUID) -> bool:
    """Only the person accepts, refuses and takes back, signed in themselves."""
    return actor.is_resident and actor.mandate_id is None and person_id in person_ids
