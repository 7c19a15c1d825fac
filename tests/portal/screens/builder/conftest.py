"""Fixtures of the builder's tests: Inès writes procedures."""

from collections.abc import Callable

import pytest

from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.editing.service import DraftView
from portal.ground.db import Database
from tests.support.client import Browser
from tests.support.town import Town, angela, app, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]

CRECHE = "place-en-creche"
BASE = f"/agents/demarches/{CRECHE}"


@pytest.fixture
def ines(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """The officer's browser."""
    return sign_in(town.commune.agents["i.moreau"])


@pytest.fixture
def draft(database: Database, town: Town) -> DraftView:
    """A second version of the procedure of the crèche, just begun."""
    with database.writing() as session:
        return editing.open_draft(session, town.agent(town.commune.agents["i.moreau"]), CRECHE)


def stored(database: Database, slug: str = CRECHE) -> DraftView:
    """The draft as the database has it."""
    with database.reading() as session:
        return editing.get_draft(session, slug)
