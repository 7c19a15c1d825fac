"""« Qualité de service » : for everybody, how long it takes and how it ends; the same as open data."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import jsonify
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.figures.service import LEAST_SHOWN, Hidden, Shown, Tally, conceal, share_of, within
from portal.ground import clock, web
from portal.ground.web.access import public
from portal.ground.web.downloads import as_download
from portal.ground.web.spreadsheets import write_rows
from portal.screens.steering import charts, wording
from portal.screens.steering.blueprint import blueprint
from portal.screens.steering.dashboard import CSV, equity_charts
from portal.screens.steering.figures import Figures
from portal.screens.steering.filters import months_before
from portal.screens.steering.queries import read_public_figures

ADDRESS: Final = "/qualite-de-service"
# Whole months only: from one day to the next, nothing that just happened can be told from the figures.
MONTHS: Final = 12
SHOWN: Final = 8
FORMAT: Final = "parvis/service-levels"
VERSION: Final = 1


@blueprint.get(ADDRESS)
@public
def service_levels() -> Response:
    """The service levels of the last twelve whole months."""
    since, before, figures = _read()
    here, total = _("Qualité de service"), figures.total
    rows = [(title, tally) for _id, title, tally in figures.by_procedure()]
    by_procedure = charts.delays(rows)
    return web.page(
        "steering/service_levels.html",
        title=here,
        months=wording.say_months([since, months_before(before, 1)]),
        is_empty=not total.decided,
        facts=_facts(total),
        sentences=[by_procedure.conclusion, charts.say_refusals(total), charts.say_obtained(total)],
        delays=charts.delays(_first(rows)),
        least=LEAST_SHOWN,
        left_out=max(0, len(rows) - SHOWN),
        equity=equity_charts(figures)[0],
        counted_at=figures.counted_at,
        trail=[(_("Accueil"), "/"), (here, None)],
    )


@blueprint.get(f"{ADDRESS}.csv")
@public
def service_levels_file() -> Response:
    """The same numbers, procedure by procedure, for a spreadsheet."""
    since, before, figures = _read()
    last = months_before(before, 1)
    rows: list[Sequence[str]] = [(_("Période"), f"{since:%Y-%m}", f"{last:%Y-%m}"), ()]
    rows.append(
        (
            _("Démarche"),
            _("Demandes reçues"),
            _("Décisions"),
            _("La moitié en (jours)"),
            _("9 sur 10 en (jours)"),
            _("Part des refus (%)"),
            _("Ont obtenu ce qu’elles voulaient (%)"),
        )
    )
    for title, level in levels_of(figures):
        rows.append((title, *(_cell(value) for value in level.values())))
    return as_download(write_rows(rows).encode(), CSV, "qualite-de-service", "csv")


@blueprint.get(f"{ADDRESS}.json")
@public
def service_levels_data() -> FlaskResponse:
    """The same numbers for software. The format is stable: see ``docs/donnees-ouvertes.md``."""
    since, before, figures = _read()
    (_all, total), *procedures = levels_of(figures)
    return jsonify(
        {
            "format": FORMAT,
            "version": VERSION,
            "from": f"{since:%Y-%m}",
            "to": f"{months_before(before, 1):%Y-%m}",
            "counted_at": figures.counted_at.isoformat() if figures.counted_at else None,
            "total": _json(total),
            "procedures": [{"title": title, **_json(level)} for title, level in procedures],
        }
    )


def levels_of(figures: Figures) -> list[tuple[str, dict[str, Shown | None]]]:
    """The service levels: of everything, then of each procedure, the most decided first."""
    rows = [(title, tally) for _id, title, tally in figures.by_procedure()]
    total = figures.total
    received = (*conceal([total.received]), *conceal([one.received for _title, one in rows]))
    decided = (*conceal([total.decided]), *conceal([one.decided for _title, one in rows]))
    rejected = (*conceal([total.rejected]), *conceal([one.rejected for _title, one in rows]))
    named = [(_("Toutes les démarches"), total), *rows]
    return [
        (title, _level(one, came, done, refused))
        for (title, one), came, done, refused in zip(named, received, decided, rejected, strict=True)
    ]


def _level(one: Tally, received: Shown, decided: Shown, rejected: Shown) -> dict[str, Shown | None]:
    hidden = isinstance(decided, Hidden)
    return {
        "received": received,
        "decided": decided,
        "median_days": None if hidden else within(one.days, 0.5),
        "p90_days": None if hidden else within(one.days, 0.9),
        "refusal_percent": share_of(rejected, decided),
        "obtained_percent": share_of(one.obtained[0], one.answers),
    }


def _read() -> tuple[date, date, Figures]:
    before = clock.today().replace(day=1)
    since = months_before(before, MONTHS)
    return since, before, read_public_figures(web.unit(), since, before)


def _first(rows: charts.Rows) -> charts.Rows:
    """The first procedures, without what is left out being found again from those shown: see the file for all."""
    shown = conceal([one.decided for _title, one in rows])
    return [row for row, number in zip(rows, shown, strict=True) if not isinstance(number, Hidden)][:SHOWN]


def _facts(total: Tally) -> list[tuple[str, str]]:
    return [
        (_("La moitié des réponses en"), wording.say_days(within(total.days, 0.5))),
        (_("9 réponses sur 10 en"), wording.say_days(within(total.days, 0.9))),
        (_("Refus"), wording.say_share(share_of(total.rejected, total.decided))),
        (_("Satisfaction"), wording.say_share(share_of(total.obtained[0], total.answers))),
    ]


def _cell(value: Shown | None) -> str:
    return "" if value is None else wording.say_number(value)


def _json(level: dict[str, Shown | None]) -> dict[str, Any]:
    """A number that is not shown is null; ``hidden`` tells why."""
    shown = {name: None if isinstance(value, Hidden) else value for name, value in level.items()}
    return {**shown, "hidden": {name: one.value for name, one in level.items() if isinstance(one, Hidden)}}
