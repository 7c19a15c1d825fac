"""Printing what waits, as the worker does: the real press, on the database of the test."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from portal.casework.receipts.service import OUTBOX_KINDS, Printed, PrintOrder, print_order
from portal.casework.requests.service import PAPER_LANE
from portal.engine.exchanges.delivering import Delivering
from portal.engine.exchanges.handlers import MakePaper
from portal.engine.exchanges.lanes import LaneWork
from portal.ground import clock
from portal.ground.db import Database

PUBLIC_URL = "http://127.0.0.1:8070"


def print_papers(
    app: Flask,
    database: Database,
    *,
    press: Callable[[PrintOrder], Printed] = print_order,
    later: timedelta = timedelta(),
) -> dict[str, int]:
    """Print all that is due, or will be ``later``; how many tries ended in each way."""
    handlers = dict.fromkeys(OUTBOX_KINDS.values(), MakePaper(PUBLIC_URL, press))
    delivering = Delivering(database, handlers, around=app.app_context)
    work = LaneWork(database, delivering, PAPER_LANE, "essai")
    with clock.shifted(later):
        while work.round():
            pass
    return {ending.value: count for ending, count in work.endings.items()}
