"""Procedures that many people used and judged: figures say nothing of fewer than five, so some are to be shown."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_published
from portal.casework.requests.enums import RequestStatus
from portal.casework.satisfaction.service import Obtained
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.people.accounts.service import AccountView
from portal.seed.commune import Commune
from portal.seed.families import DECIDED
from portal.seed.story import Story, at_work

FIRST_NUMBER: Final = 80_000
# Only whole months are shown: what was asked for so long ago was decided before this month began.
LATEST, SPREAD = 62, 50


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many people used a procedure, content with it, or not quite: nobody else is asked what they think of it.

    A share is shown when both sides are nobody, or five people at least.
    """

    procedure: str
    content: int
    others: int = 0

    def opinions(self) -> list[Obtained]:
        """What each of them says, in turn."""
        return [Obtained.YES] * self.content + [Obtained.PARTLY] * self.others


CROWDS: Final = (
    Crowd("carte-mediatheque", 6, others=5),
    Crowd("bac-a-ordures", 6),
    Crowd("sports-du-mercredi", 6),
    Crowd("enlevement-encombrants", 6),
)
CROWDED: Final = frozenset(one.procedure for one in CROWDS)


def gather_crowds(database: Database, commune: Commune, accounts: list[AccountView]) -> None:
    """Have each of them ask, be answered, and say what they think, in one unit."""
    draw = random.Random(20_260_418)  # noqa: S311  sample data, not a secret
    number = FIRST_NUMBER
    with database.writing() as session:
        for crowd in CROWDS:
            try:
                procedure = get_published(session, crowd.procedure)
            except NotFound:  # its journey is closed here
                continue
            for obtained in crowd.opinions():
                number += 1
                account = accounts[number % len(accounts)]
                age = timedelta(days=LATEST + draw.randrange(SPREAD), minutes=draw.randrange(600))
                story = _Judged(session, commune, draw, account, procedure, number, obtained=obtained)
                story.tell(at_work(clock.now() - age), fate=DECIDED)


class _Judged(Story):
    """A request that is accepted, and what its person said of it."""

    def __init__(self, session: Session, *about: Any, obtained: Obtained) -> None:
        super().__init__(session, *about, candour=1)
        self.obtained = obtained

    def _decision(self) -> RequestStatus:
        return RequestStatus.ACCEPTED

    def _opinion(self) -> tuple[Obtained, int]:
        return self.obtained, self.mood.randrange(3, 6) if self.obtained is Obtained.YES else self.mood.randrange(1, 4)
