"""The charts of a poll's results, from which the page, the table and the file are made."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from accessibility.charts import BarChart, Line, StackedChart, Value, shares
from journeys.participation.shapes import PollView, Results


def no_opinion() -> str:
    """The answer that every question offers."""
    return _("Sans avis")


def question_chart(poll: PollView, results: Results, place: int) -> BarChart:
    """The answers to one question, counted from 0, the most chosen first; those without an opinion last."""
    question = poll.terms.questions[place]
    counts = results.counts[place]
    codes = sorted(range(1, len(counts)), key=lambda code: -counts[code])
    labels = [*(question.choices[code - 1] for code in codes), no_opinion()]
    values = _values(labels, [*(counts[code] for code in codes), counts[0]])
    return BarChart(
        id=f"q{place + 1}",
        title=_labelled(poll, question.text),
        conclusion=f"{_most(values)}.",
        head=(_("Réponse"), _("Nombre"), _("Part")),
        values=values,
        aside=no_opinion(),
    )


def cross_chart(poll: PollView, results: Results) -> StackedChart | None:
    """The second question among those who gave each answer to the first; None when it may not be told."""
    if results.cross is None:
        return None
    first, second = poll.terms.questions[:2]
    lines = tuple(
        Line(label, _values(second.choices, cells))
        for label, cells in zip(first.choices, results.cross.cells, strict=True)
    )
    title = _("«\xa0%(second)s\xa0», selon la réponse à «\xa0%(first)s\xa0»", second=second.text, first=first.text)
    said = (
        _("Parmi les réponses «\xa0%(first)s\xa0», %(most)s.", first=one.label, most=_most(one.values)) for one in lines
    )
    return StackedChart(
        id="croise",
        title=_labelled(poll, title),
        conclusion=" ".join(said),
        corner=_("Réponse"),
        segments=second.choices,
        bars=lines,
    )


def result_rows(poll: PollView, results: Results) -> list[Sequence[str]]:
    """The file: what it is, each question with its chart's own rows, then the crossed answers."""
    rows: list[Sequence[str]] = [(_("Sondage"), poll.terms.title), (_("Bulletins"), str(results.ballots))]
    rows.append((_("Portée"), reach(poll)))
    for place in range(len(results.counts)):
        chart = question_chart(poll, results, place)
        rows += [(), (_("Question %(number)d", number=place + 1), chart.title), *chart.rows]
    cross = cross_chart(poll, results)
    if cross is not None:
        rows += [(), (_("Réponses croisées"), cross.title), *cross.rows]
    return rows


def reach(poll: PollView) -> str:
    """What the numbers are worth, wherever they are shown."""
    if poll.is_open_to_all:
        return _("Non représentatif : chacun pouvait répondre, sans compte")
    return _("Consultatif : une réponse par personne, participation libre")


def _labelled(poll: PollView, text: str) -> str:
    return _("%(text)s (non représentatif)", text=text) if poll.is_open_to_all else text


def _values(labels: Sequence[str], counts: Sequence[int]) -> tuple[Value, ...]:
    return tuple(
        Value(label, count, share, f"{share}\xa0%, {ngettext('%(num)d réponse', '%(num)d réponses', count)}")
        for label, count, share in zip(labels, counts, shares(counts), strict=True)
    )


def _most(values: Sequence[Value]) -> str:
    """« « Oui » arrive en tête avec 41 % », or that two are level."""
    best = max(value.count for value in values)
    ahead = [value for value in values if value.count == best]
    if len(ahead) > 1:
        names = _(" et ").join(f"«\xa0{value.label}\xa0»" for value in ahead)
        return _("%(names)s arrivent à égalité", names=names)
    return _("«\xa0%(label)s\xa0» arrive en tête avec %(share)d\xa0%%", label=ahead[0].label, share=ahead[0].share)
