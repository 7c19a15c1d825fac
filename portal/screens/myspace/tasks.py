"""What the person has to do, the most pressing first: answers that are awaited, then drafts about to be erased."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.requests.service import DraftSummary
from portal.ground.web.formats import format_day
from portal.screens.myspace.queries.requests import Awaited, ListedRequest


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. ``act`` is the words of the button, which leads to ``address``; ``reference`` of a request."""

    title: str
    text: str
    act: str
    address: str
    reference: str = ""


def tasks_of(waiting: Iterable[ListedRequest], ending: Iterable[DraftSummary]) -> list[Task]:
    """What is awaited of the person, then what would be lost."""
    return [*map(_answer, waiting), *map(_resume, ending)]


# What each kind of waiting is called, in the title and on the button, and what it leads to.
_SAID: Mapping[Awaited, tuple[LazyString, LazyString, LazyString]] = {
    Awaited.APPOINTMENT: (
        _l("Accepter ou refuser un rendez-vous : %(about)s"),
        _l("Le service vous propose un rendez-vous. Lisez-le, puis choisissez."),
        _l("Lire la proposition"),
    ),
    Awaited.CORRECTIONS: (
        _l("Corriger vos réponses : %(about)s"),
        _l("Le service vous demande de revoir des réponses, puis il continue."),
        _l("Corriger"),
    ),
    Awaited.CHOICE: (
        _l("Choisir la suite : %(about)s"),
        _l("Votre demande avance dès que vous choisissez."),
        _l("Lire et choisir"),
    ),
    Awaited.ANSWER: (
        _l("Répondre au service : %(about)s"),
        _l("Une question vous est posée. Votre demande avance dès que vous répondez."),
        _l("Lire et répondre"),
    ),
}


def _answer(one: ListedRequest) -> Task:
    awaited = one.awaited or Awaited.ANSWER
    title, text, act = _SAID[awaited]
    place = "/corriger" if awaited is Awaited.CORRECTIONS else "#echanges"
    address = f"/demandes/{one.reference}{place}"
    return Task(str(title) % {"about": one.procedure_title}, str(text), str(act), address, one.reference)


def _resume(draft: DraftSummary) -> Task:
    return Task(
        _("Finir votre brouillon : %(about)s", about=draft.procedure_title),
        _("Il sera effacé le %(day)s, sauf si vous le reprenez avant.", day=format_day(draft.purge_after)),
        _("Reprendre : %(title)s", title=draft.procedure_title),
        f"/demarches/{draft.procedure_slug}/commencer",
    )
