"""The messages kept: once for each key, each with what became of it."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.sandbox.incidents.scenarios import OK, Stage
from connectors.sandbox.notices import queue_notice
from connectors.sandbox.store import Row
from connectors.sandbox.world import World, iso

PARTNER = "sms"
ID_PREFIX = "sms_"
KEPT = 2000  # the oldest messages beyond this number are dropped
LABELS = {
    "accepted": "accepté par l’opérateur",
    "sent": "remis au réseau",
    "delivered": "reçu sur le téléphone",
    "undelivered": "non remis",
    "blocked": "bloqué",
    "archived_by_vendor": "état inconnu",
}


class KeyReused(Exception):
    """The idempotency key served for another content."""


class Outgoing(BaseModel):
    """A message as a caller hands it over."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    to: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
    sender: Annotated[str, Field(alias="from", min_length=3, max_length=11)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    encoding: Literal["gsm7", "ucs2"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the phone shows it."""

    id: str
    at: float
    recipient: str
    sender: str
    text: str
    segments: int
    status: str


def keep_message(world: World, key: str, body: Outgoing) -> Row:
    """Keep a message and let it travel.

    Raises:
        KeyReused: another content came under this key.

    """
    text = body.model_dump_json()
    digest = hashlib.sha256(text.encode()).hexdigest()
    spoiled, flaw = world.board.take(PARTNER, Stage.PHONE), world.board.take(PARTNER, Stage.CALLBACK)
    with world.store.writing():
        before = world.store.row("SELECT * FROM sms WHERE key = ?", (key,))
        if before is not None and before["digest"] != digest:
            raise KeyReused
        if before is not None:
            return before
        message_id = f"{ID_PREFIX}{secrets.token_hex(10)}"
        world.store.run(
            "INSERT INTO sms (id, key, digest, recipient, sender, text, segments, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (message_id, key, digest, body.to, body.sender, body.text, segments_of(body), world.now()),
        )
        world.store.run(
            "DELETE FROM sms WHERE id IN (SELECT id FROM sms ORDER BY received_at DESC LIMIT -1 OFFSET ?)", (KEPT,)
        )
        _let_travel(world, message_id, spoiled, flaw)
    world.work_waits.set()
    return _row(world, message_id)


def _let_travel(world: World, message_id: str, spoiled: str, flaw: str) -> None:
    """Delivered at once, unless the incident of the moment wants otherwise; the portal is told of the last step."""
    if spoiled == "in_transit":
        add_event(world, message_id, "sent", flaw=OK)
        return
    last = "undelivered" if spoiled == "undelivered" else "delivered"
    add_event(world, message_id, "archived_by_vendor" if flaw == "unknown_status" else last, flaw=flaw)


def add_event(world: World, message_id: str, status: str, *, flaw: str) -> None:
    """Add one step, and queue the call that tells it."""
    count = world.store.row("SELECT COUNT(*) AS total FROM sms_event WHERE sms_id = ?", (message_id,))
    position = (count["total"] if count is not None else 0) + 1
    event: dict[str, Any] = {
        "event_id": f"{message_id}-{position}",
        "status": status,
        "occurred_at": iso(world.now()),
        "code": "absent_subscriber" if status == "undelivered" else None,
    }
    world.store.run(
        "INSERT INTO sms_event (id, sms_id, position, body) VALUES (?, ?, ?, ?)",
        (event["event_id"], message_id, position, json.dumps(event)),
    )
    body = {"type": "message.status_changed", "timestamp": event["occurred_at"]}
    told = {"message_id": message_id, **event}
    queue_notice(world, message_id, event["event_id"], {**body, "data": told}, "" if flaw == OK else flaw, world.now())


def describe(world: World, message_id: str) -> dict[str, Any] | None:
    """One message as the contract gives it, without its text."""
    if world.store.row("SELECT id FROM sms WHERE id = ?", (message_id,)) is None:
        return None
    rows = world.store.rows("SELECT body FROM sms_event WHERE sms_id = ? ORDER BY position", (message_id,))
    return {"message_id": message_id, "events": [json.loads(row["body"]) for row in rows]}


def list_messages(world: World, *, recipient: str = "", limit: int = 50) -> list[Shown]:
    """The messages, newest first; of one number (or the end of it) if given."""
    digits = "".join(sign for sign in recipient if sign.isdigit()).lstrip("0")
    rows = world.store.rows(
        "SELECT sms.*, (SELECT body FROM sms_event WHERE sms_id = sms.id ORDER BY position DESC LIMIT 1) AS last"
        " FROM sms WHERE ? = '' OR instr(recipient, ?) > 0 ORDER BY received_at DESC, id DESC LIMIT ?",
        (digits, digits, limit),
    )
    return [
        Shown(
            id=row["id"],
            at=row["received_at"],
            recipient=row["recipient"],
            sender=row["sender"],
            text=row["text"],
            segments=row["segments"],
            status=LABELS.get(json.loads(row["last"])["status"] if row["last"] else "accepted", "état inconnu"),
        )
        for row in rows
    ]


def segments_of(body: Outgoing) -> int:
    """What an operator would bill. Counted here on its own: the sandbox shares no code with the portal."""
    alone, series = (160, 153) if body.encoding == "gsm7" else (70, 67)
    size = len(body.text) if body.encoding == "gsm7" else len(body.text.encode("utf-16-le")) // 2
    return 1 if size <= alone else -(-size // series)


def _row(world: World, message_id: str) -> Row:
    found = world.store.row("SELECT * FROM sms WHERE id = ?", (message_id,))
    if found is None:
        raise LookupError(message_id)
    return found
