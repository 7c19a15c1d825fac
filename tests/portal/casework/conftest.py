import pytest

from portal.ground.db import Database
from tests.portal.casework.world import World, build_world


@pytest.fixture
def world(database: Database) -> World:
    """A commune with agents, residents and two published procedures."""
    with database.writing() as session:
        return build_world(session)
