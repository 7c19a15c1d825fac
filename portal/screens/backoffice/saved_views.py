"""« Mes vues » : filters of the list under a name: save, rename, start from, remove and take back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.worklists import service as worklists
from portal.casework.worklists.policy import can_share
from portal.ground import web
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.screens.backoffice.casefile import Errors
from portal.screens.backoffice.filters import read_filters, read_query
from portal.screens.backoffice.queries import read_team


def views() -> Response:
    """The views of the agent and of their departments; with filters in the address, the form to keep them."""
    return _show(query=read_filters(request.args).to_keep)


def _show(*, query: str = "", status: int = 200, errors: Errors | None = None, **typed: Any) -> Response:
    who, team = web.actor(), read_team(web.unit(), web.actor())
    names = {key: name for key, _slug, name in team.departments}
    return web.page(
        "backoffice/saved_views.html",
        title=_("Mes vues"),
        status=status,
        service=_("Agents"),
        views=worklists.list_views(web.unit(), who, removed=True),
        query=query,
        departments=names,
        shareable=[(str(key), name) for key, name in names.items() if can_share(who, key)],
        typed={"nom": "", "service": "", "vue": None} | typed,
        errors=errors or [],
        done=request.args.get("fait", ""),
    )


def save_view() -> Response:
    """Keep the filters under a name."""
    query = read_query(request.form.get("filtres", "")).to_keep
    name, chosen = request.form.get("nom", ""), request.form.get("service", "")
    try:
        department_id = UUID(chosen) if chosen else None
        worklists.save_view(web.unit(), web.actor(), name, query, department_id=department_id)
    except ValueError:
        errors = [("service", _("Choisissez un service de la liste."))]
        return _show(query=query, status=422, errors=errors, nom=name)
    except Invalid as refused:
        web.undo()
        errors = [("nom", sentence) for sentence in refused.fields.values()]
        return _show(query=query, status=422, errors=errors, nom=name, service=chosen)
    except Conflict:
        web.undo()
        errors = [("nom", _("Vous avez déjà vingt vues : retirez-en une d’abord."))]
        return _show(query=query, status=422, errors=errors, nom=name, service=chosen)
    return web.redirect_to("backoffice.views", fait="enregistree")


def rename_view(view_id: UUID) -> Response:
    """Give it another name."""
    name = request.form.get("nom", "")
    try:
        worklists.rename_view(web.unit(), web.actor(), view_id, name)
    except Invalid as refused:
        web.undo()
        errors = [(f"nom-{view_id}", sentence) for sentence in refused.fields.values()]
        return _show(status=422, errors=errors, vue=view_id, nom=name)
    return web.redirect_to("backoffice.views", fait="renommee")


def start_from(view_id: UUID) -> Response:
    """Start from this view, or no more."""
    chosen = None if request.form.get("choix") == "non" else view_id
    worklists.choose_default(web.unit(), web.actor(), chosen)
    return web.redirect_to("backoffice.views", fait="depart")


def remove_view(view_id: UUID) -> Response:
    """Put it away, for a week."""
    worklists.remove_view(web.unit(), web.actor(), view_id)
    return web.redirect_to("backoffice.views", fait="retiree")


def restore_view(view_id: UUID) -> Response:
    """Take it back."""
    worklists.restore_view(web.unit(), web.actor(), view_id)
    return web.redirect_to("backoffice.views", fait="reprise")


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    read = agent_only(Permission.REQUESTS_READ)
    blueprint.get("/vues", endpoint="views")(read(views))
    blueprint.post("/vues", endpoint="save_view")(read(save_view))
    one = "/vues/<uuid:view_id>"
    for path, view in (
        ("renommer", rename_view),
        ("depart", start_from),
        ("retirer", remove_view),
        ("reprendre", restore_view),
    ):
        blueprint.post(f"{one}/{path}", endpoint=view.__name__)(read(view))
