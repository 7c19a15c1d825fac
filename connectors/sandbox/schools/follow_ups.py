"""What a family sends about a file that exists: a correction, that it gives it up, or an answer to a question."""

import hashlib
import json
import secrets
from dataclasses import dataclass, replace

from connectors.sandbox.schools.bodies import Amendment, Cancellation, Complement
from connectors.sandbox.schools.lifecycle import ENDED, Status
from connectors.sandbox.schools.records import KeyReused, is_departure, move_row
from connectors.sandbox.store import Row
from connectors.sandbox.world import World


class EnrolmentEnded(Exception):
    """The enrolment is decided, or stopped: nothing more is taken for it."""


class OtherKind(Exception):
    """A correction of an enrolment came for a departure, or the reverse."""


@dataclass(frozen=True, slots=True)
class Added:
    """The answer to a follow-up. ``amendment``: the latest correction kept, for a correction."""

    kind: str
    id: str
    enrolment_id: str
    status: str
    amendment: int = 0

    def told(self) -> dict[str, str | int]:
        """As the contract says it."""
        said: dict[str, str | int] = {"enrolment_id": self.enrolment_id, "status": self.status}
        return said | ({"amendment": self.amendment} if self.amendment else {f"{self.kind}_id": self.id})


def amend(world: World, enrolment_id: str, key: str, body: Amendment) -> Added:
    """Replace what a file says, once for its key. A correction older than the latest one kept changes nothing.

    Raises:
        KeyError: no such file under this reference.
        KeyReused: same key, other content.
        OtherKind: not a correction of this kind of file.
        EnrolmentEnded: nothing more is taken for it.

    """
    added = _add(world, enrolment_id, key, "amendment", body)
    return replace(added, amendment=_latest(world, enrolment_id))


def _latest(world: World, enrolment_id: str) -> int:
    rows = world.store.rows("SELECT body FROM follow_up WHERE enrolment_id = ? AND kind = 'amendment'", (enrolment_id,))
    return max((json.loads(row["body"])["amendment"] for row in rows), default=0)


def _rewrite(world: World, row: Row, body: Amendment) -> None:
    content = body.deregistration if is_departure(row) else body.enrolment
    if content is None:
        raise OtherKind
    if body.amendment <= _latest(world, row["id"]):
        return
    said = {"external_ref": body.external_ref, **content.model_dump(mode="json", exclude_unset=True)}
    world.store.run(
        "UPDATE enrolment SET body = ?, child_year = ?, updated_at = ? WHERE id = ?",
        (json.dumps(said, ensure_ascii=False), content.child_year, world.now(), row["id"]),
    )


def cancel(world: World, enrolment_id: str, key: str, body: Cancellation) -> Added:
    """Stop an enrolment; one that is stopped already stays so.

    Raises:
        KeyError: no such enrolment under this reference.
        KeyReused: same key, other content.
        EnrolmentEnded: it is admitted or refused.

    """
    return _add(world, enrolment_id, key, "cancellation", body)


def complete(world: World, enrolment_id: str, key: str, body: Complement) -> Added:
    """Keep an answer once for its key; an incomplete enrolment is looked at again.

    Raises:
        KeyError: no such enrolment under this reference.
        KeyReused: same key, other content.
        EnrolmentEnded: nothing more is taken for it.

    """
    return _add(world, enrolment_id, key, "complement", body)


def list_complements(world: World, enrolment_id: str) -> list[Row]:
    """The answers received, the oldest first."""
    return world.store.rows(
        "SELECT * FROM follow_up WHERE enrolment_id = ? AND kind = 'complement' ORDER BY received_at, id",
        (enrolment_id,),
    )


def _add(world: World, enrolment_id: str, key: str, kind: str, body: Amendment | Complement | Cancellation) -> Added:
    text = body.model_dump_json()
    digest = hashlib.sha256(f"{enrolment_id}|{kind}|{text}".encode()).hexdigest()
    with world.store.writing():
        before = world.store.row("SELECT * FROM follow_up WHERE key = ?", (key,))
        if before is not None:
            if before["digest"] != digest:
                raise KeyReused
            return Added(kind, before["id"], enrolment_id, before["status"])
        row = _find(world, enrolment_id, body.external_ref)
        status = _move(world, row, kind)
        if isinstance(body, Amendment):
            _rewrite(world, row, body)
        added = Added(kind, f"fol_{secrets.token_hex(10)}", enrolment_id, status)
        world.store.run(
            "INSERT INTO follow_up (id, key, digest, enrolment_id, kind, body, status, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (added.id, key, digest, enrolment_id, kind, text, status, world.now()),
        )
    world.work_waits.set()
    return added


def _find(world: World, enrolment_id: str, external_ref: str) -> Row:
    row = world.store.row("SELECT * FROM enrolment WHERE id = ? AND external_ref = ?", (enrolment_id, external_ref))
    if row is None:
        raise KeyError(enrolment_id)
    return row


def _move(world: World, row: Row, kind: str) -> Status:
    """The state that follows; the portal is told of a change like of any other."""
    current = Status(row["status"])
    if kind == "cancellation" and current is Status.CANCELLED:
        return current
    if current in ENDED:
        raise EnrolmentEnded
    wanted = Status.CANCELLED if kind == "cancellation" else Status.UNDER_REVIEW
    if kind == "amendment" or (kind == "complement" and current is not Status.INCOMPLETE):
        return current
    move_row(world, row, wanted, {})
    return wanted
