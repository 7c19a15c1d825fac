"""From a rendered message to an e-mail. Pure: no input, no output, no clock."""

import hashlib
import unicodedata
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from connectors.sdk import OutgoingMessage, PermanentError


def message_id(idempotency_key: str, domain: str) -> str:
    """The same key gives the same Message-ID, without telling the key. Short: many relays dislike a folded one."""
    return f"<{hashlib.sha256(idempotency_key.encode()).hexdigest()[:24]}@{domain}>"


def to_email(message: OutgoingMessage, *, domain: str, now: datetime) -> EmailMessage:
    """Text and HTML side by side. Raises PermanentError ``header_refused``, ``address_invalid`` or ``text_invalid``."""
    for value in (message.recipient, message.subject, message.sender, message.reply_to or ""):
        _refuse_control_characters(value)
    email = EmailMessage(policy=SMTP)
    email["From"] = _address(message.sender)
    email["To"] = _parsed("", message.recipient)
    if message.reply_to:
        email["Reply-To"] = _address(message.reply_to)
    email["Subject"] = message.subject
    email["Date"] = format_datetime(now)
    email["Message-ID"] = message_id(message.idempotency_key, domain)
    email["Auto-Submitted"] = "auto-generated"
    try:
        email.set_content(message.text, cte="quoted-printable")
        email.add_alternative(message.html, subtype="html", cte="quoted-printable")
    except UnicodeError:
        raise PermanentError("text_invalid") from None
    email["Content-Language"] = "fr"  # last: becoming multipart moves the Content headers to the first part
    return email


def to_bytes(email: EmailMessage, recipient: str) -> bytes:
    """As sent; headers in UTF-8 only when the recipient's own address needs it (RFC 6532)."""
    return email.as_bytes(policy=SMTP.clone(utf8=not recipient.isascii()))


def recipient_address(text: str) -> str:
    """One bare address; the domain in its ASCII form."""
    return _parsed("", text).addr_spec


def _address(text: str) -> Address:
    name, spec = parseaddr(text)
    return _parsed(name, spec)


def _parsed(name: str, spec: str) -> Address:
    """The library's parser knows ASCII only: it judges the shape, with a letter in place of each other one."""
    mailbox, _at, domain = spec.rpartition("@")
    shape = "".join(character if character.isascii() else "x" for character in spec)
    try:
        if not mailbox or not domain or Address(addr_spec=shape).addr_spec != shape or '"' in mailbox:
            raise PermanentError("address_invalid")
        return Address(display_name=name, username=mailbox, domain=domain.encode("idna").decode("ascii"))
    except (MessageError, ValueError, IndexError):
        raise PermanentError("address_invalid") from None


def _refuse_control_characters(value: str) -> None:
    """A line break in a header would let its author add headers of their own."""
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
        raise PermanentError("header_refused")
