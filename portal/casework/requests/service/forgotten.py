"""Drafts that nobody comes back to: their owner is warned, then they are erased."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version
from portal.casework.notifications.service import LANE, DraftFacts, RenderedNotification, render_draft_ending
from portal.casework.requests import policy
from portal.casework.requests.models import Draft
from portal.casework.requests.service.drafts import erase_draft
from portal.casework.requests.service.sealed import draft_answers
from portal.casework.requests.service.telling import address_in
from portal.ground import clock
from portal.people.accounts.service import get_account
from portal.records.outbox.service import enqueue

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
        if _address_of(session, draft):
            enqueue(
                session,
                lane=LANE,
                kind=DRAFT_NOTICE_KIND,
                payload={"draft_id": str(draft.id)},
                idempotency_key=f"{DRAFT_NOTICE_KIND}:{draft.id}:{draft.version}",
            )
    session.flush()
    return len(drafts)


def purge_drafts(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the drafts that nobody took up again after the warning; return how many. At most ``limit`` in one unit."""
    over = select(Draft).where(Draft.warned_at.is_not(None), Draft.purge_after <= clock.now())
    drafts = session.scalars(over.order_by(Draft.purge_after).limit(limit).with_for_update(skip_locked=True)).all()
    for draft in drafts:
        erase_draft(session, draft)
    return len(drafts)


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
