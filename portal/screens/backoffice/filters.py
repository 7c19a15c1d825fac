"""The queue's filters, as they stand in the address. What is unknown falls back to the default."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from portal.casework.requests.enums import Channel, RequestStatus

MAX_QUERY = 80
MINE, NOBODY = "moi", "personne"
FIRST_YEAR = 1900


class View(StrEnum):
    """The tabs above the queue."""

    TODO = "a-traiter"
    LATE = "retard"
    MINE = "miennes"
    UNASSIGNED = "sans-agent"
    WAITING = "attente"
    FAILED = "echecs"
    ENDED = "terminees"


class Order(StrEnum):
    """How the queue is sorted."""

    DEADLINE = "echeance"
    SUBMITTED = "depot"
    APPLICANT = "personne"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the page before stopped: the value sorted by, then the id."""

    value: str
    id: UUID

    def encode(self) -> str:
        """A token for the address."""
        return base64.urlsafe_b64encode(json.dumps([self.value, str(self.id)]).encode()).decode().rstrip("=")


def decode_cursor(token: str | None) -> Cursor | None:
    """The cursor in a token, or None when it was altered."""
    if not token or len(token) > 2_000:
        return None
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        cursor = Cursor(str(value), UUID(str(row_id)))
    except (ValueError, TypeError, RecursionError):
        return None
    # Neither engine compares control characters or halves of a character.
    return cursor if cursor.value.isprintable() else None


@dataclass(frozen=True, slots=True)
class Filters:
    """One state of the queue.

    ``agent``: ``moi``, ``personne``, or the id of one. ``assisted``: sent by an agent in the person's name, or not.
    """

    view: View = View.TODO
    procedure: str = ""
    status: RequestStatus | None = None
    query: str = ""
    order: Order = Order.DEADLINE
    after: Cursor | None = None
    department: str = ""
    channel: Channel | None = None
    agent: str = ""
    received_from: date | None = None
    received_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    assisted: bool | None = None

    def pairs(self) -> dict[str, str]:
        """What stands in the address: name → value, without what is usual."""
        found = {
            "vue": self.view.value if self.view is not View.TODO else "",
            "demarche": self.procedure,
            "etat": self.status.value if self.status else "",
            "q": self.query,
            "tri": self.order.value if self.order is not Order.DEADLINE else "",
            "apres": self.after.encode() if self.after else "",
            "service": self.department,
            "canal": self.channel.value if self.channel else "",
            "agent": self.agent,
            "recue-du": self.received_from.isoformat() if self.received_from else "",
            "recue-au": self.received_to.isoformat() if self.received_to else "",
            "echeance-du": self.due_from.isoformat() if self.due_from else "",
            "echeance-au": self.due_to.isoformat() if self.due_to else "",
            "aide": "" if self.assisted is None else ("oui" if self.assisted else "non"),
        }
        return {name: value for name, value in found.items() if value}

    def address(self, path: str = "/agents/dossiers", **changes: object) -> str:
        """The address of this state, with some changes; the page returns to the first unless ``after`` is given."""
        wanted = replace(self, **{"after": None, **changes})  # type: ignore[arg-type]  # fields of this class
        text = urlencode(wanted.pairs())
        return f"{path}?{text}" if text else path

    @property
    def narrowed(self) -> bool:
        """True when something beyond the tab is filtered."""
        return self.bare != Filters(view=self.view, order=self.order)

    @property
    def bare(self) -> "Filters":
        """The same, from its first page."""
        return replace(self, after=None)

    @property
    def further(self) -> dict[str, str]:
        """What is filtered beyond the form of the list itself, as it stands in the address."""
        here = {"vue", "demarche", "etat", "q", "tri", "apres"}
        return {name: value for name, value in self.pairs().items() if name not in here}

    @property
    def to_keep(self) -> str:
        """What a saved view keeps: all but the words searched, which may be somebody's name."""
        return urlencode(replace(self, after=None, query="").pairs())


def read_filters(arguments: Mapping[str, str]) -> Filters:
    """The filters asked for in the address."""
    return Filters(
        view=_member(View, arguments.get("vue"), View.TODO),
        procedure=arguments.get("demarche", "")[:80],
        status=_status(arguments.get("etat")),
        query=_words(arguments.get("q", "")),
        order=_member(Order, arguments.get("tri"), Order.DEADLINE),
        after=decode_cursor(arguments.get("apres")),
        department=_code(arguments.get("service", "")),
        channel=Channel(arguments["canal"]) if arguments.get("canal") in set(Channel) else None,
        agent=_agent(arguments.get("agent", "")),
        received_from=_day(arguments.get("recue-du")),
        received_to=_day(arguments.get("recue-au")),
        due_from=_day(arguments.get("echeance-du")),
        due_to=_day(arguments.get("echeance-au")),
        assisted={"oui": True, "non": False}.get(arguments.get("aide", "")),
    )


def read_query(query: str) -> Filters:
    """The filters of an address that was kept."""
    return read_filters(dict(parse_qsl(query)))


def _code(typed: str) -> str:
    return typed if len(typed) <= 60 and all(char.isalnum() or char == "-" for char in typed) else ""


def _agent(typed: str) -> str:
    if typed in {MINE, NOBODY}:
        return typed
    try:
        return str(UUID(typed)) if typed else ""
    except ValueError:
        return ""


def _day(typed: str | None) -> date | None:
    """A day, as the address keeps it or as people type it: 2026-03-03, 03/03/2026."""
    text = (typed or "").strip()
    try:
        found = date.fromisoformat("-".join(reversed(text.split("/"))) if "/" in text else text)
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR else None


def _words(typed: str) -> str:
    """What was typed, without what cannot be seen."""
    visible = "".join(char if char.isprintable() else " " for char in typed)
    return " ".join(visible.split())[:MAX_QUERY].rstrip()


E = TypeVar("E", bound=StrEnum)


def _member(enum: type[E], value: str | None, default: E) -> E:
    return enum(value) if value in {member.value for member in enum} else default


def _status(value: str | None) -> RequestStatus | None:
    return RequestStatus(value) if value in {member.value for member in RequestStatus} else None
