"""The queue's filters, as they stand in the address. What is unknown falls back to the default."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from portal.casework.requests.enums import RequestStatus

MAX_QUERY = 80


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
    """One state of the queue."""

    view: View = View.TODO
    procedure: str = ""
    status: RequestStatus | None = None
    query: str = ""
    order: Order = Order.DEADLINE
    after: Cursor | None = None

    def address(self, path: str = "/agents/dossiers", **changes: object) -> str:
        """The address of this state, with some changes; the page returns to the first unless ``after`` is given."""
        wanted = replace(self, **{"after": None, **changes})  # type: ignore[arg-type]  # fields of this class
        pairs = {
            "vue": wanted.view.value if wanted.view is not View.TODO else "",
            "demarche": wanted.procedure,
            "etat": wanted.status.value if wanted.status else "",
            "q": wanted.query,
            "tri": wanted.order.value if wanted.order is not Order.DEADLINE else "",
            "apres": wanted.after.encode() if wanted.after else "",
        }
        text = urlencode({name: value for name, value in pairs.items() if value})
        return f"{path}?{text}" if text else path

    @property
    def narrowed(self) -> bool:
        """True when something beyond the tab is filtered."""
        return bool(self.procedure or self.status or self.query)


def read_filters(arguments: Mapping[str, str]) -> Filters:
    """The filters asked for in the address."""
    return Filters(
        view=_member(View, arguments.get("vue"), View.TODO),
        procedure=arguments.get("demarche", "")[:80],
        status=_status(arguments.get("etat")),
        query=_words(arguments.get("q", "")),
        order=_member(Order, arguments.get("tri"), Order.DEADLINE),
        after=decode_cursor(arguments.get("apres")),
    )


def _words(typed: str) -> str:
    """What was typed, without what cannot be seen."""
    visible = "".join(char if char.isprintable() else " " for char in typed)
    return " ".join(visible.split())[:MAX_QUERY].rstrip()


E = TypeVar("E", bound=StrEnum)


def _member(enum: type[E], value: str | None, default: E) -> E:
    return enum(value) if value in {member.value for member in enum} else default


def _status(value: str | None) -> RequestStatus | None:
    return RequestStatus(value) if value in {member.value for member in RequestStatus} else None
