"""A view that returns is kept, one that raises is not, a page only read writes nothing."""

import pytest

from portal.ground.db import Database
from tests.portal.ground.web.conftest import FAILURES, SECRET, Caller, kept


@pytest.mark.parametrize("status", [200, 303, 409, 422])
def test_what_a_view_that_returns_wrote_is_kept_whatever_it_answers(
    caller: Caller, database: Database, status: int
) -> None:
    assert caller.post(f"/rend?status={status}").status_code == status
    assert kept(database) == {"returned"}


@pytest.mark.parametrize("what", sorted(FAILURES))
def test_what_a_view_that_raises_wrote_is_forgotten(caller: Caller, database: Database, what: str) -> None:
    assert caller.post(f"/leve?what={what}").status_code >= 400
    assert kept(database) == set()
    assert caller.post("/rend").status_code == 200, "the next request has a unit of its own"
    assert kept(database) == {"returned"}


def test_a_view_may_undo_and_go_on(caller: Caller, database: Database) -> None:
    assert caller.post("/defait").status_code == 200
    assert kept(database) == {"after"}


def test_a_commit_that_fails_is_an_error_and_keeps_nothing(caller: Caller, database: Database) -> None:
    answer = caller.post("/casse")
    assert answer.status_code == 500
    assert "fait" not in answer.text.split("<main")[0]
    assert SECRET not in answer.text
    assert kept(database) == set()
    assert caller.post("/rend").status_code == 200


def test_what_a_reading_page_writes_by_mistake_is_forgotten(caller: Caller, database: Database) -> None:
    assert caller.get("/lit").status_code == 200
    assert kept(database) == set()


def test_no_connection_is_kept_after_any_of_this(caller: Caller, database: Database) -> None:
    for path in ("/rend", "/casse", "/defait", *(f"/leve?what={what}" for what in FAILURES)):
        caller.post(path)
    for path in ("/lit", "/inconnu", "/echoue?what=panne"):
        caller.get(path)
    pool = database.engine.pool
    assert getattr(pool, "checkedout", lambda: 0)() == 0
