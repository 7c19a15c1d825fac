"""The periodic work of the room: forms of newly published versions are printed by the worker, never by a page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from portal.casework.blank_forms import service
from portal.ground.db import Database


def print_waiting(database: Database, around: Callable[[], AbstractContextManager[Any]]) -> int:
    """Print what waits; return how many forms. No transaction is open while the press works.

    :param around: entered to compose, for translations (``app.app_context``).
    :raises RetryableError: the press failed; what is left is printed at the next run.
    """
    with around(), database.reading() as session:
        orders = service.waiting_forms(session)
    for order in orders:
        printed = service.print_order(order)
        with database.writing() as session:
            service.keep_form(session, order, printed)
    return len(orders)
