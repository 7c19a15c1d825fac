"""Drafts when their procedure changes: what a new version would keep, the choice, and until when there is one."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.migrating import migrate
from portal.casework.catalogue.service import ProcedureView, get_published, get_version
from portal.casework.requests import policy
from portal.casework.requests.models import Draft
from portal.casework.requests.service.drafting.drafts import check_version, own_draft, view_of
from portal.casework.requests.service.sealed import draft_answers, seal_draft_answers
from portal.casework.requests.shapes import DraftView, MigrationOffer
from portal.ground import clock
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor


def offer_migration(session: Session, actor: Actor, draft_id: UUID) -> MigrationOffer | None:
    """What the version now offered would make of a draft; None where there is nothing to choose.

    :raises NotFound: no such draft of theirs.
    """
    return _offer(session, own_draft(session, actor, draft_id))


def _offer(session: Session, draft: Draft) -> MigrationOffer | None:
    begun = get_version(session, draft.procedure_id, draft.procedure_version)
    try:
        offered = get_published(session, begun.slug)
    except NotFound:
        return None  # closed: the draft stays readable as it is
    if offered.version == begun.version:
        return None
    return describe_migration(begun, offered, draft_answers(session, draft), draft.done_steps)


def describe_migration(
    begun: ProcedureView, offered: ProcedureView, answers: Mapping[str, Any], done: Collection[str]
) -> MigrationOffer:
    """What another version makes of these answers, for whoever has them at hand already. Pure."""
    moved = migrate(begun.document, offered.document, answers, done)
    return MigrationOffer(begun, offered, moved, policy.finishable_until(begun.archived_at))


def migrate_draft(session: Session, actor: Actor, draft_id: UUID, *, version: int, to_version: int) -> DraftView:
    """Go on with the version now offered. What is kept is what :func:`offer_migration` announced.

    :param version: the version of the draft the person was looking at.
    :param to_version: the version of the procedure whose changes they read.
    :raises Conflict: ``draft_changed`` (with ``theirs``), or ``procedure_changed``: another version is offered since.
    :raises NotFound: no such draft of theirs.
    """
    draft = own_draft(session, actor, draft_id, lock=True)
    check_version(session, draft, version)
    offer = _offer(session, draft)
    if offer is None or offer.offered.version != to_version:
        raise Conflict("procedure_changed")
    draft.sealed_answers = seal_draft_answers(session, draft.id, draft.data_key_id, offer.migration.answers)
    draft.done_steps = list(offer.migration.done_steps)
    draft.procedure_version = offer.offered.version
    draft.version += 1
    draft.updated_at = clock.now()
    draft.purge_after, draft.warned_at = draft.updated_at + policy.DRAFT_KEPT, None
    session.flush()
    return view_of(session, draft, offer.offered.slug)


def check_finishable(begun: ProcedureView, offered: ProcedureView) -> None:
    """:raises Conflict: ``version_over``: another version was offered too long ago to end on this one."""
    until = policy.finishable_until(begun.archived_at)
    if begun.version != offered.version and until is not None and clock.now() >= until:
        raise Conflict("version_over")


def count_drafts(session: Session, procedure_id: UUID) -> int:
    """How many people are answering this procedure now, whatever its version."""
    query = select(func.count()).select_from(Draft).where(Draft.procedure_id == procedure_id)
    return session.scalar(query) or 0
