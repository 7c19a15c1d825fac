"""The queue."""

from collections.abc import Sequence

from flask import Blueprint, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests.enums import RequestStatus
from portal.casework.worklists.policy import MAX_AT_ONCE
from portal.casework.worklists.service import kinds_of, list_views
from portal.ground import web
from portal.ground.audit.service import record, record_each
from portal.ground.clock import today
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.screens.backoffice import wording
from portal.screens.backoffice.export import write_csv
from portal.screens.backoffice.filters import MINE, NOBODY, Filters, read_filters
from portal.screens.backoffice.queries import (
    QueueRow,
    procedures_of,
    read_export,
    read_queue,
    read_team,
)

# Beyond as many procedures, their list stands on the page of all filters alone: it would weigh more than the queue.
PROCEDURES_AT_HAND = 20


def queue() -> Response:
    """The requests of the agent's departments, filtered by the address."""
    filters = read_filters(request.args)
    found = read_queue(web.unit(), web.actor(), filters)
    _note_search(filters, found.rows)
    count = wording.say_total(found.total, found.bound_of(filters.view))
    name = str(wording.VIEWS[filters.view])
    return web.page(
        "backoffice/queue.html",
        title=_("Demandes : %(view)s, %(count)s", view=name.lower(), count=count),
        service=_("Agents"),
        filters=filters,
        queue=found,
        views=list_views(web.unit(), web.actor()),
        here=filters.to_keep,
        told=wording.say_filters(filters, found.agent_name, found.office),
        procedure=dict(found.procedures).get(filters.procedure, ""),
        at_hand=len(found.procedures) <= PROCEDURES_AT_HAND,
        may_act=bool(kinds_of(web.actor())),
        count=count,
        words=wording,
        statuses=list(RequestStatus),
    )


def choose_requests() -> Response:
    """The same list with boxes to tick, to act on several requests at once."""
    filters = read_filters(request.args)
    found = read_queue(web.unit(), web.actor(), filters)
    _note_search(filters, found.rows)
    return web.page(
        "backoffice/choose.html",
        title=_("Choisir des demandes"),
        service=_("Agents"),
        filters=filters,
        queue=found,
        told=wording.say_filters(filters, found.agent_name, found.office),
        count=wording.say_total(found.total, found.bound_of(filters.view)),
        most=MAX_AT_ONCE,
        words=wording,
    )


def more_filters() -> Response:
    """Every filter there is; the address of the list keeps them."""
    filters = read_filters(request.args)
    team = read_team(web.unit(), web.actor())
    return web.page(
        "backoffice/filters.html",
        title=_("Plus de filtres"),
        service=_("Agents"),
        filters=filters.bare,
        choices={
            "views": [(view.value, label) for view, label in wording.VIEWS.items()],
            "channels": [(channel.value, label) for channel, label in wording.CHANNELS.items()],
            "orders": [(order.value, label) for order, label in wording.ORDERS.items()],
            "statuses": [(status.value, label) for status, (label, _icon, _tone) in wording.STATUSES.items()],
        },
        departments=[(slug, name) for _id, slug, name in team.departments],
        agents=[(MINE, _("Moi")), (NOBODY, _("Personne")), *((str(key), name) for key, name in team.agents)],
        procedures=[(one.slug, one.title) for one in procedures_of(web.unit(), web.actor())],
    )


def queue_file() -> Response:
    """The same list for a spreadsheet."""
    rows = read_export(web.unit(), web.actor(), read_filters(request.args))
    _journal("list_exported", "request_exported", rows)
    response = make_response(write_csv(rows))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="demandes-{today().isoformat()}.csv"'
    return response


def _note_search(filters: Filters, rows: Sequence[QueueRow]) -> None:
    if filters.query:
        _journal("queue_searched", "request_found", rows)


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
    blueprint.get("/dossiers/choisir", endpoint="choose_requests")(read(choose_requests))
    blueprint.get("/dossiers/filtres", endpoint="more_filters")(read(more_filters))
    blueprint.get("/dossiers.csv", endpoint="queue_file")(read(queue_file))
