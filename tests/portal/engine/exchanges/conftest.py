"""The outside world of these tests: one sandbox for the session, in good order at the start of each test."""

import pytest

from tests.portal.engine.exchanges.outside import Outside


@pytest.fixture(scope="session")
def shared_outside(tmp_path_factory):
    outside = Outside(tmp_path_factory.mktemp("sandbox"))
    yield outside
    outside.stop()


@pytest.fixture
def outside(shared_outside):
    shared_outside.post("/incidents/retablir")
    return shared_outside
