"""The charts of the dashboard and of the public page: from each, the drawing, the table and the file are made."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from accessibility.measures import LineChart, Measure, MeasureChart, Series
from portal.casework.figures.service import Hidden, Obtained, Shown, Tally, conceal, share_of, within
from portal.casework.satisfaction import texts
from portal.ground import clock
from portal.screens.steering import wording
from portal.screens.steering.figures import Figures
from portal.screens.steering.filters import months_before

QUARTERS_FROM = 24
Rows = Sequence[tuple[str, Tally]]


def volumes(figures: Figures, since: date) -> LineChart:
    """Requests sent and ended, month by month; by quarter over two years."""
    groups = month_groups(since, clock.today().replace(day=1))
    found = figures.by_month()
    tallies = [Tally.of(found[month] for month in group if month in found) for group in groups]
    received, ended = conceal([one.received for one in tallies]), conceal([one.ended for one in tallies])
    return LineChart(
        id="volumes",
        title=_("Demandes reçues et terminées"),
        conclusion=_say_volumes(Tally.of(tallies), [wording.say_months(group) for group in groups], received),
        corner=_("Mois"),
        moments=tuple(wording.say_months(group) for group in groups),
        series=(Series(_("Reçues"), _drawn(received)), Series(_("Terminées"), _drawn(ended))),
        said=tuple(
            (wording.say_number(one), wording.say_number(two)) for one, two in zip(received, ended, strict=True)
        ),
    )


def month_groups(since: date, last: date) -> list[list[date]]:
    """The months from one to another, by three when there are two years of them."""
    number = (last.year - since.year) * 12 + last.month - since.month + 1
    months = [months_before(last, number - 1 - place) for place in range(number)]
    size = 3 if number >= QUARTERS_FROM else 1
    return [months[start : start + size] for start in range(0, number, size)]


def _drawn(values: Sequence[Shown]) -> tuple[int | None, ...]:
    return tuple(None if isinstance(one, Hidden) else one for one in values)


def _say_volumes(total: Tally, moments: Sequence[str], received: Sequence[Shown]) -> str:
    if not total.received and not total.ended:
        return _("Aucune demande sur cette période.")
    count, ended = conceal([total.received])[0], conceal([total.ended])[0]
    said = _("Reçues : %(received)s. Terminées : %(ended)s.", received=_number(count), ended=_number(ended))
    shown = {moment: one for moment, one in zip(moments, received, strict=True) if not isinstance(one, Hidden)}
    if len(shown) < 2 or not any(shown.values()):
        return said
    most = max(shown, key=lambda moment: shown[moment])
    return _("%(said)s Le plus : %(moment)s (%(count)d).", said=said, moment=most, count=shown[most])


def _number(count: Shown) -> str:
    return wording.say_number(count)


def delays(rows: Rows) -> MeasureChart:
    """Days from sending to decision, the resident's own time left out: half of the cases, and nine in ten."""
    shown = conceal([one.decided for _label, one in rows])
    values = []
    for (label, one), count in zip(rows, shown, strict=True):
        half, most = (None, None) if isinstance(count, Hidden) else (within(one.days, 0.5), within(one.days, 0.9))
        cells = (wording.say_days(half), wording.say_days(most), wording.say_number(count))
        said = _("la moitié en %(half)s, 9 sur 10 en %(most)s", half=cells[0], most=cells[1])
        values.append(Measure(label, half, said if half else cells[0], cells))
    return MeasureChart(
        id="delais",
        title=_("Délais par démarche, en jours"),
        conclusion=_say_delays(Tally.of(one for _label, one in rows)),
        head=(_("Démarche"), _("La moitié en"), _("9 sur 10 en"), _("Décisions")),
        values=tuple(values),
    )


def _say_delays(total: Tally) -> str:
    half, most = within(total.days, 0.5), within(total.days, 0.9)
    if half is None:
        return _("Trop peu de décisions sur cette période pour parler de délai.")
    return _(
        "La moitié des demandes reçoivent une réponse en %(half)s, 9 sur 10 en %(most)s.",
        half=wording.say_days(half),
        most=wording.say_days(most),
    )


