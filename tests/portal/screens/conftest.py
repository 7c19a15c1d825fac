"""The sample commune for the pages' tests, and the browsers of those who work there."""

from collections.abc import Callable

import pytest

from portal.ground.db import Database
from tests.support.client import Browser
from tests.support.desk_hours import Desk, open_desk
from tests.support.town import Town, angela, app, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]


@pytest.fixture
def karim(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """Of the counter of the France Services house."""
    return sign_in(town.commune.agents["k.haddad"])


@pytest.fixture
def samira(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """A supervisor, who heads the departments, may help at the desk and join accounts."""
    return sign_in(town.commune.agents["s.amrani"])


@pytest.fixture
def meryem(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """An agent of the library."""
    return sign_in(town.meryem)


@pytest.fixture
def desk(database: Database, town: Town) -> Desk:
    """Places, kinds and hours of appointments."""
    return open_desk(database, town)
