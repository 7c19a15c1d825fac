"""The tabs beside the questions that are one sheet each: presentation, channels, legal frame, routing."""

from collections.abc import Mapping, Sequence

from flask import url_for
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import ProcedureDocument
from portal.screens.builder import sheets, wording
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.connections import connection_titles
from portal.screens.builder.entries import Entry
from portal.screens.builder.procedures import department_options
from portal.screens.builder.sheetpages import SheetPage

ADDRESS = "/<slug>/<any(presentation,canaux,legal,envois):tab>"


def _entries(tab: str, document: ProcedureDocument, departments: Sequence[tuple[str, str]]) -> list[Entry]:
    if tab == "presentation":
        return sheets.presentation(document, departments)
    if tab == "canaux":
        return sheets.alternatives()
    if tab == "legal":
        return sheets.legal()
    return sheets.routing(document, connection_titles())


def _sheet(slug: str, tab: str) -> SheetPage:
    departments = department_options() if tab == "presentation" else []
    return SheetPage(
        slug,
        lambda _document: (),
        lambda document: _entries(tab, document, departments),
        part=tab,
        then=url_for("builder.tab_form", slug=slug, tab=tab, fait="enregistre"),
    )


@blueprint.get(ADDRESS)
@may_edit
def tab_form(slug: str, tab: str) -> Response:
    """What the draft says under this tab."""
    return _show(slug, tab)


@blueprint.post(ADDRESS)
@may_edit
def save_tab(slug: str, tab: str) -> Response:
    """Keep what was typed."""
    return _sheet(slug, tab).save(lambda wrong: _show(slug, tab, wrong))


def _show(slug: str, tab: str, wrong: Mapping[str, str] | None = None) -> Response:
    return _sheet(slug, tab).show(
        "sheet.html",
        title=str(wording.TAB_TITLES[tab]),
        tab=tab,
        wrong=wrong,
        hidden={},
        submit="",
        nothing=wording.NOTHING.get(tab, ""),
        back=url_for("builder.overview", slug=slug),
    )
