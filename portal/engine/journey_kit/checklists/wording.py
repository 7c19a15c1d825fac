"""The words of the pages of a list, and what a line leads to."""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from portal.casework.checklists.definition import AUTHORITY, Action
from portal.casework.checklists.service import Line, LineState, Progress
from portal.ground.dictionary.service import LocalText
from portal.ground.web.formats import format_day
from portal.people.accounts.service import AuthorityView


@dataclass(frozen=True, slots=True)
class Way:
    """What a line leads to: words, an address when there is one, and what stands beside."""

    label: str
    address: str = ""
    beside: str = ""


def language() -> str:
    """The language of the page, as texts by language name it: « fr », « fr@falc »."""
    return str(get_locale() or "fr")


def way_of(action: Action | None, authority: AuthorityView, open_procedures: Collection[str]) -> Way | None:
    """How to do it. A procedure that is not offered now becomes a call: no address leads nowhere."""
    if action is None:
        return None
    label = action.label.get(language())
    if action.procedure is not None and action.procedure not in open_procedures:
        return Way(*_call(_("Appeler la mairie"), authority.phone), _("Cette démarche n’est pas encore en ligne."))
    if action.procedure is not None:
        return Way(label, f"/demarches/{action.procedure}")
    if action.link is not None:
        return Way(label, action.link)
    if action.phone is not None:
        return Way(*_call(label, authority.phone if action.phone == AUTHORITY else action.phone))
    if isinstance(action.place, LocalText):
        return Way(label, beside=action.place.get(language()))
    return Way(label, beside=f"{authority.name}, {authority.address}")


def _call(label: str, phone: str) -> tuple[str, str]:
    return _("%(label)s au %(phone)s", label=label, phone=phone), f"tel:{phone.replace(' ', '')}"


def say_progress(progress: Progress) -> str:
    """« 3 faites sur 9 »."""
    return ngettext(
        "%(num)d chose faite sur %(total)d", "%(num)d choses faites sur %(total)d", progress.done, total=progress.total
    )


def say_when(line: Line) -> str:
    """By when, in words; nothing for a line without a date."""
    if line.state is LineState.DONE:
        return _("Fait le %(day)s", day=format_day(line.done_on)) if line.done_on else _("Fait")
    if line.due is None:
        return _("Quand vous voulez")
    if line.state is LineState.LATE:
        return _("Dès que possible : c’était avant le %(day)s", day=format_day(line.due))
    if line.postponed:
        return _("Repoussé au %(day)s", day=format_day(line.due))
    return _("Avant le %(day)s", day=format_day(line.due))


def say_note(line: Line) -> str:
    """What has just been noted about a line, from how it stands now."""
    if line.state is LineState.DONE:
        return _("C’est noté : « %(title)s » est fait.", title=line.title)
    if line.postponed and line.due is not None:
        return _("C’est noté : « %(title)s » est repoussé au %(day)s.", title=line.title, day=format_day(line.due))
    return _("C’est noté : « %(title)s » est à faire.", title=line.title)
