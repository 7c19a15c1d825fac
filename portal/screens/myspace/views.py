"""The resident's space; its views stand in modules, one for each thing that a person looks at there."""

from portal.screens.myspace import (
    casefile,
    consents,
    consultations,
    dashboard,
    documents,
    following,
    joining,
    notices,
    papers,
    preferences,
)
from portal.screens.myspace.blueprint import blueprint

__all__ = [
    "blueprint",
    "casefile",
    "consents",
    "consultations",
    "dashboard",
    "documents",
    "following",
    "joining",
    "notices",
    "papers",
    "preferences",
]
