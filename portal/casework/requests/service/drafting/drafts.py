"""Drafts: saved at each step, one per account and procedure, guarded against two tabs writing at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.catalogue.fields import answer_names, check_step
from portal.casework.catalogue.service import (
    ProcedureView,
    get_version,
    read_published,
    select_published,
    slugs_and_titles,
    with_slugs_and_titles,
)
from portal.casework.documents.policy import keeper_of
from portal.casework.requests import policy
from portal.casework.requests.models import Draft
from portal.casework.requests.service.access import account_of, drafts_of
from portal.casework.requests.service.evidence import evidence_errors
from portal.casework.requests.service.sealed import draft_answers, seal_draft_answers
from portal.casework.requests.shapes import DraftOwner, DraftSummary, DraftView
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.dictionary.service import FRENCH, Value
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key, destroy_data_key, with_data_keys

_MINE = (
    with_slugs_and_titles(
        select(Draft.id, Draft.done_steps, Draft.created_at, Draft.updated_at, Draft.purge_after),
        Draft.procedure_id.expression,
        Draft.procedure_version.expression,
    )
    .where(Draft.account_id == bindparam("account_id"))
    .order_by(Draft.updated_at.desc(), Draft.id)
)


def _with_draft(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    query, procedure_id = select_published()
    mine = and_(Draft.procedure_id == procedure_id, which)
    return with_data_keys(query.add_columns(Draft).outerjoin(Draft, mine), Draft.data_key_id.expression)


_WITH_DRAFT = _with_draft(Draft.account_id == bindparam("account_id"))
_WITH_ASSISTED = _with_draft(Draft.id == bindparam("draft_id"))


def start_draft(session: Session, actor: Actor, procedure: ProcedureView) -> DraftView:
    """Open a draft of the resident for this procedure, or give back the one already open.

    :raises Forbidden: not a resident.
    """
    return open_draft(session, account_of(actor), procedure)


def open_draft(session: Session, account_id: UUID, procedure: ProcedureView) -> DraftView:
    """The draft of an account for a procedure, made when there is none; for the room's own use."""
    existing = find_row(session, account_id, procedure.id)
    if existing is not None:
        return view_of(session, existing)
    try:
        with session.begin_nested():
            return view_of(session, create_draft(session, account_id, procedure))
    except IntegrityError:  # the other tab was faster
        existing = find_row(session, account_id, procedure.id)
        if existing is None:
            raise
        return view_of(session, existing)


