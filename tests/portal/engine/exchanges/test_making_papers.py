"""The worker makes papers: with the standard handlers, after a loss, and never twice."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from portal.casework.receipts.models import Paper
from portal.casework.requests.service import PAPER_KINDS, PAPER_LANE, issued_acknowledgement
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.handlers import MakePaper
from portal.engine.exchanges.running import standard_handlers
from portal.engine.exchanges.worker import Worker
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.ground.vault.service import destroy_data_key
from portal.records.connections.service import ConnectionRegistry, load_connections
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import MessageState
from tests.portal.engine.exchanges.commune import open_commune, translations
from tests.portal.engine.exchanges.fakes import worker_for


def registry(settings: Settings) -> ConnectionRegistry:
    return load_connections(settings)


def printer(database: Database, settings: Settings) -> Worker:
    """A worker with the handlers of papers alone."""
    handlers = {
        kind: one for kind, one in standard_handlers(settings, registry(settings)).items() if kind in PAPER_KINDS
    }
    worker: Worker = worker_for(database, None, handlers=handlers, around=translations)
    return worker


def papers(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Paper)) or 0


def states(database: Database, request_id: Any) -> list[MessageState]:
    with database.reading() as session:
        return [one.state for one in outbox.delivery_state(session, str(request_id)) if one.kind in PAPER_KINDS]


def test_the_standard_handlers_print(settings: Settings) -> None:
    handlers = standard_handlers(settings, registry(settings))
    assert all(isinstance(handlers[kind], MakePaper) for kind in PAPER_KINDS)


def test_each_request_has_its_paper(database: Database, settings: Settings) -> None:
    commune = open_commune(database, residents=2)
    sent = [commune.submit(number) for number in range(2)]
    assert papers(database) == 0, "nothing is printed in a submission"
    assert printer(database, settings).drain()[Ending.DELIVERED] == 2
    assert papers(database) == 2
    assert [states(database, one.request_id) for one in sent] == [[MessageState.DELIVERED]] * 2


def test_a_paper_lost_with_its_worker_is_made_by_another(database: Database, settings: Settings) -> None:
    sent = open_commune(database).submit()
    with database.writing() as session:
        lost = outbox.claim(session, worker="perdu", lane=PAPER_LANE, lease=timedelta(seconds=-1))
    assert len(lost) == 1
    worker = printer(database, settings)
    assert worker.sweep() == 1
    endings = worker.drain()
    assert endings[Ending.DELIVERED] == 1
    assert papers(database) == 1
    with database.writing() as session:
        assert not outbox.complete(session, lost[0]), "the first worker comes back too late"
    assert states(database, sent.request_id) == [MessageState.DELIVERED]


def test_an_erased_request_needs_no_paper(database: Database, settings: Settings) -> None:
    commune = open_commune(database)
    sent = commune.submit()
    with database.writing() as session:
        destroy_data_key(session, issued_acknowledgement(session, sent.request_id).data_key_id)
    assert printer(database, settings).drain()[Ending.UNNEEDED] == 1
    assert papers(database) == 0
    assert states(database, sent.request_id) == [MessageState.CLOSED]
