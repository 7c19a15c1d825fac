"""Lists made, opened, marked, answered anew, kept in an account, erased."""

import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import open_slugs
from portal.casework.checklists.definition import ChecklistDefinition
from portal.casework.checklists.models import Checklist
from portal.casework.checklists.policy import VISIT_EVERY, may_open, purge_day
from portal.casework.checklists.service.sealed import seal_content, view_of
from portal.casework.checklists.shapes import Answers, ChecklistView, Mark
from portal.ground import clock
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key, destroy_data_key, with_data_keys

TOKEN_BYTES = 16
LONGEST_TOKEN = 60
SHOWN = 3
AT_ONCE = 200


def create_checklist(
    session: Session, actor: Actor, journey: str, definition: ChecklistDefinition, answers: Answers
) -> ChecklistView:
    """Keep a new list, in the account of a signed-in resident, else for whoever has its address: ``token``, 128 bits.

    :param answers: checked by :func:`portal.casework.checklists.answers.read_answers`.
    """
    now, person_id = clock.now(), actor.subject if actor.is_resident else None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Checklist(
        person_id=person_id,
        journey=journey,
        definition_version=definition.version,
        token_hash=_hash(token),
        created_at=now,
        updated_at=now,
        purge_after=purge_day(definition, person_id, now),
        data_key_id=create_data_key(session),
        sealed=b"",
    )
    session.add(row)
    session.flush()
    row.sealed = seal_content(session, row.id, row.data_key_id, token=token, answers=answers, marks={})
    session.flush()
    return view_of(session, row)


def open_checklist(session: Session, actor: Actor, journey: str, token: str) -> ChecklistView:
    """The list at this address, with the slugs of the open procedures. One statement.

    :raises NotFound: none, or past its time.
    :raises Forbidden: it is in an account, and ``actor`` is nobody or somebody else.
    """
    found = session.execute(_by_token(journey, token).add_columns(open_slugs())).one_or_none()
    if found is None:
        raise NotFound("checklist_unknown")
    if not may_open(actor, found[0].person_id):
        raise Forbidden("checklist_of_an_account")
    return view_of(session, found[0], found[2])


def is_visit_due(view: ChecklistView, definition: ChecklistDefinition) -> bool:
    """True when the last visit was noted a day ago or more."""
    return purge_day(definition, view.person_id, clock.now()) - view.purge_after >= VISIT_EVERY


def note_visit(session: Session, view: ChecklistView, definition: ChecklistDefinition) -> None:
    """Keep the list longer, since somebody came back to it."""
    until = purge_day(definition, view.person_id, clock.now())
    session.execute(update(Checklist).where(Checklist.id == view.id).values(purge_after=until))


def change_answers(
    session: Session,
    actor: Actor,
    view: ChecklistView,
    definition: ChecklistDefinition,
    answers: Answers,
    *,
    version: int,
) -> ChecklistView:
    """Answer anew. What is done stays done, what was put off stays so.

    :raises Conflict: answered anew elsewhere since ``version``; ``theirs`` is the list as it is now.
    """
    row = _locked(session, actor, view)
    current = view_of(session, row)
    if row.version != version:
        raise Conflict("checklist_changed", theirs=current)
    row.version, row.definition_version = version + 1, definition.version
    return _write(session, row, current, answers, current.marks)


def mark_line(session: Session, actor: Actor, view: ChecklistView, line_id: str, mark: Mark) -> ChecklistView:
    """Note what the person did with one line; doing it twice changes nothing. Other lines are left as they are."""
    row = _locked(session, actor, view)
    current = view_of(session, row)
    marks = {**current.marks, line_id: mark}
    if marks == dict(current.marks):
        return current
    return _write(session, row, current, current.answers, marks)


def adopt_checklist(
    session: Session, actor: Actor, view: ChecklistView, definition: ChecklistDefinition
) -> ChecklistView:
    """Bring a list into the account of the person who has its address. Its address then opens for them alone.

    :raises Forbidden: nobody is signed in.
    """
    if not actor.is_resident or actor.subject is None:
        raise Forbidden("resident_needed")
    row = _locked(session, actor, view)
    row.person_id = actor.subject
    row.purge_after = purge_day(definition, actor.subject, clock.now())
    session.flush()
    return view_of(session, row)


def erase_checklist(session: Session, actor: Actor, view: ChecklistView) -> None:
    """Erase a list at once, on the word of whoever may open it."""
    _erase(session, _locked(session, actor, view))


def list_checklists(session: Session, actor: Actor) -> list[ChecklistView]:
    """The lists in the account of the person acted for, the latest first, three at most. One statement."""
    if actor.subject is None:
        raise Forbidden("person_needed")
    query = with_data_keys(select(Checklist), Checklist.data_key_id.expression)
    mine = query.where(Checklist.person_id == actor.subject, Checklist.purge_after > clock.now())
    found = session.execute(mine.order_by(Checklist.updated_at.desc(), Checklist.id.desc()).limit(SHOWN)).all()
    return [view_of(session, row) for row, _key in found]


def move_checklists(session: Session, joined: UUID, kept: UUID) -> None:
    """Two accounts of one person become one: the lists go with them."""
    session.execute(update(Checklist).where(Checklist.person_id == joined).values(person_id=kept))


def purge_checklists(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the lists nobody came back to; return how many. At most ``limit`` in one unit."""
    over = select(Checklist).where(Checklist.purge_after <= clock.now()).order_by(Checklist.purge_after)
    rows = session.scalars(over.limit(limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        _erase(session, row)
    return len(rows)


def _hash(token: str) -> str:
    """The token is random, so that a plain hash cannot be searched."""
    return sha256(token.encode()).hexdigest()


def _by_token(journey: str, token: str) -> Select[Any]:
    hashed = _hash(token[:LONGEST_TOKEN])
    alive = (Checklist.token_hash == hashed, Checklist.journey == journey, Checklist.purge_after > clock.now())
    return with_data_keys(select(Checklist), Checklist.data_key_id.expression).where(*alive)


def _locked(session: Session, actor: Actor, view: ChecklistView) -> Checklist:
    """The row, locked and read anew.

    :raises NotFound: erased meanwhile, or kept meanwhile in somebody else's account.
    """
    query = select(Checklist).where(Checklist.id == view.id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or not may_open(actor, row.person_id):
        raise NotFound("checklist_unknown")
    return row


def _write(
    session: Session, row: Checklist, current: ChecklistView, answers: Answers, marks: Mapping[str, Mark]
) -> ChecklistView:
    row.sealed = seal_content(session, row.id, row.data_key_id, token=current.token, answers=answers, marks=marks)
    row.updated_at = clock.now()
    session.flush()
    return view_of(session, row)


def _erase(session: Session, row: Checklist) -> None:
    destroy_data_key(session, row.data_key_id)
    session.delete(row)
    session.flush()
