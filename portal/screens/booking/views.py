"""The pages of appointments; their views stand in modules by subject."""

from portal.screens.booking import asking, choosing, following, own, waiting
from portal.screens.booking.blueprint import blueprint

__all__ = ["asking", "blueprint", "choosing", "following", "own", "waiting"]
