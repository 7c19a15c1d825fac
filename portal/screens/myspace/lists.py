"""The checklists of one person, as « Mon espace » shows them. One statement."""

from collections import Counter
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.checklists.service import Progress, build_lines, definition_of, list_checklists, progress_of
from portal.engine.journey_kit.checklists.wording import language, say_progress, say_when
from portal.engine.journey_kit.journeys import current_journeys
from portal.ground import clock
from portal.ground.permissions import Actor


@dataclass(frozen=True, slots=True)
class ListShown:
    """One list: its name, its address, how far it has got."""

    title: str
    address: str
    progress: Progress
    text: str


def lists_of(session: Session, who: Actor) -> list[ListShown]:
    """The lists of the person acted for; those of a journey that is closed are left out."""
    open_here = {journey.slug: journey for journey in current_journeys()}
    shown: list[ListShown] = []
    names: Counter[str] = Counter()
    for view in list_checklists(session, who):
        journey = open_here.get(view.journey)
        definition = definition_of(journey) if journey else None
        if definition is None:
            continue
        spoken = language()
        lines = build_lines(definition, view.answers, clock.today(), marks=view.marks, language=spoken)
        progress, title = progress_of(lines), definition.title.get(spoken)
        names[title] += 1
        again = names[title]
        name = title if again == 1 else _("%(title)s, plus ancienne (%(number)d)", title=title, number=again)
        shown.append(ListShown(name, f"/{view.journey}/liste/{view.token}", progress, _say(progress)))
    return shown


def _say(progress: Progress) -> str:
    done = say_progress(progress)
    if progress.next is None:
        return _("%(done)s. Tout est fait.", done=done)
    return _(
        "%(done)s. Ensuite : %(title)s. %(when)s.", done=done, title=progress.next.title, when=say_when(progress.next)
    )
