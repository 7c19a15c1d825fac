"""An act on many requests survives the death of who does it: each request is done once, and told once."""

import sys
import time
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.casework.requests.enums import MessageKind
from portal.casework.requests.models import RequestMessage
from portal.casework.worklists import service as worklists
from portal.casework.worklists.models import BulkItem
from portal.casework.worklists.service import BulkKind, BulkOrder, BulkState
from portal.records.outbox.models import OutboxMessage
from tests.reliability.processes import Program
from tests.support.town import sent_request, town

__all__ = ["town"]

REQUESTS = 36
KILLS = 3
PATIENCE = 120
WORDS = "Votre dossier est complet."


@pytest.fixture
def environ(tmp_path, database_url, settings):
    return {
        "PATH": "/usr/bin:/bin",
        "PARVIS_DATA_DIR": str(tmp_path / "data"),
        "PARVIS_DATABASE_URL": database_url,
        "PARVIS_MASTER_KEY": settings.master_key.get_secret_value(),
        "PARVIS_SECRET_KEY": settings.secret_key.get_secret_value(),
        "PARVIS_PUBLIC_URL": "http://127.0.0.1",
    }


def counted(database, model, *conditions):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions))


def view(database, agent, lot_id):
    with database.reading() as session:
        return worklists.get_bulk(session, agent, lot_id)


def settled(database):
    return counted(database, BulkItem, BulkItem.outcome.is_not(None))


@pytest.mark.slow
def test_each_request_of_a_lot_is_done_once_whoever_is_killed(tmp_path, environ, town, database):
    references = [
        sent_request(database, one) for one in (town.angela, town.yves, town.layla) for _ in range(REQUESTS // 3)
    ]
    agent = town.agent(town.meryem)
    told = counted(database, OutboxMessage)
    with database.writing() as session:
        order = BulkOrder(BulkKind.MESSAGE, words=WORDS)
        lot_id = worklists.start_bulk(session, agent, order, references, form_key=str(uuid4()))
    command = [sys.executable, "-m", "tests.reliability.lots_process"]
    programs = [Program(f"lots-{place}", command, environ, tmp_path / "programs.log") for place in (1, 2)]
    try:
        killed_at, until = 0, time.monotonic() + PATIENCE
        while (done := settled(database)) < REQUESTS:
            assert time.monotonic() < until, "the lot did not end"
            turn = sum(one.kills for one in programs)
            if done > killed_at and turn < KILLS:
                killed_at = done + 3
                programs[turn % 2].kill_group()
            time.sleep(0.01)
        while view(database, agent, lot_id).state is not BulkState.DONE:
            assert time.monotonic() < until, "the lot was not ended"
            time.sleep(0.05)
    finally:
        for one in programs:
            one.stop()
    assert sum(one.kills for one in programs) == KILLS
    assert (view(database, agent, lot_id).done, view(database, agent, lot_id).skipped) == (REQUESTS, ())
    written = RequestMessage.kind == MessageKind.MESSAGE
    assert counted(database, RequestMessage, written) == REQUESTS
    with database.reading() as session:
        each = session.scalars(select(func.count()).where(written).group_by(RequestMessage.request_id)).all()
    assert set(each) == {1}
    assert counted(database, OutboxMessage) - told == REQUESTS
