"""The officers’ screens; their views stand in modules, by moment."""

from portal.screens.builder import difference, preview, proposals, publication, recipients, review, trials
from portal.screens.builder.blueprint import blueprint

__all__ = ["blueprint", "difference", "preview", "proposals", "publication", "recipients", "review", "trials"]
