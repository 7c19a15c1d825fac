"""« Mon espace » of somebody with ten requests, then with two hundred: what must not grow with what one has asked."""

import time
from statistics import median
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import make_transient

from bench.ground import Ground
from bench.pages import DASHBOARD
from bench.statements import counted
from bench.table import Line
from portal.app import create_app
from portal.casework.requests.models import ServiceRequest
from portal.ground.db import Database, new_id

FEW, MANY = 10, 200
REPEATS = 40


def compare(ground: Ground) -> list[Line]:
    """The same page of two people, asked in turn and rendered in this process: its time and its statements."""
    app = create_app(ground.settings, ground.database, propagate=True)
    times: dict[int, list[float]] = {FEW: [], MANY: []}
    asked: dict[int, int] = {}
    clients = {}
    for size, account, token in zip(times, ground.residents, ground.tokens, strict=False):
        _fill(ground.database, account.id, size)
        clients[size] = app.test_client()
        clients[size].set_cookie(ground.cookie, token, domain="127.0.0.1")
        _open(ground, clients[size])
        with counted(ground.database) as found:
            _open(ground, clients[size])
        asked[size] = len(found)
    for _ in range(REPEATS):
        for size, client in clients.items():
            times[size].append(_open(ground, client))
    few, many = median(times[FEW]), median(times[MANY])
    return [
        Line("time of the page", many / few, target=1.25, told=f"{few:.2f} ms → {many:.2f} ms"),
        Line("SQL statements", asked[MANY], "", 6, told=f"{asked[FEW]} with {FEW} requests"),
    ]


def _open(ground: Ground, client: FlaskClient) -> float:
    """Milliseconds of one opening."""
    start = time.perf_counter()
    answer = client.get(DASHBOARD, base_url=ground.settings.public_url)
    if answer.status_code != 200:
        raise RuntimeError(f"{DASHBOARD}: {answer.status_code}")
    return (time.perf_counter() - start) * 1000


def _fill(database: Database, account_id: UUID, wanted: int) -> None:
    """Copies of a request of this account, up to so many."""
    with database.writing() as session:
        mine = select(ServiceRequest).where(ServiceRequest.account_id == account_id)
        rows = session.scalars(mine.order_by(ServiceRequest.id)).all()
        model, there = rows[0], len(rows)
        for row in rows:
            session.expunge(row)
        for number in range(there, wanted):
            make_transient(model)
            model.id, model.form_key, model.reference = new_id(), f"tableau-{number}", f"TAB-{wanted}-{number:04d}"
            session.add(model)
            session.flush()
            session.expunge(model)
