"""Enrolments kept by the school software, their events and the callbacks that tell of them."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.incidents.scenarios import Stage
from connectors.sandbox.notices import queue_notice
from connectors.sandbox.schools.bodies import Deregistration, Enrolment
from connectors.sandbox.schools.lifecycle import (
    NEXT,
    NEXT_OF_DEPARTURE,
    STRAIGHT_WAY,
    STRAIGHT_WAY_OF_DEPARTURE,
    UNKNOWN_STATUS,
    Status,
)
from connectors.sandbox.store import Row
from connectors.sandbox.world import World, iso


class KeyReused(Exception):
    """The idempotency key came back with another content."""


class DuplicateChild(Exception):
    """Another enrolment of the same child for the same year is open, or led to an admission."""

    def __init__(self, enrolment_id: str) -> None:
        super().__init__(enrolment_id)
        self.enrolment_id = enrolment_id


class MoveRefused(Exception):
    """The contract has no such move from the present state."""


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to a submission."""

    enrolment_id: str
    status: str = Status.RECEIVED.value


def is_departure(row: Row) -> bool:
    """Whether a file asks for a certificate of deregistration."""
    return "leaving" in json.loads(row["body"])


def next_states(row: Row) -> tuple[Status, ...]:
    """The states that may follow that of a file."""
    return (NEXT_OF_DEPARTURE if is_departure(row) else NEXT)[Status(row["status"])]


def certificate(status: Status) -> dict[str, Any]:
    """What goes with a state in which a certificate is written: its number, made up. Nothing with the others."""
    number = secrets.token_hex(4).upper()
    certificates = {
        Status.CERTIFICATE_ISSUED: {"certificate": f"CI-{number}"},
        Status.ACCEPTED: {"certificate_number": f"RAD-{number}"},
    }
    return certificates.get(status, {})


def register(world: World, key: str, body: Enrolment | Deregistration) -> Received:
    """Keep an enrolment, or a departure, once for its key.

    Raises:
        KeyReused: same key, other content.
        DuplicateChild: other key, same child and year.

    """
    text = body.model_dump_json(exclude_unset=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with world.store.writing():
        before = world.store.row("SELECT id, digest FROM enrolment WHERE key = ?", (key,))
        if before is not None:
            if before["digest"] != digest:
                raise KeyReused
            return Received(before["id"])
        twin = world.store.row(
            "SELECT id FROM enrolment WHERE child_year = ? AND status NOT IN ('refused', 'cancelled', 'accepted')",
            (body.child_year,),
        )
        if twin is not None:
            raise DuplicateChild(twin["id"])
        enrolment_id, at = f"enr_{secrets.token_hex(10)}", world.now()
        world.store.run(
            "INSERT INTO enrolment (id, key, digest, external_ref, child_year, body, status, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (enrolment_id, key, digest, body.external_ref, body.child_year, text, Status.RECEIVED, at, at),
        )
        _add_event(world, enrolment_id, Status.RECEIVED, at, {})
    return Received(enrolment_id)


def move(world: World, enrolment_id: str, status: Status, details: dict[str, Any]) -> None:
    """Move an enrolment on and queue the callback, flawed as the incident of the moment wants.

    Raises:
        KeyError: no such enrolment.
        MoveRefused: the contract has no such move.

    """
    with world.store.writing():
        row = world.store.row("SELECT * FROM enrolment WHERE id = ?", (enrolment_id,))
        if row is None:
            raise KeyError(enrolment_id)
        move_row(world, row, status, details)
    world.work_waits.set()


def move_row(world: World, row: Row, status: Status, details: dict[str, Any]) -> None:
    """`move` inside a writing that is open already.

    Raises:
        MoveRefused: the contract has no such move.

    """
    if status not in next_states(row):
        raise MoveRefused(f"{row['status']} → {status}")
    at = world.now()
    world.store.run("UPDATE enrolment SET status = ?, updated_at = ? WHERE id = ?", (status, at, row["id"]))
    event_id = _add_event(world, row["id"], status, at, details)
    _queue_callback(world, row, event_id, status, at, details)


def walk_straight(world: World, older_than: float) -> None:
    """Accept by itself every enrolment received more than `older_than` seconds ago and left untouched."""
    waiting = world.store.rows(
        "SELECT * FROM enrolment WHERE status = ? AND created_at <= ?", (Status.RECEIVED, world.now() - older_than)
    )
    for row in waiting:
        for status in STRAIGHT_WAY_OF_DEPARTURE if is_departure(row) else STRAIGHT_WAY:
            details: dict[str, Any] = {"school_uai": "0389902B"} if status is Status.ASSIGNED else {}
            move(world, row["id"], status, certificate(status) if status is Status.ACCEPTED else details)


def describe(world: World, row: Row) -> dict[str, Any]:
    """An enrolment as the contract shows it."""
    events = world.store.rows("SELECT * FROM enrolment_event WHERE enrolment_id = ? ORDER BY position", (row["id"],))
    strange = world.board.choice("ecoles").scenario == "unknown_status" and len(events) > 1
    shown = [
        {
            "event_id": event["id"],
            "status": event["status"],
            "occurred_at": iso(event["occurred_at"]),
            "details": json.loads(event["details"]),
        }
        for event in events
    ]
    if strange:
        shown[-1]["status"] = UNKNOWN_STATUS
    return {
        "enrolment_id": row["id"],
        "external_ref": row["external_ref"],
        "status": UNKNOWN_STATUS if strange else row["status"],
        "events": shown,
    }


def _add_event(world: World, enrolment_id: str, status: Status, at: float, details: dict[str, Any]) -> str:
    event_id = f"evt_{secrets.token_hex(10)}"
    world.store.run(
        "INSERT INTO enrolment_event (id, enrolment_id, position, status, occurred_at, details)"
        " SELECT ?, ?, COUNT(*), ?, ?, ? FROM enrolment_event WHERE enrolment_id = ?",
        (event_id, enrolment_id, status, at, json.dumps(details), enrolment_id),
    )
    return event_id


def _queue_callback(world: World, row: Row, event_id: str, status: Status, at: float, details: dict[str, Any]) -> None:
    flaw = world.board.take("ecoles", Stage.CALLBACK)
    told = {
        "event_id": event_id,
        "enrolment_id": row["id"],
        "external_ref": row["external_ref"],
        "status": UNKNOWN_STATUS if flaw == "unknown_status" else status.value,
        "occurred_at": iso(at),
        "details": details,
    }
    body = {"type": "enrolment.status_changed", "timestamp": iso(at), "data": told}
    queue_notice(world, row["id"], event_id, body, flaw, at)
