"""Choosing simplified French, or the full text again.

A link and not a form: it changes how pages are read and nothing else, works from a bookmark, and needs no cookie before
the person asks for one.
"""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.ground.web.access import public
from portal.ground.web.languages import ADDRESS, choose_language, wants_simplified
from portal.ground.web.pages import redirect_to_path, safe_next


@public
def choose() -> Response:
    """Keep the choice (``choix`` is « simple » or anything else) and go back to the page that was being read."""
    response = redirect_to_path(safe_next(request.args.get("suite"), "/"))
    choose_language(response, simplified=wants_simplified(request.args.get("choix")))
    return response


def register(blueprint: Blueprint) -> None:
    """Add the address to the public pages' blueprint."""
    blueprint.get(ADDRESS, endpoint="language")(choose)
