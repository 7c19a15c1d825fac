"""The journey's part of the sample commune: a few people have a list, more or less advanced."""

from datetime import timedelta

from journeys.welcome.journey import JOURNEY
from portal.casework.checklists import service as checklists
from portal.casework.checklists.service import Answers, Mark
from portal.ground import clock
from portal.ground.permissions import Actor, ActorKind
from portal.seed.plant import Ground

HOMES: tuple[dict[str, tuple[str, ...]], ...] = (
    {"foyer": ("enfant_3_11",), "trajets": ("bus",), "situation": ("locataire",)},
    {"foyer": ("bebe", "animal"), "trajets": ("voiture",), "situation": ("proprietaire", "liens")},
    {"foyer": (), "trajets": ("velo",), "situation": ("cherche", "etranger", "numerique")},
)
ARRIVED_DAYS_AGO = (40, 12, 3)


def plant(ground: Ground) -> None:
    """One list for each of the first residents; none in an empty commune."""
    definition = checklists.definition_of(JOURNEY)
    if definition is None or not ground.count:
        return
    for account, home, days in zip(ground.residents, HOMES, ARRIVED_DAYS_AGO, strict=False):
        actor = Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)
        arrived = clock.today() - timedelta(days=days)
        answers: Answers = {"arrivee": arrived.isoformat(), **home}
        with ground.database.writing() as session:
            made = checklists.create_checklist(session, actor, JOURNEY.slug, definition, answers)
            for line_id in ("energie", "eau")[: days // 10]:
                done_on = arrived + timedelta(days=2)
                made = checklists.mark_line(session, actor, made, line_id, Mark(done_on=done_on))
