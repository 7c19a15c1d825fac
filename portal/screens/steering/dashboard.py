"""« Pilotage » : the figures of departments, one question a page, and the same as a file."""

from collections.abc import Sequence
from dataclasses import replace

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accessibility.measures import LineChart, MeasureChart
from portal.casework.figures.service import ENOUGH, Gap, Tally, conceal, gaps, share_of, within
from portal.casework.requests.enums import Channel
from portal.ground import clock, web
from portal.ground.web.downloads import as_download
from portal.ground.web.spreadsheets import write_rows
from portal.screens.steering import backlog, charts, wording
from portal.screens.steering.blueprint import blueprint, may_steer
from portal.screens.steering.figures import Figures, Names
from portal.screens.steering.filters import PERIODS, Filters, View, read_filters
from portal.screens.steering.queries import read_figures, read_names

CSV = "text/csv; charset=utf-8"
# How many procedures a page shows, the rest being in the file.
SHOWN = 10
Chart = LineChart | MeasureChart


@blueprint.get("/agents/pilotage")
@may_steer
def overview() -> Response:
    """One question about the departments of the reader, filtered by the address."""
    names, filters, figures = _read()
    drawn = _charts(figures, names, filters)
    total = figures.total
    return web.page(
        "steering/dashboard.html",
        title=_("Pilotage : %(view)s", view=str(wording.VIEWS[filters.view]).lower()),
        service=_("Agents"),
        filters=filters,
        charts=[replace(one, values=one.values[:SHOWN]) if isinstance(one, MeasureChart) else one for one in drawn],
        left_out=max((len(one.values) - SHOWN for one in drawn if isinstance(one, MeasureChart)), default=0),
        counted_at=figures.counted_at,
        alerts=[str(wording.GAPS[gap]) for gap in _gaps(figures)],
        facts=_facts(figures),
        periods=[(str(one), _("%(months)d mois", months=one)) for one in PERIODS],
        departments=[(slug, title) for slug, (_id, title) in names.departments.items()],
        procedures=_procedures(names, filters),
        channels=[(one.value, str(label)) for one, label in wording.CHANNELS.items()],
        views=wording.VIEWS,
        is_empty=not figures.cells and not figures.backlog,
        given_up=wording.say_number(conceal([total.given_up])[0]),
    )


@blueprint.get("/agents/pilotage.csv")
@may_steer
def overview_file() -> Response:
    """The numbers of the page, all of them, for a spreadsheet."""
    names, filters, figures = _read()
    rows: list[Sequence[str]] = (
        [(_("Chiffres comptés le"), f"{clock.local(figures.counted_at):%d/%m/%Y %H:%M}")]
        if (figures.counted_at)
        else []
    )
    for chart in _charts(figures, names, filters):
        rows += [(), (chart.title,), (chart.conclusion,), *chart.rows]
    name = f"pilotage-{filters.view.value}-{clock.today().isoformat()}"
    return as_download(write_rows(rows).encode(), CSV, name, "csv")


def _read() -> tuple[Names, Filters, Figures]:
    names = read_names(web.unit(), web.actor())
    slugs = {one.slug for one in names.procedures.values()}
    filters = read_filters(request.args, names.departments, slugs)
    return names, filters, read_figures(web.unit(), names, filters)


def _procedures(names: Names, filters: Filters) -> list[tuple[str, str]]:
    """The procedures to choose from: those of the department chosen."""
    chosen = names.departments.get(filters.department)
    mine = [one for one in names.procedures.values() if chosen is None or one.department_id == chosen[0]]
    return [(one.slug, one.title if one.is_open else _("%(title)s (retirée)", title=one.title)) for one in mine]


def _charts(figures: Figures, names: Names, filters: Filters) -> list[Chart]:
    rows = [(title, tally) for _id, title, tally in figures.by_procedure()]
    if filters.view is View.VOLUMES:
        return [charts.volumes(figures, filters.since)]
    if filters.view is View.DELAYS:
        return [charts.delays(rows)]
    if filters.view is View.REFUSALS:
        return [charts.refusals(rows)]
    if filters.view is View.SATISFACTION:
        return [charts.obtained(figures.total), charts.ease(figures.total)]
    if filters.view is View.EQUITY:
        return equity_charts(figures)
    titles = {key: one.title for key, one in names.procedures.items()}
    return [backlog.ages(figures), backlog.late(figures, titles, len(titles))]


def equity_charts(figures: Figures) -> list[Chart]:
    """Persons who were helped beside the others, then channel by channel."""
    helped = figures.by(lambda cell: cell.assisted)
    ways = figures.by(lambda cell: cell.channel)
    order = [one.value for one in Channel]
    by_channel = [
        (wording.say_channel(code), ways[code]) for code in sorted(ways, key=order.index) if ways[code].decided
    ]
    return [
        charts.equity(
            [(wording.say_helped(assisted=one), helped[one]) for one in (True, False) if one in helped],
            id_="aide",
            title=_("Avec ou sans l’aide d’un agent"),
            corner=_("Personnes"),
            conclusion=_say_helped(helped, _gaps(figures)),
        ),
        charts.equity(
            by_channel,
            id_="canal",
            title=_("Selon le canal"),
            corner=_("Canal"),
            conclusion=_say_channels(by_channel),
        ),
    ]


def _say_helped(helped: dict[bool, Tally], found: tuple[Gap, ...]) -> str:
    if len(helped) < 2 or min(one.decided for one in helped.values()) < ENOUGH:
        return _("Trop peu de décisions pour comparer : il en faut %(least)d de chaque côté.", least=ENOUGH)
    return str(wording.GAPS[found[0]]) if found else _("Pas d’écart net entre les personnes aidées et les autres.")


def _say_channels(rows: charts.Rows) -> str:
    shown = {label: within(one.days, 0.5) for label, one in rows if one.decided}
    told = {label: days for label, days in shown.items() if days is not None}
    if len(told) < 2:
        return _("Trop peu de décisions pour comparer les canaux.")
    slow, quick = max(told, key=lambda one: told[one]), min(told, key=lambda one: told[one])
    if told[slow] == told[quick]:
        return _("Le même délai par tous les canaux : la moitié en %(days)s.", days=wording.say_days(told[slow]))
    return _(
        "Le plus rapide : %(quick)s (la moitié en %(few)s). Le plus lent : %(slow)s (%(many)s).",
        quick=quick.lower(),
        few=wording.say_days(told[quick]),
        slow=slow.lower(),
        many=wording.say_days(told[slow]),
    )


def _gaps(figures: Figures) -> tuple[Gap, ...]:
    helped = figures.by(lambda cell: cell.assisted)
    return gaps(helped[True], helped[False]) if len(helped) == 2 else ()


def _facts(figures: Figures) -> list[tuple[str, str]]:
    """The service levels, in four numbers."""
    total = figures.total
    return [
        (_("La moitié des réponses en"), wording.say_days(within(total.days, 0.5))),
        (_("9 réponses sur 10 en"), wording.say_days(within(total.days, 0.9))),
        (_("Refus"), wording.say_share(share_of(total.rejected, total.decided))),
        (_("Décidées en retard"), wording.say_share(share_of(total.late, total.decided))),
        (_("Ont obtenu ce qu’elles voulaient"), wording.say_share(share_of(total.obtained[0], total.answers))),
        (_("Envois en échec chez un partenaire"), wording.say_number(conceal([total.partner_errors])[0])),
    ]
