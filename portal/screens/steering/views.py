"""The blueprint of the screens, with its views, which stand in modules by subject."""

from portal.screens.steering import dashboard, public, words
from portal.screens.steering.blueprint import blueprint

__all__ = ["blueprint", "dashboard", "public", "words"]
