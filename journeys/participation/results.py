"""The results of a poll: a page a question, the crossed answers, and the files."""

from typing import Final

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.participation import wording
from journeys.participation.charts import cross_chart, question_chart, reach, result_rows
from journeys.participation.enums import Phase
from journeys.participation.service import find_published, list_codes
from journeys.participation.shapes import PollView
from journeys.participation.showing import trail_of
from portal.ground import web
from portal.ground.errors import NotFound
from portal.ground.web.access import public
from portal.ground.web.downloads import as_download
from portal.ground.web.spreadsheets import write_rows

CSV: Final = "text/csv; charset=utf-8"


@public
def question(slug: str, number: int) -> Response:
    """The results of one question."""
    return show_results(_find_counted(slug), number)


def show_results(poll: PollView, number: int) -> Response:
    """The page of one question, counted from 1.

    :raises NotFound: there is no such question.
    """
    results = poll.results
    if results is None or not 1 <= number <= len(poll.terms.questions):
        raise NotFound("question_unknown")
    chart = question_chart(poll, results, number - 1) if results.counts else None
    return web.page(
        "participation/results.html",
        title=_("Résultats : %(title)s", title=poll.terms.title),
        service=_("Participer"),
        poll=poll,
        results=results,
        number=number,
        chart=chart,
        reach=reach(poll),
        words=wording,
        trail=trail_of(poll),
    )


@public
def cross(slug: str) -> Response:
    """The first two questions together, when every group is large enough to be told."""
    poll = _find_counted(slug)
    assert poll.results is not None  # noqa: S101  a counted poll has them
    if len(poll.terms.questions) < 2:
        raise NotFound("question_unknown")
    here = _("Réponses croisées")
    return web.page(
        "participation/cross.html",
        title=_("%(what)s : %(title)s", what=here, title=poll.terms.title),
        service=_("Participer"),
        poll=poll,
        chart=cross_chart(poll, poll.results),
        reach=reach(poll),
        trail=trail_of(poll, here),
    )


@public
def results_file(slug: str) -> Response:
    """The numbers of the pages, for a spreadsheet."""
    poll = _find_counted(slug)
    assert poll.results is not None  # noqa: S101  a counted poll has them
    content = write_rows(result_rows(poll, poll.results))
    return as_download(content.encode(), CSV, f"sondage-{poll.slug}", "csv")


@public
def codes_file(slug: str) -> Response:
    """The tracking codes of the ballots counted, in alphabetical order, until the ballots are destroyed."""
    poll = _find_counted(slug)
    codes = list_codes(web.unit(), poll.id)
    if not codes:
        raise NotFound("codes_unknown")
    content = write_rows([(_("Codes de suivi des bulletins comptés"),), *((code,) for code in codes)])
    return as_download(content.encode(), CSV, f"codes-{poll.slug}", "csv")


def _find_counted(slug: str) -> PollView:
    poll = find_published(web.unit(), slug)
    if poll.phase is not Phase.COUNTED or poll.results is None:
        raise NotFound("results_unknown")
    return poll


def register(blueprint: Blueprint) -> None:
    """Add the views to the journey's blueprint."""
    blueprint.get("/<slug>/resultats/<int:number>", endpoint="question")(question)
    blueprint.get("/<slug>/croisement", endpoint="cross")(cross)
    blueprint.get("/<slug>/resultats.csv", endpoint="results_file")(results_file)
    blueprint.get("/<slug>/codes.csv", endpoint="codes_file")(codes_file)