def refusals(rows: Rows) -> MeasureChart:
    """The share of refusals among decisions."""
    decided = conceal([one.decided for _label, one in rows])
    rejected = conceal([one.rejected for _label, one in rows])
    values = []
    for (label, _tally), all_of_it, some in zip(rows, decided, rejected, strict=True):
        share = share_of(some, all_of_it)
        cells = (wording.say_share(share), _number(some), _number(all_of_it))
        said = _("%(share)s de refus", share=cells[0]) if share is not None else cells[0]
        values.append(Measure(label, share, said, cells))
    total = Tally.of(one for _label, one in rows)
    return MeasureChart(
        id="refus",
        title=_("Part des refus par démarche"),
        conclusion=say_refusals(total),
        head=(_("Démarche"), _("Part des refus"), _("Refus"), _("Décisions")),
        values=tuple(values),
        most=100,
    )


def say_refusals(total: Tally) -> str:
    """The share of refusals, in a sentence."""
    if not total.decided:
        return _("Aucune décision sur cette période.")
    share = share_of(total.rejected, total.decided)
    if share is None:
        return _("Trop peu de décisions ou de refus sur cette période pour en donner la part.")
    return _("%(share)s des décisions sont des refus.", share=wording.say_share(share))


def obtained(total: Tally) -> MeasureChart:
    """« Avez-vous obtenu ce que vous vouliez ? »."""
    labels = [str(texts.OBTAINED[one]) for one in Obtained]
    return _answers("obtenu", str(texts.QUESTION_OBTAINED), labels, total.obtained, say_obtained(total))


def say_obtained(total: Tally) -> str:
    """How many got what they wanted, in a sentence."""
    share = share_of(total.obtained[0], total.answers)
    if share is None:
        return _("Trop peu de réponses sur cette période pour en donner la part.")
    return _("%(share)s des personnes disent avoir obtenu ce qu’elles voulaient.", share=wording.say_share(share))


def ease(total: Tally) -> MeasureChart:
    """« Était-ce facile ? »."""
    labels = [str(step) for step in texts.EASE]
    return _answers("facile", str(texts.QUESTION_EASE), labels, total.ease, say_ease(total))


def say_ease(total: Tally) -> str:
    """How many found it easy, in a sentence."""
    share = share_of(total.easy, total.answers)
    if share is None:
        return _("Trop peu de réponses sur cette période pour en donner la part.")
    return _("%(share)s trouvent la démarche facile ou très facile.", share=wording.say_share(share))


def _answers(id_: str, title: str, labels: Sequence[str], counts: Sequence[int], conclusion: str) -> MeasureChart:
    shown, total = conceal(counts), sum(counts)
    values = []
    for label, count in zip(labels, shown, strict=True):
        share = None if isinstance(count, Hidden) or total < len(counts) else round(100 * count / total)
        number = _number(count)
        said = number if share is None or isinstance(count, Hidden) else f"{share}\xa0%, {_say_answers(count)}"
        values.append(Measure(label, share, said, (number, wording.say_share(share))))
    return MeasureChart(id_, title, conclusion, (_("Réponse"), _("Nombre"), _("Part")), tuple(values), most=100)


def _say_answers(count: int) -> str:
    return ngettext("%(num)d réponse", "%(num)d réponses", count)


def equity(rows: Rows, *, id_: str, title: str, corner: str, conclusion: str) -> MeasureChart:
    """Success, refusals and delays of each group, side by side."""
    decided = conceal([one.decided for _label, one in rows])
    accepted = conceal([one.accepted for _label, one in rows])
    rejected = conceal([one.rejected for _label, one in rows])
    values = []
    for (label, one), total, yes, no in zip(rows, decided, accepted, rejected, strict=True):
        success, refused = share_of(yes, total), share_of(no, total)
        half = None if isinstance(total, Hidden) else within(one.days, 0.5)
        cells = (wording.say_share(success), wording.say_share(refused), wording.say_days(half), _number(total))
        said = _("accords : %(share)s ; la moitié en %(days)s", share=cells[0], days=cells[2])
        values.append(Measure(label, success, said, cells))
    head = (corner, _("Accords"), _("Refus"), _("La moitié en"), _("Décisions"))
    return MeasureChart(id_, title, conclusion, head, tuple(values), most=100)
