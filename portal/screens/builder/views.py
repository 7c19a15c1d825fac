"""The builder's views stand in seven modules, by subject; each adds its own to the blueprint."""

from portal.screens.builder import conditions, exchange, pages, plan, procedures, questions, tabs, texts
from portal.screens.builder.blueprint import blueprint

__all__ = ["blueprint", "conditions", "exchange", "pages", "plan", "procedures", "questions", "tabs", "texts"]
