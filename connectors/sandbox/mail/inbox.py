"""Mails received: kept as they came, read when shown."""

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage

from connectors.sandbox.store import Row, Store

KEPT = 5000  # the oldest mails beyond this number are dropped


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, read. `received_at` in seconds since the epoch."""

    id: int
    received_at: float
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    attachments: tuple[str, ...]


def keep_mail(store: Store, at: float, sender: str, recipients: list[str], raw: bytes) -> int:
    """Keep a mail; its number."""
    subject = str(_parse(raw).get("Subject", ""))
    with store.writing():
        mail_id = store.insert(
            "INSERT INTO mail (received_at, sender, subject, raw) VALUES (?, ?, ?, ?)", (at, sender, subject, raw)
        )
        for recipient in dict.fromkeys(address.casefold() for address in recipients):
            store.run("INSERT INTO mail_recipient (mail_id, address) VALUES (?, ?)", (mail_id, recipient))
        store.run("DELETE FROM mail WHERE id <= ?", (mail_id - KEPT,))
    return mail_id


def find_mails(store: Store, *, recipient: str = "", limit: int = 50, offset: int = 0) -> list[Row]:
    """Number, moment, sender and subject of mails, newest first; of one recipient (part of the address) if given."""
    where = (
        "WHERE id IN (SELECT mail_id FROM mail_recipient WHERE instr(address, ?) > 0)" if recipient else "WHERE ? = ''"
    )
    return store.rows(
        f"SELECT id, received_at, sender, subject FROM mail {where} ORDER BY id DESC LIMIT ? OFFSET ?",  # noqa: S608 - constants
        (recipient.casefold(), limit, offset),
    )


def count_mails(store: Store, *, recipient: str = "") -> int:
    """How many mails `find_mails` would list without limit."""
    row = store.row(
        "SELECT COUNT(DISTINCT mail_id) AS total FROM mail_recipient WHERE ? = '' OR instr(address, ?) > 0",
        (recipient.casefold(), recipient.casefold()),
    )
    return row["total"] if row is not None else 0


def recipients_of(store: Store, mail_id: int) -> tuple[str, ...]:
    """The addresses a mail was sent to."""
    rows = store.rows("SELECT address FROM mail_recipient WHERE mail_id = ? ORDER BY address", (mail_id,))
    return tuple(row["address"] for row in rows)


def read_mail(store: Store, mail_id: int) -> Mail | None:
    """One mail with its parts, or None."""
    row = store.row("SELECT * FROM mail WHERE id = ?", (mail_id,))
    if row is None:
        return None
    message = _parse(row["raw"])
    return Mail(
        id=row["id"],
        received_at=row["received_at"],
        sender=row["sender"],
        recipients=recipients_of(store, mail_id),
        subject=row["subject"],
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=tuple((name, str(value)) for name, value in message.items()),
        attachments=tuple(part.get_filename() or "sans nom" for part in message.iter_attachments()),
    )


def _parse(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        # An unknown charset or transfer encoding: show the bytes rather than nothing.
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
