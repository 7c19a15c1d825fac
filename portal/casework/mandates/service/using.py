"""Acting under a mandate: read anew at each click, held while something is written, noted in its journal."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.mandates.enums import EventKind, MandateState, Theme, Use
from portal.casework.mandates.models import Mandate
from portal.casework.mandates.service.rows import lock_row, note, state_of, themes_of, views_of
from portal.casework.mandates.service.telling import tell
from portal.casework.mandates.shapes import MandateView
from portal.ground.permissions import Actor


def find_usable(
    session: Session, person_id: UUID, department_ids: Collection[UUID], theme: Theme | None = None
) -> MandateView | None:
    """The active mandate under which an agent of these departments may act for a person, in a theme when one is given.

    Of several, the one that lasts longest. None when there is none: the other departments' are never looked at.
    """
    found = list_active_for(session, person_id, department_ids)
    fits = [one for one in found if theme is None or theme in one.themes]
    return max(fits, key=lambda one: one.expires_at, default=None)


def list_active_for(session: Session, person_id: UUID, department_ids: Collection[UUID]) -> list[MandateView]:
    """The active mandates that a person gave to these departments, the newest first. Two statements."""
    theirs = (Mandate.person_id == person_id, Mandate.department_id.in_(department_ids), Mandate.ended_at.is_(None))
    query = select(Mandate).where(*theirs, Mandate.confirmed_at.is_not(None)).order_by(Mandate.created_at.desc())
    return [one for one in views_of(session, session.scalars(query)) if one.is_active]


def allows(session: Session, mandate_id: UUID, department_ids: Collection[UUID], theme: Theme, *, hold: bool) -> bool:
    """Whether a mandate opens this theme now to an agent of these departments.

    :param hold: keep it as it is until the end of the unit: for what writes. One that is taken back meanwhile is seen.
    :raises NotFound: there is none with this id, with ``hold``.
    """
    row = lock_row(session, mandate_id) if hold else session.get(Mandate, mandate_id, populate_existing=True)
    if row is None or row.department_id not in department_ids:
        return False
    if state_of(session, row) is not MandateState.ACTIVE:
        return False
    return any(one.theme is theme and one.revoked_at is None for one in themes_of(session, [row.id])[row.id])


def note_use(
    session: Session,
    actor: Actor,
    mandate_id: UUID,
    use: Use,
    *,
    theme: Theme | None = None,
    procedure: str = "",
    request_id: UUID | None = None,
) -> None:
    """Add what an agent did to the journal of the mandate. At the end of a session, the person is told of it.

    :param procedure: the address of the procedure concerned.
    :raises NotFound: there is none with this id.
    """
    row = lock_row(session, mandate_id)
    said = {"use": use.value}
    if theme is not None:
        said["theme"] = theme.value
    if procedure:
        said["procedure"] = procedure
    line = note(session, row, actor, EventKind.USED, said, request_id=request_id)
    if use is Use.CLOSED:
        tell(session, row, line)
