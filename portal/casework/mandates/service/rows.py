"""Rows of the room, for the room's own use."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.mandates import policy
from portal.casework.mandates.enums import Ending, EventKind, MandateState, Theme
from portal.casework.mandates.models import Mandate, MandateEvent, MandateTheme
from portal.casework.mandates.shapes import MandateView
from portal.casework.mandates.text import AgreedText, read_text
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import seal_json, unseal_json
from portal.people.accounts.service import person_ids_of


def lock_row(session: Session, mandate_id: UUID) -> Mandate:
    """One mandate, held until the end of the unit, so that an act under it and its end follow each other.

    :raises NotFound: there is none with this id.
    """
    query = select(Mandate).where(Mandate.id == mandate_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("mandate_unknown")
    return row


def held_row(session: Session, actor: Actor, mandate_id: UUID, *, lock: bool = False) -> Mandate:
    """A mandate of one of this counter agent's departments.

    :raises NotFound: none, or another department's: the two look alike.
    :raises Forbidden: the actor is no counter agent in their own name.
    """
    if not actor.is_agent or actor.assisted is not None:
        raise Forbidden("permission")
    row = lock_row(session, mandate_id) if lock else session.get(Mandate, mandate_id)
    if row is None or row.department_id not in actor.department_ids:
        raise NotFound("mandate_unknown")
    if not policy.can_hold(actor, row.department_id):
        raise Forbidden("permission")
    return row


def own_row(session: Session, actor: Actor, mandate_id: UUID, *, lock: bool = False) -> Mandate:
    """A mandate that this resident gave, or is asked for.

    :raises NotFound: none, or somebody else's.
    :raises Forbidden: not a resident acting for themselves.
    """
    people = people_of(session, actor)
    row = lock_row(session, mandate_id) if lock else session.get(Mandate, mandate_id)
    if row is None or not policy.can_answer(actor, people, row.person_id):
        raise NotFound("mandate_unknown")
    return row


def people_of(session: Session, actor: Actor) -> frozenset[UUID]:
    """Every person id of a signed-in resident.

    :raises Forbidden: not a resident acting for themselves.
    """
    if not actor.is_resident or actor.id is None or actor.mandate_id is not None:
        raise Forbidden("resident_needed")
    return frozenset(person_ids_of(session, actor.id))


def themes_of(session: Session, ids: Collection[UUID]) -> Mapping[UUID, list[MandateTheme]]:
    """The themes of several mandates, left or taken back. One statement."""
    found: dict[UUID, list[MandateTheme]] = {one: [] for one in ids}
    query = select(MandateTheme).where(MandateTheme.mandate_id.in_(ids)).execution_options(populate_existing=True)
    for row in session.scalars(query) if ids else ():
        found[row.mandate_id].append(row)
    return found


def views_of(session: Session, rows: Iterable[Mandate], *, named: bool = False) -> list[MandateView]:
    """Mandates as the room gives them; ``named``: with the name of the person, which is sealed."""
    kept = list(rows)
    themes = themes_of(session, [row.id for row in kept])
    return [_view(row, themes[row.id], text_of(session, row).person if named else "") for row in kept]


def view_of(session: Session, row: Mandate, *, named: bool = True) -> MandateView:
    """One mandate as the room gives it."""
    return views_of(session, [row], named=named)[0]


def state_of(session: Session, row: Mandate) -> MandateState:
    """Where a mandate stands now."""
    left = [one for one in themes_of(session, [row.id])[row.id] if one.revoked_at is None]
    return policy.state_of(row, len(left), clock.now())


def _view(row: Mandate, themes: Iterable[MandateTheme], person_name: str) -> MandateView:
    given = {one.theme: one.revoked_at for one in themes}
    left = tuple(theme for theme in Theme if theme in given and given[theme] is None)
    return MandateView(
        id=row.id,
        person_id=row.person_id,
        account_id=row.account_id,
        department_id=row.department_id,
        opened_by=row.opened_by,
        duration=row.duration,
        renews_id=row.renews_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        confirmed_at=row.confirmed_at,
        proof=row.proof,
        confirmed_by=row.confirmed_by,
        identity_document=row.identity_document,
        scan_id=row.scan_id,
        ended_at=row.ended_at,
        ending=row.ending,
        state=policy.state_of(row, len(left), clock.now()),
        themes=left,
        revoked=tuple(theme for theme in Theme if given.get(theme) is not None),
        text_version=row.text_version,
        text_hash=row.text_hash,
        pdf_size=row.pdf_size,
        person_name=person_name,
    )


def seal_content(session: Session, mandate_id: UUID, key_id: UUID, content: Mapping[str, Any]) -> bytes:
    """What is kept sealed: the text, the check code, the telephone."""
    return seal_json(session, key_id, dict(content), context=f"mandate:{mandate_id}")


def content_of(session: Session, row: Mandate) -> dict[str, Any]:
    """What :func:`seal_content` sealed."""
    return dict(unseal_json(session, row.data_key_id, row.sealed, context=f"mandate:{row.id}"))


def text_of(session: Session, row: Mandate) -> AgreedText:
    """The text that was agreed to, or is to be."""
    return read_text(content_of(session, row)["text"])


def note(
    session: Session,
    row: Mandate,
    actor: Actor,
    kind: EventKind,
    payload: Mapping[str, str] | None = None,
    *,
    request_id: UUID | None = None,
) -> MandateEvent:
    """Add a line to the journal of the mandate, and one to the portal's, which the person reads.

    Actor and subject are two ids, always.
    """
    line = MandateEvent(
        mandate_id=row.id,
        occurred_at=clock.now(),
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        subject_id=row.person_id,
        request_id=request_id,
        payload=dict(payload or {}),
    )
    session.add(line)
    session.flush()
    record(session, actor, f"mandate_{kind.value}", subject_id=row.person_id, details={"mandate": str(row.id)})
    return line


def end(session: Session, row: Mandate, ending: Ending) -> None:
    """Nothing opens under it from here on."""
    row.ended_at, row.ending = clock.now(), ending
    session.flush()


def check_state(session: Session, row: Mandate, wanted: MandateState) -> None:
    """:raises Conflict: ``mandate_moved``: somebody answered or ended it first; ``theirs`` is the mandate as it is."""
    if state_of(session, row) is not wanted:
        raise Conflict("mandate_moved", theirs=view_of(session, row))
