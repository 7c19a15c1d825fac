"""Notifications waiting to be sent to the portal, whichever simulated partner they come from: queued here, then told.

The courier sends them. A notice belongs to a file; the partner is known by the start of the file's id.
"""

import json
from typing import Any

from connectors.sandbox.world import World

FLAWS = {
    "duplicate_callback": "rappels en triple",
    "unsigned_callback": "sans signature",
    "replayed_callback": "périmé",
    "forged_callback": "falsifié",
    "unknown_status": "état inconnu",
}
STATES = {"pending": "à envoyer", "delivered": "accepté par le portail", "failed": "abandonné"}


def queue_notice(world: World, file_id: str, event_id: str, body: dict[str, Any], flaw: str, at: float) -> None:
    """Queue a notification, three times when the incident of the moment wants it."""
    for _ in range(3 if flaw == "duplicate_callback" else 1):
        world.store.run(
            "INSERT INTO callback (enrolment_id, event_id, body, flaw, state, tries, due_at)"
            " VALUES (?, ?, ?, ?, 'pending', 0, ?)",
            (file_id, event_id, json.dumps(body, ensure_ascii=False), flaw, at),
        )


def list_notices(world: World, file_id: str) -> list[dict[str, Any]]:
    """The notifications of one file, in order, with each try."""
    rows = world.store.rows("SELECT * FROM callback WHERE enrolment_id = ? ORDER BY id", (file_id,))
    tries = world.store.rows(
        "SELECT t.callback_id, t.tried_at, t.outcome FROM callback_try t JOIN callback c ON c.id = t.callback_id"
        " WHERE c.enrolment_id = ? ORDER BY t.id",
        (file_id,),
    )
    return [
        {
            "status": json.loads(row["body"])["data"]["status"],
            "state": STATES[row["state"]],
            "flaw": FLAWS.get(row["flaw"], ""),
            "tries": [(t["tried_at"], t["outcome"]) for t in tries if t["callback_id"] == row["id"]],
        }
        for row in rows
    ]
