"""Mandates of the sample: given at the desk, in use, proposed and awaited, taken back in part or whole, ended."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import Duration, IdentityDocument, Theme, Use
from portal.ground import clock
from portal.ground.db import Database
from portal.people.accounts.service import AccountView, create_person
from portal.seed.commune import Commune
from portal.seed.post import leave_papers, send_mails
from portal.seed.story import agent_of, days_ago, resident_of

LATER: Final = timedelta(minutes=15)
HOLDER: Final = "france-services"


@dataclass(frozen=True, slots=True)
class Given:
    """A mandate: proposed so many days ago, to whom (a rank among the people of the sample, or a name alone).

    ``used``: days ago when the agent opened the file under it. ``taken_back``: days ago, and one theme or all of it.
    """

    days: int
    agent: str
    themes: tuple[Theme, ...]
    duration: Duration
    rank: int | None = None
    name: str = ""
    agreed: bool = True
    used: int | None = None
    taken_back: tuple[int, Theme | None] | None = None


GIVEN: Final = (
    Given(40, "k.haddad", (Theme.PAPERS, Theme.HOUSING), Duration.YEAR, rank=4, used=12),
    Given(27, "k.haddad", (Theme.SOCIAL, Theme.MONEY), Duration.MONTH, name="Aimée Fictive-Rosier", used=26),
    Given(2, "m.ouattara", (Theme.FAMILY,), Duration.SEMESTER, rank=2, agreed=False),
    Given(60, "s.amrani", (Theme.TRANSPORT, Theme.LEISURE), Duration.SEMESTER, rank=0, taken_back=(20, Theme.LEISURE)),
    Given(80, "m.ouattara", (Theme.SOCIAL,), Duration.YEAR, name="Ferdinand Essai-Lambda", taken_back=(30, None)),
    Given(50, "k.haddad", (Theme.PAPERS,), Duration.DAY, rank=3),
)


def give_mandates(database: Database, commune: Commune, people: list[AccountView]) -> None:
    """Each of them, act after act, in one unit."""
    with database.writing() as session:
        for given in GIVEN:
            _live(session, commune, people, given)


def _live(session: Session, commune: Commune, people: list[AccountView], given: Given) -> None:
    agent = agent_of(commune.agents[given.agent])
    account = people[given.rank] if given.rank is not None else None
    with clock.frozen(days_ago(given.days)):
        person_id = account.person_id if account else create_person(session)
        department = commune.departments[HOLDER].id
        proposal = mandates.Proposal(person_id, department, frozenset(given.themes), given.duration, given.name)
        made = mandates.propose_mandate(session, agent, proposal)
        send_mails(session)
    if not given.agreed:
        return
    with clock.frozen(days_ago(given.days) + LATER):
        mandates.confirm_present(session, agent, made.id, IdentityDocument.CARD)
        send_mails(session)
        leave_papers(session)
    if given.used is not None:
        with clock.frozen(days_ago(given.used)):
            mandates.note_use(session, agent, made.id, Use.FILE_OPENED)
            send_mails(session)
    if given.taken_back is not None:
        days, theme = given.taken_back
        with clock.frozen(days_ago(days)):
            who = resident_of(account) if account else agent
            mandates.revoke_mandate(session, who, made.id, theme)
            send_mails(session)
