"""Taking a mandate back: by the person online, by its code, or at the desk. It stops at once, whatever is open."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.mandates.enums import Ending, EventKind, MandateState, Theme
from portal.casework.mandates.models import Mandate
from portal.casework.mandates.service.codes import normalise_revocation, revocation_key
from portal.casework.mandates.service.rows import (
    end,
    held_row,
    lock_row,
    note,
    own_row,
    state_of,
    themes_of,
    view_of,
)
from portal.casework.mandates.service.telling import tell
from portal.casework.mandates.shapes import MandateView
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import ANONYMOUS, Actor

LIVE = frozenset({MandateState.WAITING, MandateState.ACTIVE})


def revoke_mandate(session: Session, actor: Actor, mandate_id: UUID, theme: Theme | None = None) -> MandateView:
    """Stop a mandate, or one of its themes. The person does it, or an agent who holds it, at the person's request.

    An act under it that is being saved waits for this or is undone by it, never both kept. Again changes nothing.

    :raises NotFound: none of theirs, or no such theme in it.
    :raises Forbidden: neither the person nor a counter agent in their own name.
    """
    find = held_row if actor.is_agent else own_row
    return _revoke(session, find(session, actor, mandate_id, lock=True), actor, theme)


def find_by_code(session: Session, typed: str) -> MandateView | None:
    """The living mandate that a code of eight letters stops, without the name of the person; None when there is none.

    The caller bounds the attempts.
    """
    row_id = _id_of_code(session, typed)
    row = session.get(Mandate, row_id) if row_id else None
    return view_of(session, row, named=False) if row is not None and state_of(session, row) in LIVE else None


def revoke_by_code(session: Session, typed: str) -> MandateView:
    """Stop the mandate of this code, without an account. The caller bounds the attempts.

    :raises NotFound: the code is wrong, or the mandate is over: which is not said.
    """
    row_id = _id_of_code(session, typed)
    row = lock_row(session, row_id) if row_id else None
    if row is None or state_of(session, row) not in LIVE:
        raise NotFound("code_unknown")
    return _revoke(session, row, ANONYMOUS, None)


def _id_of_code(session: Session, typed: str) -> UUID | None:
    code = normalise_revocation(typed)
    if code is None:
        return None
    return session.scalar(select(Mandate.id).where(Mandate.revocation_key == revocation_key(code)))


def _revoke(session: Session, row: Mandate, actor: Actor, theme: Theme | None) -> MandateView:
    if theme is not None:
        _revoke_theme(session, row, actor, theme)
    elif state_of(session, row) in LIVE:
        end(session, row, Ending.AGENT if actor.is_agent else Ending.PERSON)
        line = note(session, row, actor, EventKind.REVOKED, {"by": "code"} if actor is ANONYMOUS else None)
        tell(session, row, line)
    return view_of(session, row, named=actor is not ANONYMOUS)


def _revoke_theme(session: Session, row: Mandate, actor: Actor, theme: Theme) -> None:
    """The last theme taken back ends the mandate: nothing is left of it."""
    given = {one.theme: one for one in themes_of(session, [row.id])[row.id]}
    if theme not in given:
        raise NotFound("theme_unknown")
    if given[theme].revoked_at is not None or state_of(session, row) not in LIVE:
        return
    given[theme].revoked_at = clock.now()
    session.flush()
    tell(session, row, note(session, row, actor, EventKind.THEME_REVOKED, {"theme": theme.value}))
    if all(one.revoked_at is not None for one in given.values()):
        end(session, row, Ending.AGENT if actor.is_agent else Ending.PERSON)
