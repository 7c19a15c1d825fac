"""The dashboard and the public page over a thousand requests, then over many more: what must not grow with them."""

import random
import time
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

from bench.ground import Ground, settle
from bench.statements import counted
from bench.table import Line
from portal.app import create_app
from portal.casework.catalogue.models import Procedure
from portal.casework.requests.enums import Channel, RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.engine.deadlines.counting import count_figures
from portal.ground import clock
from portal.ground.db import Database, new_id
from portal.ground.permissions import TWO_FACTORS, Role
from portal.people.accounts.models import Agent
from portal.people.accounts.service import get_agent
from portal.people.identity.cookies import session_cookie_name
from portal.people.identity.enums import Realm
from portal.people.identity.service import Evidence, open_session

FEW = 1_000
CHUNK = 5_000
REPEATS = 40
DAYS = 360
# What is read grows with months, procedures and channels: they are the same at both sizes.
PROCEDURES = 12
PAGES = ("/agents/pilotage", "/agents/pilotage?vue=equite", "/agents/pilotage?vue=en-cours", "/qualite-de-service")
ENDS = (RequestStatus.ACCEPTED, RequestStatus.ACCEPTED, RequestStatus.ACCEPTED, RequestStatus.REJECTED)


def compare(ground: Ground, many: int) -> list[Line]:
    """The same pages at both sizes, rendered in this process; and how long the job takes for each request."""
    app = create_app(ground.settings, ground.database, propagate=True)
    client = app.test_client()
    client.set_cookie(session_cookie_name(ground.settings, Realm.AGENT), _token(ground.database), domain="127.0.0.1")
    few, asked = _measure(ground, client, 0, FEW)
    large, asked_then = _measure(ground, client, FEW, many)
    lines = [
        Line(page, large[page] / few[page], target=1.25, told=f"{few[page]:.1f} ms → {large[page]:.1f} ms")
        for page in PAGES
    ]
    most = max(asked_then.values())
    lines.append(Line("SQL statements", most, "", 8, told=f"{max(asked.values())} with {FEW} requests"))
    lines.append(Line("counting a request", large["job"], "ms", told="by the job, once for each change"))
    return lines


def _measure(ground: Ground, client: FlaskClient, before: int, count: int) -> tuple[dict[str, float], dict[str, int]]:
    _fill(ground.database, before, count)
    settle(ground.database, "service_request")
    start = time.perf_counter()
    looked_at = count_figures(ground.database)
    times = {"job": (time.perf_counter() - start) * 1_000 / max(1, looked_at)}
    statements: dict[str, int] = {}
    for page in PAGES:
        _open(ground, client, page)
        with counted(ground.database) as found:
            _open(ground, client, page)
        statements[page] = len(found)
        times[page] = min(_open(ground, client, page) for _ in range(REPEATS))  # other work on the machine only adds
    return times, statements


def _open(ground: Ground, client: FlaskClient, page: str) -> float:
    """Milliseconds of one opening, of the processor: a busy machine does not change them."""
    now = time.thread_time if ground.database.dialect == "sqlite" else time.perf_counter
    start = now()
    answer = client.get(page, base_url=ground.settings.public_url)
    if answer.status_code != 200:
        raise RuntimeError(f"{page}: {answer.status_code}")
    return (now() - start) * 1_000


def _token(database: Database) -> str:
    with database.writing() as session:
        chief = session.scalars(select(Agent.id).where(Agent.role == Role.SUPERVISOR).limit(1)).one()
        evidence = Evidence(attempt_id=new_id(), id_token="bench", acr=TWO_FACTORS)
        return open_session(session, who=get_agent(session, chief), evidence=evidence)


def _fill(database: Database, before: int, count: int) -> None:
    """Copies of a request, up to so many, over a year, some procedures, two channels; one in a hundred is open.

    They come after what was already counted: the job finds them by when they last changed.
    """
    draw = random.Random(before + 1)
    with database.reading() as session:
        model = session.scalars(select(ServiceRequest).order_by(ServiceRequest.id).limit(1)).one()
        common = {column.key: getattr(model, column.key) for column in ServiceRequest.__mapper__.column_attrs}
        procedures = [
            (row.id, row.department_id)
            for row in session.execute(
                select(Procedure.id, Procedure.department_id).order_by(Procedure.slug).limit(PROCEDURES)
            )
        ]
        changed = session.scalar(select(func.max(ServiceRequest.updated_at)))
    assert changed is not None
    for first in range(before, count, CHUNK):
        numbers = range(first, min(first + CHUNK, count))
        rows = [{**common, **_differences(number, draw, procedures), "updated_at": changed} for number in numbers]
        with database.writing() as session:
            session.execute(insert(ServiceRequest), rows)


def _differences(number: int, draw: random.Random, procedures: list[tuple[Any, Any]]) -> dict[str, Any]:
    procedure_id, department_id = draw.choice(procedures)
    at = clock.now() - timedelta(days=DAYS * draw.random() + 1)
    took = min(timedelta(days=draw.expovariate(1 / 12)), clock.now() - at)
    is_open = number % 100 == 0
    return {
        "id": new_id(),
        "reference": f"PIL-{number:09d}",
        "form_key": f"pilotage-{number}",
        "procedure_id": procedure_id,
        "department_id": department_id,
        "channel": draw.choice((Channel.WEB, Channel.WEB, Channel.COUNTER)),
        "submitted_at": at,
        "status": RequestStatus.SUBMITTED if is_open else draw.choice(ENDS),
        "decided_at": None if is_open else at + took,
    }