def create_draft(session: Session, account_id: UUID | None, procedure: ProcedureView) -> Draft:
    """The row of a new draft; without an account, of a paper form being typed in."""
    draft_id, key_id, now = new_id(), create_data_key(session), clock.now()
    draft = Draft(
        id=draft_id,
        account_id=account_id,
        procedure_id=procedure.id,
        procedure_version=procedure.version,
        data_key_id=key_id,
        sealed_answers=seal_draft_answers(session, draft_id, key_id, {}),
        done_steps=[],
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def find_row(session: Session, account_id: UUID, procedure_id: UUID) -> Draft | None:
    """The row of the draft of an account for a procedure."""
    query = select(Draft).where(Draft.account_id == account_id, Draft.procedure_id == procedure_id)
    return session.scalars(query).one_or_none()


def find_draft(session: Session, actor: Actor, procedure_id: UUID) -> DraftView | None:
    """The resident's open draft of a procedure, None when there is none."""
    draft = find_row(session, account_of(actor), procedure_id)
    return view_of(session, draft) if draft else None


def find_published(
    session: Session, actor: Actor, slug: str, *, language: str = FRENCH
) -> tuple[ProcedureView, DraftView | None]:
    """The open procedure with this address and the resident's draft of it, None when there is none. One statement.

    ``language``: of the title and the summary, where they have it.

    :raises NotFound: no such procedure, or it is not open.
    """
    row = session.execute(_WITH_DRAFT, {"slug": slug, "account_id": account_of(actor)}).one_or_none()
    if row is None:
        raise NotFound("procedure_unknown")
    procedure = read_published(row, language)
    return procedure, view_of(session, row.Draft, slug) if row.Draft is not None else None


def find_assisted(
    session: Session, actor: Actor, slug: str, *, language: str = FRENCH
) -> tuple[ProcedureView, DraftView | None]:
    """The open procedure with this address and the draft of it that an agent was let in to. One statement.

    :raises Forbidden: the actor was let in to none.
    :raises NotFound: no such procedure, or it is not open.
    """
    if actor.assisted is None or not actor.is_agent:
        raise Forbidden("assistance_needed")
    row = session.execute(_WITH_ASSISTED, {"slug": slug, "draft_id": actor.assisted.draft_id}).one_or_none()
    if row is None:
        raise NotFound("procedure_unknown")
    procedure, draft = read_published(row, language), row.Draft
    theirs = draft is not None and draft.account_id == actor.assisted.account_id
    return procedure, view_of(session, draft, slug) if theirs else None


def get_draft(session: Session, actor: Actor, draft_id: UUID) -> DraftView:
    """One draft of the resident.

    :raises NotFound: none, or somebody else's.
    """
    return view_of(session, own_draft(session, actor, draft_id))


def own_draft(session: Session, actor: Actor, draft_id: UUID, *, lock: bool = False) -> Draft:
    """The row of one draft of the resident, or of the person an agent helps; held until the unit ends with ``lock``.

    :raises NotFound: none, or somebody else's.
    """
    query = select(Draft).where(Draft.id == draft_id, drafts_of(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    draft = session.scalars(query).one_or_none()
    if draft is None:
        raise NotFound("draft_unknown")
    return draft


def hold_draft(session: Session, actor: Actor, draft_id: UUID) -> None:
    """Hold a draft until the end of the unit, if it is still there: before any other row is held, as each save does."""
    session.execute(select(Draft.id).where(Draft.id == draft_id, drafts_of(actor)).with_for_update()).one_or_none()


def owner_of_draft(session: Session, draft_id: UUID) -> DraftOwner | None:
    """Whose draft this is and of which procedure, for a room that was shown its code; None when there is none."""
    query = select(Draft.account_id, Draft.procedure_id).where(Draft.id == draft_id, Draft.account_id.is_not(None))
    row = session.execute(query).one_or_none()
    return DraftOwner(row.account_id, row.procedure_id) if row else None


def list_drafts(session: Session, actor: Actor) -> list[DraftSummary]:
    """The resident's drafts, the latest first. One statement, which reads no answer."""
    return [
        DraftSummary(
            row.id, row.slug, row.title, tuple(row.done_steps), row.created_at, row.updated_at, row.purge_after
        )
        for row in session.execute(_MINE, {"account_id": account_of(actor)})
    ]


def save_step(
    session: Session, actor: Actor, draft_id: UUID, *, step: str, answers: Mapping[str, object], version: int
) -> DraftView:
    """Check and keep the answers of one step; those of the other steps stay as they are.

    :param answers: raw values by field name; a field that is not of this step is a fault of the caller. Of a page
        asked for each of several: its items, under the name they are kept under.
    :param version: the version the person was looking at.
    :raises Invalid: by field name, in French; nothing is saved.
    :raises Conflict: ``draft_changed``; ``theirs`` is the draft as saved by the other tab; nothing is saved.
    :raises NotFound: no such draft of theirs, or no such step.
    """
    draft = own_draft(session, actor, draft_id, lock=True)
    check_version(session, draft, version)
    procedure = get_version(session, draft.procedure_id, draft.procedure_version)
    document = procedure.document
    asked = document.step(step)
    if asked is None:
        raise NotFound("step_unknown")
    names = set(answer_names(asked))
    if set(answers) - names:
        raise ValueError("answers to questions that this step does not ask")
    saved = draft_answers(session, draft)
    values, errors = check_step(document, asked, answers, saved)
    errors = errors or evidence_errors(session, keeper_of(actor), [asked], values)
    if errors:
        raise Invalid(errors)
    kept = {name: value for name, value in saved.items() if name not in names} | values
    keep_answers(session, draft, kept, done=[*(done for done in draft.done_steps if done != step), step])
    return view_of(session, draft, procedure.slug)


def keep_answers(session: Session, draft: Draft, answers: Mapping[str, Value], *, done: list[str]) -> None:
    """Write the answers of a draft and the steps done; its version moves on, and its life starts again."""
    draft.sealed_answers = seal_draft_answers(session, draft.id, draft.data_key_id, answers)
    draft.done_steps = done
    draft.version += 1
    draft.updated_at = clock.now()
    draft.purge_after, draft.warned_at = draft.updated_at + policy.DRAFT_KEPT, None
    session.flush()


def drop_answers(session: Session, actor: Actor, procedure_id: UUID, answers: Mapping[str, Value]) -> None:
    """Forget these answers in the resident's draft, if it holds them as they are: their source was taken back.

    The version moves on, so that another window does not put them back without being seen.

    :raises Forbidden: not a resident.
    """
    query = select(Draft).where(Draft.account_id == account_of(actor), Draft.procedure_id == procedure_id)
    draft = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    saved = draft_answers(session, draft) if draft else {}
    kept = {name: value for name, value in saved.items() if answers.get(name) != value}
    if draft is None or kept == saved:
        return
    draft.sealed_answers = seal_draft_answers(session, draft.id, draft.data_key_id, kept)
    draft.version += 1
    draft.updated_at = clock.now()
    session.flush()


def check_version(session: Session, draft: Draft, version: int) -> None:
    """:raises Conflict: ``draft_changed``, when the draft was saved since ``version`` was shown."""
    if draft.version != version:
        raise Conflict("draft_changed", theirs=view_of(session, draft))


def discard_draft(session: Session, actor: Actor, draft_id: UUID) -> None:
    """Erase a draft: its key is destroyed, then its row.

    :raises NotFound: none, or somebody else's.
    """
    erase_draft(session, own_draft(session, actor, draft_id, lock=True))


def erase_draft(session: Session, draft: Draft) -> None:
    """Destroy the key of a draft, then its row."""
    destroy_data_key(session, draft.data_key_id)
    session.delete(draft)
    session.flush()


def view_of(session: Session, draft: Draft, slug: str = "") -> DraftView:
    """A draft as the room gives it. ``slug``: of its procedure, where it is known already."""
    version = (draft.procedure_id, draft.procedure_version)
    return DraftView(
        id=draft.id,
        procedure_id=draft.procedure_id,
        procedure_slug=slug or slugs_and_titles(session, [version])[version][0],
        procedure_version=draft.procedure_version,
        answers=draft_answers(session, draft),
        done_steps=tuple(draft.done_steps),
        version=draft.version,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
    )
