"""The builder's views stand in modules, by subject and by moment; each adds its own to the blueprint."""

from portal.screens.builder import (
    conditions,
    difference,
    exchange,
    pages,
    plan,
    preview,
    procedures,
    proposals,
    publication,
    questions,
    recipients,
    review,
    tabs,
    texts,
    trials,
)
from portal.screens.builder.blueprint import blueprint

__all__ = [
    "blueprint",
    "conditions",
    "difference",
    "exchange",
    "pages",
    "plan",
    "preview",
    "procedures",
    "proposals",
    "publication",
    "questions",
    "recipients",
    "review",
    "tabs",
    "texts",
    "trials",
]
