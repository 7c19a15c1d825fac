"""The door of the outbox. Everything flushes and nothing commits.

A room writes a message in the transaction of the act that causes it; the worker claims, calls outside any transaction,
and writes the result. The outbox knows lanes and payloads of identifiers, and nothing of what they mean.
"""

from portal.records.outbox.service.claims import begin, bury, claim, complete, drop, release, renew, retry_later
from portal.records.outbox.service.dead_letters import close_dead, requeue
from portal.records.outbox.service.fencing import database_now
from portal.records.outbox.service.queries import (
    count_overdue,
    delivery_state,
    delivery_states,
    lane_counts,
    lanes_with_due,
    lanes_with_held,
    list_attempts,
    list_dead,
    read_delivery,
    with_deliveries,
)
from portal.records.outbox.service.restored import count_restored, hold_restored, release_restored
from portal.records.outbox.service.upkeep import WORKER_LOST, free_lane, hold_lane, purge_settled, sweep
from portal.records.outbox.service.writing import enqueue
from portal.records.outbox.shapes import AttemptView, Claimed, DeadLetter, DeliveryView, StaleClaim, SweepReport

__all__ = [
    "WORKER_LOST",
    "AttemptView",
    "Claimed",
    "DeadLetter",
    "DeliveryView",
    "StaleClaim",
    "SweepReport",
    "begin",
    "bury",
    "claim",
    "close_dead",
    "complete",
    "count_overdue",
    "count_restored",
    "database_now",
    "delivery_state",
    "delivery_states",
    "drop",
    "enqueue",
    "free_lane",
    "hold_lane",
    "hold_restored",
    "lane_counts",
    "lanes_with_due",
    "lanes_with_held",
    "list_attempts",
    "list_dead",
    "purge_settled",
    "read_delivery",
    "release",
    "release_restored",
    "renew",
    "requeue",
    "retry_later",
    "sweep",
    "with_deliveries",
]
