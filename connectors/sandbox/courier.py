"""Signed notifications to the portal (Standard Webhooks), sent and tried again by one background thread."""

import base64
import hashlib
import hmac
import http.client
import logging
import sqlite3
import threading
from urllib.parse import urlsplit

from connectors.sandbox.mobility.records import ID_PREFIX as MOBILITY_FILE
from connectors.sandbox.phone.messages import ID_PREFIX as MESSAGE
from connectors.sandbox.schools.records import walk_straight
from connectors.sandbox.settings import webhook_key
from connectors.sandbox.store import Row
from connectors.sandbox.world import World

RETRY_AFTER = (1.0, 3.0, 10.0, 60.0)  # seconds before the 2nd, 3rd, 4th and 5th try
SENT_ONCE = frozenset({"unsigned_callback", "replayed_callback", "forged_callback"})
TIMEOUT = 10.0
GONE = 410  # the receiver wants no more notifications
log = logging.getLogger("bac")


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a notification: HMAC-SHA256 of ``id.timestamp.body``."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


class Courier(threading.Thread):
    """Sends due callbacks one after the other, and plays the automatic mode."""

    def __init__(self, world: World) -> None:
        super().__init__(name="bac-courier", daemon=True)
        self._world = world
        self._stopping = threading.Event()
        settings = world.settings
        self._schools = (settings.school_webhook_url, webhook_key(settings.school_webhook_secret))
        secret = settings.mobility_webhook_secret
        self._mobility = (settings.mobility_webhook_url, webhook_key(secret) if secret else b"")
        secret = settings.sms_webhook_secret
        self._phone = (settings.sms_webhook_url, webhook_key(secret) if secret else b"")

    def run(self) -> None:
        """Work until asked to stop; a failing round is logged and does not end the work."""
        while not self._stopping.is_set():
            try:
                self._round()
            except (OSError, sqlite3.Error):
                log.exception("callback round failed")
            self._world.work_waits.wait(0.5)
            self._world.work_waits.clear()

    def stop(self) -> None:
        """Ask the thread to end, and give the try in progress a moment; the thread does not hold the program back."""
        self._stopping.set()
        self._world.work_waits.set()
        self.join(3)

    def _round(self) -> None:
        seconds = float(self._world.store.preference("auto_seconds", "0"))
        if seconds > 0:
            walk_straight(self._world, seconds)
        due = self._world.store.rows(
            "SELECT * FROM callback WHERE state = 'pending' AND due_at <= ? ORDER BY due_at, id LIMIT 100",
            (self._world.now(),),
        )
        for row in due:
            if self._stopping.is_set():
                return
            self._deliver(row)

    def _deliver(self, row: Row) -> None:
        outcome, state = self._send(row)
        tries = row["tries"] + 1
        last = tries > len(RETRY_AFTER) or row["flaw"] in SENT_ONCE
        if state == "pending" and last:
            state = "failed"
        wait = RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1]
        with self._world.store.writing():
            self._world.store.run(
                "UPDATE callback SET state = ?, tries = ?, due_at = ? WHERE id = ?",
                (state, tries, self._world.now() + wait, row["id"]),
            )
            self._world.store.run(
                "INSERT INTO callback_try (callback_id, tried_at, outcome) VALUES (?, ?, ?)",
                (row["id"], self._world.now(), outcome),
            )

    def _send(self, row: Row) -> tuple[str, str]:
        """What happened, in French, and the state that follows: delivered, failed or pending."""
        address, key = self._receiver(row["enrolment_id"])
        target = urlsplit(address)
        kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        connection = kind(target.hostname or "", target.port, timeout=TIMEOUT)
        body = row["body"].encode()
        try:
            path = target.path + (f"?{target.query}" if target.query else "")
            connection.request("POST", path or "/", body, self._headers(row, body, key))
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"pas de réponse ({type(error).__name__})", "pending"
        finally:
            connection.close()
        if 200 <= status < 300:
            return f"accepté ({status})", "delivered"
        return f"refusé ({status})", "failed" if status == GONE else "pending"

    def _receiver(self, file_id: str) -> tuple[str, bytes]:
        """Where the partner of a file calls, and with which key."""
        if file_id.startswith(MESSAGE):
            return self._phone
        return self._mobility if file_id.startswith(MOBILITY_FILE) else self._schools

    def _headers(self, row: Row, body: bytes, right_key: bytes) -> dict[str, str]:
        sent_at = int(self._world.now()) - (3600 if row["flaw"] == "replayed_callback" else 0)
        key = b"another secret, of no use" if row["flaw"] == "forged_callback" else right_key
        headers = {
            "Content-Type": "application/json",
            "webhook-id": row["event_id"],
            "webhook-timestamp": str(sent_at),
        }
        if row["flaw"] != "unsigned_callback":
            headers["webhook-signature"] = sign(key, row["event_id"], sent_at, body)
        return headers
