"""The pages of counter agents; their views stand in four modules, by subject."""

from portal.screens.counter import desk, entries, lending, papers
from portal.screens.counter.blueprint import blueprint

__all__ = ["blueprint", "desk", "entries", "lending", "papers"]
