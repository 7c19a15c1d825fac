"""The states of a closure and the moves between them, contract mobility-pass/1."""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """A state of the contract."""

    RECEIVED = "received"
    PASS_CLOSED = "pass_closed"  # noqa: S105 - a season pass, not a password
    REFUNDED = "refunded"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


SETTLED = frozenset({Status.PASS_CLOSED, Status.REFUNDED, Status.REFUSED})
UNKNOWN_STATUS = "archived_by_vendor"

NEXT: Mapping[Status, tuple[Status, ...]] = {
    Status.RECEIVED: (Status.PASS_CLOSED, Status.REFUSED),
    Status.PASS_CLOSED: (Status.REFUNDED,),
    Status.REFUNDED: (),
    Status.REFUSED: (),
    Status.WITHDRAWN: (),
}

LABELS: Mapping[Status, str] = {
    Status.RECEIVED: "Reçu",
    Status.PASS_CLOSED: "Abonnement clos",
    Status.REFUNDED: "Remboursé",
    Status.REFUSED: "Refusé",
    Status.WITHDRAWN: "Retiré par la personne",
}

ACTIONS: Mapping[Status, str] = {
    Status.PASS_CLOSED: "Clore l’abonnement",
    Status.REFUNDED: "Rembourser",
    Status.REFUSED: "Refuser",
}
