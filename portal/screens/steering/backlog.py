"""The charts of what is not ended: how long it has waited, and who needs help."""

from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from accessibility.measures import Measure, MeasureChart
from portal.casework.figures.service import OpenGroup, conceal
from portal.screens.steering import wording
from portal.screens.steering.figures import Figures


def ages(figures: Figures) -> MeasureChart:
    """How long ago the requests that are open were sent."""
    counts = [sum(one.ages[place] for one in figures.backlog) for place in range(len(wording.say_ages()))]
    shown = conceal(counts)
    values = []
    for label, count, number in zip(wording.say_ages(), counts, shown, strict=True):
        said = wording.say_number(number)
        values.append(Measure(label, count if number == count else None, said, (said,)))
    return MeasureChart(
        id="attente",
        title=_("Demandes en cours, par ancienneté"),
        conclusion=_say_open(figures, sum(counts)),
        head=(_("Envoyées"), _("Demandes en cours")),
        values=tuple(values),
    )


def _say_open(figures: Figures, total: int) -> str:
    if not total:
        return _("Aucune demande n’est en cours.")
    awaited = conceal([sum(one.awaited for one in figures.backlog)])[0]
    return _(
        "En cours : %(total)s. Attendent une réponse de l’usager : %(awaited)s.",
        total=wording.say_number(conceal([total])[0]),
        awaited=wording.say_number(awaited),
    )


def late(figures: Figures, titles: Mapping[UUID, str], most: int) -> MeasureChart:
    """The procedures with the most requests that are late."""
    groups: dict[UUID, list[OpenGroup]] = {}
    for one in figures.backlog:
        groups.setdefault(one.procedure_id, []).append(one)
    counts = {key: (sum(one.late for one in found), _open(found)) for key, found in groups.items()}
    rows = sorted((-number, titles.get(key, ""), opened) for key, (number, opened) in counts.items() if number)
    shown, opened = conceal([-row[0] for row in rows]), conceal([row[2] for row in rows])
    values = []
    for (number, title, _all), count, whole in zip(rows, shown, opened, strict=True):
        said, of = wording.say_number(count), wording.say_number(whole)
        values.append(Measure(title, -number if count == -number else None, said, (said, of)))
    return MeasureChart(
        id="retards",
        title=_("Demandes en retard, par démarche"),
        conclusion=_say_late(sum(-row[0] for row in rows), rows[0][1] if rows else ""),
        head=(_("Démarche"), _("En retard"), _("En cours")),
        values=tuple(values[:most]),
    )


def _open(groups: list[OpenGroup]) -> int:
    return sum(sum(one.ages) for one in groups)


def _say_late(total: int, worst: str) -> str:
    if not total:
        return _("Aucune demande n’est en retard.")
    if conceal([total])[0] != total:
        return _("Moins de 5 demandes sont en retard.")
    return ngettext(
        "%(num)d demande est en retard. La plus touchée : %(worst)s.",
        "%(num)d demandes sont en retard. La plus touchée : %(worst)s.",
        total,
        worst=worst,
    )
