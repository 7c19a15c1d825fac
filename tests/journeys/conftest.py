import pytest

from portal.ground.db import Database
from tests.portal.casework.world import World, build_world


@pytest.fixture
def world(database: Database) -> World:
    """The commune of the sample procedures."""
    with database.writing() as session:
        return build_world(session)
