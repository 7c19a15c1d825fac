"""Closures kept by the transport network, their events, and the notifications that tell of them."""

import hashlib
import json
import secrets
from typing import Any

from connectors.sandbox.incidents.scenarios import Stage
from connectors.sandbox.mobility.bodies import Amendment, Closure
from connectors.sandbox.mobility.lifecycle import NEXT, SETTLED, UNKNOWN_STATUS, Status
from connectors.sandbox.notices import queue_notice
from connectors.sandbox.store import Row
from connectors.sandbox.world import World, iso

ID_PREFIX = "clo_"


class KeyReused(Exception):
    """The idempotency key came back with another content."""


class AlreadyOpen(Exception):
    """Another closure of the same pass is open."""


class Settled(Exception):
    """The pass is closed, or its closure refused: nothing can be changed."""


class MoveRefused(Exception):
    """The contract has no such move from the present state."""


def register(world: World, key: str, body: Closure) -> Row:
    """Keep a closure once for its key.

    Raises:
        KeyReused: same key, other content.
        AlreadyOpen: other key, same pass.

    """
    text, digest = _written(body)
    with world.store.writing():
        before = world.store.row("SELECT * FROM pass_closure WHERE key = ?", (key,))
        if before is not None:
            if before["digest"] != digest:
                raise KeyReused
            return before
        if world.store.row(
            "SELECT id FROM pass_closure WHERE pass_number = ? AND status IN ('received', 'pass_closed')",
            (body.pass_number,),
        ):
            raise AlreadyOpen
        closure_id, at = f"{ID_PREFIX}{secrets.token_hex(10)}", world.now()
        world.store.run(
            "INSERT INTO pass_closure"
            " (id, key, digest, external_ref, pass_number, body, status, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (closure_id, key, digest, body.external_ref, body.pass_number, text, Status.RECEIVED, at, at),
        )
        _add_event(world, closure_id, Status.RECEIVED, at, {})
        return find(world, closure_id)


def amend(world: World, closure_id: str, key: str, body: Amendment) -> Row:
    """Replace what was asked, once for the key. A correction older than one that is kept already changes nothing.

    Raises:
        KeyError: no such closure.
        KeyReused: same key, other content.
        Settled: too late.

    """
    text, digest = _written(body)
    with world.store.writing():
        row = find(world, closure_id)
        before = world.store.row("SELECT * FROM pass_amendment WHERE key = ?", (key,))
        if before is not None:
            if before["digest"] != digest or before["closure_id"] != closure_id:
                raise KeyReused
            return row
        if Status(row["status"]) is not Status.RECEIVED:
            raise Settled
        at = world.now()
        latest = world.store.row("SELECT MAX(number) AS n FROM pass_amendment WHERE closure_id = ?", (closure_id,))
        world.store.run(
            "INSERT INTO pass_amendment (key, digest, closure_id, number, received_at) VALUES (?, ?, ?, ?, ?)",
            (key, digest, closure_id, body.amendment, at),
        )
        if latest is None or (latest["n"] or 0) < body.amendment:
            world.store.run(
                "UPDATE pass_closure SET body = ?, pass_number = ?, updated_at = ? WHERE id = ?",
                (text, body.pass_number, at, closure_id),
            )
        return find(world, closure_id)


def withdraw(world: World, closure_id: str) -> Row:
    """Stop a closure; one that is withdrawn already stays so.

    Raises:
        KeyError: no such closure.
        Settled: too late.

    """
    with world.store.writing():
        row = find(world, closure_id)
        status = Status(row["status"])
        if status in SETTLED:
            raise Settled
        if status is not Status.WITHDRAWN:
            _move(world, row, Status.WITHDRAWN, {})
        moved = find(world, closure_id)
    world.work_waits.set()
    return moved


def move(world: World, closure_id: str, status: Status, details: dict[str, Any]) -> None:
    """Move a closure on and queue the notification, flawed as the incident of the moment wants.

    Raises:
        KeyError: no such closure.
        MoveRefused: the contract has no such move.

    """
    with world.store.writing():
        row = find(world, closure_id)
        if status not in NEXT[Status(row["status"])]:
            raise MoveRefused(f"{row['status']} → {status}")
        _move(world, row, status, details)
    world.work_waits.set()


def find(world: World, closure_id: str) -> Row:
    """One closure.

    Raises:
        KeyError: no such closure.

    """
    row = world.store.row("SELECT * FROM pass_closure WHERE id = ?", (closure_id,))
    if row is None:
        raise KeyError(closure_id)
    return row


def list_events(world: World, closure_id: str) -> list[Row]:
    """What happened, in order."""
    return world.store.rows("SELECT * FROM pass_event WHERE closure_id = ? ORDER BY position", (closure_id,))


def describe(world: World, row: Row) -> dict[str, Any]:
    """A closure as the contract shows it."""
    shown = [
        {
            "event_id": event["id"],
            "status": event["status"],
            "occurred_at": iso(event["occurred_at"]),
            "details": json.loads(event["details"]),
        }
        for event in list_events(world, row["id"])
    ]
    strange = world.board.choice("mobilite").scenario == "unknown_status" and len(shown) > 1
    if strange:
        shown[-1]["status"] = UNKNOWN_STATUS
    return {
        "closure_id": row["id"],
        "external_ref": row["external_ref"],
        "status": UNKNOWN_STATUS if strange else row["status"],
        "events": shown,
    }


def _written(body: Closure) -> tuple[str, str]:
    text = body.model_dump_json(exclude_unset=True)
    return text, hashlib.sha256(text.encode()).hexdigest()


def _move(world: World, row: Row, status: Status, details: dict[str, Any]) -> None:
    at = world.now()
    world.store.run("UPDATE pass_closure SET status = ?, updated_at = ? WHERE id = ?", (status, at, row["id"]))
    event_id = _add_event(world, row["id"], status, at, details)
    if world.settings.mobility_webhook_secret:
        _tell(world, row, event_id, status, at, details)


def _tell(world: World, row: Row, event_id: str, status: Status, at: float, details: dict[str, Any]) -> None:
    flaw = world.board.take("mobilite", Stage.CALLBACK)
    told = {
        "event_id": event_id,
        "closure_id": row["id"],
        "external_ref": row["external_ref"],
        "status": UNKNOWN_STATUS if flaw == "unknown_status" else status.value,
        "occurred_at": iso(at),
        "details": details,
    }
    body = {"type": "closure.status_changed", "timestamp": iso(at), "data": told}
    queue_notice(world, row["id"], event_id, body, flaw, at)


def _add_event(world: World, closure_id: str, status: Status, at: float, details: dict[str, Any]) -> str:
    event_id = f"evt_{secrets.token_hex(10)}"
    world.store.run(
        "INSERT INTO pass_event (id, closure_id, position, status, occurred_at, details)"
        " SELECT ?, ?, COUNT(*), ?, ?, ? FROM pass_event WHERE closure_id = ?",
        (event_id, closure_id, status, at, json.dumps(details), closure_id),
    )
    return event_id
