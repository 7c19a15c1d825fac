"""SQL statements of each kind of page, counted in this process on the database of the measure."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from bench.ground import FORM, Ground
from bench.pages import DASHBOARD, PUBLIC
from bench.table import Line
from portal.app import create_app
from portal.ground.db import Database
from portal.people.identity.cookies import session_cookie_name
from portal.people.identity.enums import Realm

QUEUE = "/agents/dossiers"
APART = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent inside the block, transaction control apart."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.upper().startswith(APART):
            found.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def count_statements(ground: Ground) -> list[Line]:
    """One opening of each page, after a first one that warms nothing but the process."""
    app = create_app(ground.settings, ground.database, propagate=True)
    resident, agent = app.test_client(), app.test_client()
    resident.set_cookie(ground.cookie, ground.tokens[0], domain="127.0.0.1")
    agent.set_cookie(session_cookie_name(ground.settings, Realm.AGENT), ground.agent_token, domain="127.0.0.1")
    visitor = app.test_client()
    return [
        *(_line(ground, visitor, path, f"public: {name}", 2) for path, name in PUBLIC.items()),
        _line(ground, resident, FORM, "form step", 5),
        _line(ground, resident, DASHBOARD, "dashboard", 6),
        _line(ground, agent, QUEUE, "agents’ queue", 8),
    ]


def _line(ground: Ground, client: FlaskClient, path: str, name: str, most: int) -> Line:
    for _ in range(2):
        with counted(ground.database) as found:
            answer = client.get(path, base_url=ground.settings.public_url)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return Line(name, len(found), "", most)
