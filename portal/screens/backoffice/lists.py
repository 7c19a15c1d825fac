"""A list as a file: choose columns and format, wait for the worker, take it once within a day."""

from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.documents.storage import ContentMissing
from portal.casework.worklists import service as worklists
from portal.casework.worklists.policy import LIST_ROWS
from portal.casework.worklists.service import ListFormat
from portal.ground import web
from portal.ground.clock import today
from portal.ground.errors import Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.downloads import as_download
from portal.ground.web.ods import MEDIA_TYPE
from portal.screens.backoffice.casefile import Errors
from portal.screens.backoffice.export import COLUMNS
from portal.screens.backoffice.filters import Filters, read_filters, read_query

TYPES = {ListFormat.ODS: MEDIA_TYPE, ListFormat.CSV: "text/csv; charset=utf-8"}


def list_form() -> Response:
    """Which columns, in which format."""
    return _ask(read_filters(request.args))


def _ask(filters: Filters, *, errors: Errors | None = None, chosen: str = ListFormat.ODS) -> Response:
    return web.page(
        "backoffice/list_ask.html",
        title=_("Préparer un fichier de cette liste"),
        status=422 if errors else 200,
        service=_("Agents"),
        back=filters.address(),
        query=filters.address("").removeprefix("?"),
        columns=[(code, title) for code, (title, _value) in COLUMNS.items()],
        ticked=[] if errors else list(COLUMNS),
        formats=[
            (ListFormat.ODS.value, _("ODS, pour LibreOffice et les autres tableurs")),
            (ListFormat.CSV.value, _("CSV, pour un autre logiciel")),
        ],
        chosen=chosen,
        most=LIST_ROWS,
        errors=errors or [],
    )


def ask_list() -> Response:
    """Have it written by the worker."""
    filters = read_query(request.form.get("filtres", ""))
    ticked = [code for code in COLUMNS if code in request.form.getlist("colonnes")]
    chosen = request.form.get("format", "")
    if chosen not in set(ListFormat):
        return _ask(filters, errors=[("format", _("Choisissez un format."))])
    try:
        query = filters.address("").removeprefix("?")
        made = worklists.ask_list(web.unit(), web.actor(), query, ticked, ListFormat(chosen))
    except Invalid as refused:
        web.undo()
        return _ask(filters, errors=[("colonnes", one) for one in refused.fields.values()], chosen=chosen)
    return web.redirect_to("backoffice.list_page", list_id=made)


def list_page(list_id: UUID) -> Response:
    """Whether it is ready."""
    return web.page(
        "backoffice/list.html",
        title=_("Votre fichier"),
        service=_("Agents"),
        view=worklists.get_list(web.unit(), web.actor(), list_id),
        most=LIST_ROWS,
    )


def take_list(list_id: UUID) -> Response:
    """The file, once."""
    store = worklists.list_store(web.settings())
    try:
        content, file_format = worklists.take_list(web.unit(), store, web.actor(), list_id)
    except ContentMissing:
        raise NotFound("list_unknown") from None
    name = f"demandes-{today().isoformat()}"
    return as_download(content, TYPES[file_format], name, file_format.value)


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    read = agent_only(Permission.REQUESTS_READ)
    blueprint.get("/dossiers/liste", endpoint="list_form")(read(list_form))
    blueprint.post("/dossiers/liste", endpoint="ask_list")(read(ask_list))
    blueprint.get("/listes/<uuid:list_id>", endpoint="list_page")(read(list_page))
    blueprint.post("/listes/<uuid:list_id>", endpoint="take_list")(read(take_list))
