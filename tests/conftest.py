"""Fixtures every test may use: settings, a database on the engine asked for, the application, clients."""

import base64
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright

from accessibility.checks.browser import launch
from portal.ground.db import Database
from portal.ground.settings import Settings, load_settings
from portal.ground.vault.service import install_master_key
from tests.support.databases import PostgresqlServer, memory_folder, migrate
from tests.support.hurry import collect_seldom, remember_routes, share_statements, share_templates
from tests.support.town import Town, found_town

MASTER_KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
# A slow machine is no defect. What continuous integration tries is the same each time; elsewhere it is drawn anew.
hypothesis_settings.register_profile(
    "parvis", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
hypothesis_settings.load_profile("parvis")
remember_routes()
share_templates()
collect_seldom()
CONFIG = Path(__file__).parent / "support" / "parvis.toml"
if (memory := memory_folder()) is not None:  # a test's files are of no use after it: they need not reach the disk
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: begun last, each would keep one process busy while the others have nothing left to do.

    Those that kill programs before all: side by side in one process, they run one after the other.
    """
    items.sort(key=lambda item: ("reliability" not in item.path.parts, item.get_closest_marker("slow") is None))


@pytest.fixture(scope="session")
def engine_name() -> str:
    """``sqlite`` or ``postgresql``, from PARVIS_TEST_DATABASE."""
    return os.environ.get("PARVIS_TEST_DATABASE", "sqlite")


@pytest.fixture(scope="session", autouse=True)
def _master_key() -> None:
    install_master_key(MASTER_KEY)


@pytest.fixture(scope="session")
def postgresql_server(engine_name: str) -> Iterator[PostgresqlServer | None]:
    """The embedded server, or None on SQLite."""
    if engine_name != "postgresql":
        yield None
        return
    server = PostgresqlServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(
    engine_name: str, postgresql_server: PostgresqlServer | None, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """An empty database at the head of the migrations, copied for each test."""
    if postgresql_server is not None:
        url = postgresql_server.create("parvis_template")
        migrate(url)
        return url
    file = tmp_path_factory.mktemp("template") / "template.sqlite3"
    migrate(f"sqlite:///{file}")
    return str(file)


@pytest.fixture(scope="session")
def inhabited(
    template: str, postgresql_server: PostgresqlServer | None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Town]:
    """A database with the sample commune in it, copied for each test that asks for ``town``; and who lives there."""
    if postgresql_server is not None:
        source = "parvis_inhabited"
        url = postgresql_server.create(source, template="parvis_template")
    else:
        source = str(tmp_path_factory.mktemp("inhabited") / "inhabited.sqlite3")
        shutil.copyfile(template, source)
        url = f"sqlite:///{source}"
    opened = Database(url)
    town = found_town(opened)
    opened.dispose()  # on SQLite this also brings the write-ahead log back into the file
    return source, town


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, template: str, postgresql_server: PostgresqlServer | None, tmp_path: Path
) -> Iterator[str]:
    """The address of a fresh database of this test."""
    source = request.getfixturevalue("inhabited")[0] if "town" in request.fixturenames else None
    if postgresql_server is None:
        copy = tmp_path / "parvis.sqlite3"
        shutil.copyfile(source or template, copy)
        yield f"sqlite:///{copy}"
        return
    name = postgresql_server.fresh_name()
    yield postgresql_server.create(name, template=source or "parvis_template")
    postgresql_server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database."""
    opened = Database(database_url, pool_size=10)
    share_statements(opened.engine)
    yield opened
    opened.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of a portal at http://127.0.0.1:8070 whose partners are not there unless a test starts them."""
    return load_settings(
        CONFIG,
        {
            "PARVIS_DATA_DIR": str(tmp_path / "data"),
            "PARVIS_DATABASE_URL": database_url,
            "PARVIS_MASTER_KEY": MASTER_KEY,
            "PARVIS_SECRET_KEY": "test-only-" + "k" * 40,
            "PARVIS_SECRET_RESIDENT": "resident-client-secret-for-tests",
            "PARVIS_SECRET_AGENT": "agent-client-secret-for-tests",
        },
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one for the run: Playwright runs once a thread. Its absence fails and says what to do."""
    with sync_playwright() as started:
        opened = launch(started)
        yield opened
        opened.close()
