"""The queue."""

from collections.abc import Sequence

from flask import Blueprint, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests.enums import RequestStatus
from portal.ground import web
from portal.ground.audit.service import record, record_each
from portal.ground.clock import today
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.screens.backoffice import wording
from portal.screens.backoffice.export import write_csv
from portal.screens.backoffice.filters import read_filters
from portal.screens.backoffice.queries import EXPORT_LIMIT, QueueRow, read_export, read_queue


def queue() -> Response:
    """The requests of the agent's departments, filtered by the address."""
    filters = read_filters(request.args)
    found = read_queue(web.unit(), web.actor(), filters)
    if filters.query:
        _journal("queue_searched", "request_found", found.rows)
    count = wording.say_total(found.total, EXPORT_LIMIT)
    name = str(wording.VIEWS[filters.view])
    return web.page(
        "backoffice/queue.html",
        title=_("Demandes : %(view)s, %(count)s", view=name.lower(), count=count),
        service=_("Agents"),
        filters=filters,
        queue=found,
        count=count,
        limit=EXPORT_LIMIT,
        words=wording,
        statuses=list(RequestStatus),
    )


def queue_file() -> Response:
    """The same list for a spreadsheet."""
    rows = read_export(web.unit(), web.actor(), read_filters(request.args))
    _journal("list_exported", "request_exported", rows)
    response = make_response(write_csv(rows))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="demandes-{today().isoformat()}.csv"'
    return response


def _journal(act: str, seen: str, rows: Sequence[QueueRow]) -> None:
    """The act itself, then one line for each person who was seen that way: they can read it.

    What was typed is not kept: it may be a name.
    """
    with web.background_unit() as journal:
        record(journal, web.actor(), act, details={"rows": str(len(rows))})
        record_each(journal, web.actor(), seen, [(row.person_id, row.id) for row in rows])


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    read = agent_only(Permission.REQUESTS_READ)
    blueprint.get("/dossiers", endpoint="queue")(read(queue))
    blueprint.get("/dossiers.csv", endpoint="queue_file")(read(queue_file))
