"""The person agrees: present, by a signed paper, by a code sent to their telephone, or signed in themselves."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.casework.mandates.enums import (
    Ending,
    EventKind,
    IdentityDocument,
    MandateState,
    ProofKind,
)
from portal.casework.mandates.models import Mandate, MandateConsent
from portal.casework.mandates.service.rows import (
    check_state,
    end,
    held_row,
    lock_row,
    note,
    own_row,
    state_of,
    themes_of,
    view_of,
)
from portal.casework.mandates.service.telling import order_pdf, tell
from portal.casework.mandates.shapes import MandateView
from portal.ground import clock
from portal.ground.errors import Conflict
from portal.ground.permissions import Actor


def confirm_present(session: Session, actor: Actor, mandate_id: UUID, document: IdentityDocument) -> MandateView:
    """The person is there and agrees; the agent checked an identity document, of which only the kind is kept.

    :raises NotFound: none, or another department's.
    :raises Conflict: ``mandate_moved``: a colleague confirmed it, the person answered, or it is over.
    """
    row = held_row(session, actor, mandate_id, lock=True)
    check_state(session, row, MandateState.WAITING)
    row.identity_document = document
    return confirm(session, row, actor, ProofKind.PRESENT)


def confirm_with_paper(
    session: Session, actor: Actor, mandate_id: UUID, scan_id: UUID, scan_hash: str = ""
) -> MandateView:
    """The person signed the printed text, and its scan is kept among their documents.

    :param scan_hash: SHA-256 of the scan, for the journal: the scan may be erased before it.
    :raises NotFound: none, or another department's.
    :raises Conflict: ``mandate_moved``: a colleague confirmed it, the person answered, or it is over.
    """
    row = held_row(session, actor, mandate_id, lock=True)
    check_state(session, row, MandateState.WAITING)
    row.scan_id = scan_id
    return confirm(session, row, actor, ProofKind.PAPER, scan=scan_hash)


def accept_mandate(session: Session, actor: Actor, mandate_id: UUID) -> MandateView:
    """The person agrees in their own space.

    :raises NotFound: none of theirs.
    :raises Conflict: ``mandate_moved``: it is over, or agreed to already.
    """
    row = own_row(session, actor, mandate_id, lock=True)
    check_state(session, row, MandateState.WAITING)
    return confirm(session, row, actor, ProofKind.SPACE)


def refuse_mandate(session: Session, actor: Actor, mandate_id: UUID) -> MandateView:
    """The person does not want it. A mandate that it would have gone on with holds until its own term.

    :raises NotFound: none of theirs.
    :raises Conflict: ``mandate_moved``: it is over, or agreed to already.
    """
    row = own_row(session, actor, mandate_id, lock=True)
    check_state(session, row, MandateState.WAITING)
    end(session, row, Ending.REFUSED)
    note(session, row, actor, EventKind.REFUSED)
    return view_of(session, row)


def confirm(session: Session, row: Mandate, actor: Actor, proof: ProofKind, **details: str) -> MandateView:
    """The mandate opens from here on; the one it renews ends in the same unit. For the room's own use."""
    if row.renews_id is not None:
        _end_former(session, row, actor)
    row.confirmed_at, row.proof = clock.now(), proof
    row.confirmed_by = actor.id if actor.is_agent else None
    open_codes = (MandateConsent.mandate_id == row.id, MandateConsent.settled_at.is_(None))
    session.execute(update(MandateConsent).where(*open_codes).values(settled_at=clock.now()))
    session.flush()
    said = {"proof": proof.value, "text_hash": row.text_hash, **{key: value for key, value in details.items() if value}}
    if row.identity_document is not None:
        said["document"] = row.identity_document.value
    line = note(session, row, actor, EventKind.CONFIRMED, said)
    tell(session, row, line)
    order_pdf(session, row)
    return view_of(session, row)


def _end_former(session: Session, row: Mandate, actor: Actor) -> None:
    """What was taken back while the renewal waited is not given back by it."""
    if row.renews_id is None:
        return
    former = lock_row(session, row.renews_id)
    taken_back = {one.theme for one in themes_of(session, [former.id])[former.id] if one.revoked_at is not None}
    renewed = {one.theme for one in themes_of(session, [row.id])[row.id]}
    if former.ending in {Ending.PERSON, Ending.AGENT} or taken_back & renewed:
        raise Conflict("mandate_moved", theirs=view_of(session, row))
    if state_of(session, former) is MandateState.ACTIVE:
        end(session, former, Ending.RENEWED)
        note(session, former, actor, EventKind.RENEWED, {"by": str(row.id)})
