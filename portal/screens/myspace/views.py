"""The resident's space; its views stand in modules, one for each thing that a person looks at there."""

from portal.screens.myspace import (
    addresses,
    casefile,
    consents,
    consultations,
    dashboard,
    documents,
    following,
    household,
    information,
    joining,
    messages,
    moving,
    papers,
    recipients,
)
from portal.screens.myspace.blueprint import blueprint

__all__ = [
    "addresses",
    "blueprint",
    "casefile",
    "consents",
    "consultations",
    "dashboard",
    "documents",
    "following",
    "household",
    "information",
    "joining",
    "messages",
    "moving",
    "papers",
    "recipients",
]
