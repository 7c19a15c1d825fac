"""The edge, what every page shares: access declarations, units of work, headers, tokens, error pages, formats."""

from portal.ground.web.app import PortalApp, open_app
from portal.ground.web.context import (
    actor,
    background_unit,
    database,
    end_unit,
    on_actor,
    on_context,
    on_expired_form,
    settings,
    undo,
    unit,
)
from portal.ground.web.discreet import discreet
from portal.ground.web.languages import reading_language
from portal.ground.web.limits import take
from portal.ground.web.pages import is_fragment, page, redirect_to, redirect_to_path, safe_next

__all__ = [
    "PortalApp",
    "actor",
    "background_unit",
    "database",
    "discreet",
    "end_unit",
    "is_fragment",
    "on_actor",
    "on_context",
    "on_expired_form",
    "open_app",
    "page",
    "reading_language",
    "redirect_to",
    "redirect_to_path",
    "safe_next",
    "settings",
    "take",
    "undo",
    "unit",
]
