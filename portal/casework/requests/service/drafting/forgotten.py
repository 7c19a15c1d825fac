"""Drafts that nobody comes back to: their owner is warned, then they are erased."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version
from portal.casework.figures.service import count_given_up
from portal.casework.notifications.service import (
    DraftFacts,
    NotificationEvent,
    RenderedNotification,
    announce,
    render_draft_ending,
)
from portal.casework.requests import policy
from portal.casework.requests.models import DiscardedDraft, Draft
from portal.casework.requests.service.drafting.drafts import erase_draft
from portal.casework.requests.service.sealed import draft_answers
from portal.casework.requests.service.telling import address_in
from portal.ground import clock
from portal.people.accounts.service import get_account

DRAFT_NOTICE_KIND = "draft_notice"
AT_ONCE = 200


def warn_of_drafts(session: Session, *, limit: int = AT_ONCE) -> int:
    """Warn the owners of drafts that come to their end; return how many drafts. At most ``limit`` in one unit.

    Whenever this runs, two whole weeks are left from then on. Without an address, « Mon espace » alone says so.
    """
    now = clock.now()
    ending = select(Draft).where(Draft.warned_at.is_(None), Draft.purge_after <= now + policy.DRAFT_NOTICE)
    drafts = session.scalars(ending.order_by(Draft.purge_after).limit(limit).with_for_update(skip_locked=True)).all()
    for draft in drafts:
        draft.warned_at, draft.purge_after = now, max(draft.purge_after, now + policy.DRAFT_NOTICE)
        if draft.account_id is None:  # typed in by an agent, who finds it in their own list
            continue
        procedure = get_version(session, draft.procedure_id, draft.procedure_version)
        announce(
            session,
            event=NotificationEvent.DRAFT_ENDING,
            account_id=draft.account_id,
            address=_address_of(session, draft),
            cause=f"{draft.id}:{draft.version}",
            title=procedure.title,
            path=f"/demarches/{procedure.slug}",
        )
    session.flush()
    return len(drafts)


def purge_drafts(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the drafts that nobody took up again after the warning; return how many. At most ``limit`` in one unit."""
    over = select(Draft).where(Draft.warned_at.is_not(None), Draft.purge_after <= clock.now())
    drafts = session.scalars(over.order_by(Draft.purge_after).limit(limit).with_for_update(skip_locked=True)).all()
    for draft in drafts:
        note_given_up(session, draft)
        erase_draft(session, draft)
    return len(drafts)


def note_given_up(session: Session, draft: Draft | DiscardedDraft) -> None:
    """Count, in the figures, a draft that will never be sent: a number, which stays when the draft goes."""
    procedure = get_version(session, draft.procedure_id, draft.procedure_version)
    count_given_up(
        session,
        department_id=procedure.department_id,
        procedure_id=draft.procedure_id,
        assisted=draft.account_id is None,
        at=draft.updated_at,
    )


def render_draft_notice(session: Session, draft_id: UUID, *, public_url: str) -> RenderedNotification | None:
    """The letter of the warning; None when the draft is gone or was taken up again. Reads only.

    :param public_url: the address of the portal, for the link.
    """
    draft = session.get(Draft, draft_id)
    if draft is None or draft.warned_at is None:
        return None
    recipient = _address_of(session, draft)
    if not recipient:
        return None
    procedure = get_version(session, draft.procedure_id, draft.procedure_version)
    facts = DraftFacts(recipient, procedure.title, procedure.slug, draft.purge_after)
    return render_draft_ending(session, facts, public_url=public_url)


def _address_of(session: Session, draft: Draft) -> str:
    if draft.account_id is None:  # a paper being typed in: nobody waits for it on « Mon espace »
        return ""
    document = get_version(session, draft.procedure_id, draft.procedure_version).document
    return address_in(document, draft_answers(session, draft)) or get_account(session, draft.account_id).email
