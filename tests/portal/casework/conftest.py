from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from portal.ground.db import Database
from tests.portal.casework.world import World, build_world


@pytest.fixture
def world(database: Database) -> World:
    """A commune with agents, residents and two published procedures."""
    with database.writing() as session:
        return build_world(session)


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    """A unit that writes, in the commune."""
    with database.writing() as opened:
        yield opened
