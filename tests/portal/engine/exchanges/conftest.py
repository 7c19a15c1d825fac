"""The outside world of these tests: one sandbox for the session, in good order at the start of each test."""

import pytest

from portal.engine.exchanges.running import build_worker
from tests.portal.engine.exchanges.commune import translations
from tests.portal.engine.exchanges.outside import Outside
from tests.portal.engine.exchanges.portal_edge import registry_for, with_connections


@pytest.fixture(scope="session")
def shared_outside(tmp_path_factory):
    outside = Outside(tmp_path_factory.mktemp("sandbox"))
    yield outside
    outside.stop()


@pytest.fixture
def outside(shared_outside):
    shared_outside.post("/incidents/retablir")
    return shared_outside


@pytest.fixture
def reached(settings, outside):
    """Settings by which the school and the mail of the outside world are reached."""
    return with_connections(settings, school_url=f"{outside.url}/ecoles", smtp_port=outside.smtp_port)


@pytest.fixture
def registry(reached):
    opened = registry_for(reached)
    yield opened
    opened.close()


@pytest.fixture
def worker(reached, database, registry):
    return build_worker(reached, database, registry, around=translations)
