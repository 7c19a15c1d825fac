"""The letter that carries a resume code, to its owner: made when it is sent, from the row of the code."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.assistance.models import ResumeCode
from portal.casework.assistance.service.codes import code_of, find_code_of
from portal.casework.notifications.letters import render_plain
from portal.casework.notifications.service import LANE
from portal.casework.notifications.shapes import RenderedNotification
from portal.casework.requests.service import get_draft, owner_of_draft
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.ground.web.formats import format_day
from portal.people.accounts.service import get_account, get_authority
from portal.records.outbox.service import enqueue

RESUME_CODE_KIND = "resume_code"


def mail_code(session: Session, actor: Actor, draft_id: UUID) -> bool:
    """Have the code of the resident's draft sent to their own address; once for each code. False without an address.

    :raises NotFound: no such draft of theirs, or it has no code.
    """
    get_draft(session, actor, draft_id)
    row, owner = find_code_of(session, draft_id), owner_of_draft(session, draft_id)
    if row is None or owner is None:
        raise NotFound("code_unknown")
    if not get_account(session, owner.account_id).email:
        return False
    enqueue(
        session,
        lane=LANE,
        kind=RESUME_CODE_KIND,
        payload={"code_id": str(row.id)},
        idempotency_key=f"{RESUME_CODE_KIND}:{row.id}",
        group=str(row.id),
    )
    return True


def render_code_letter(session: Session, code_id: UUID, *, public_url: str) -> RenderedNotification | None:
    """The letter; None when the code is over, or there is nobody to write to. Reads only."""
    row = session.get(ResumeCode, code_id)
    owner = owner_of_draft(session, row.draft_id) if row is not None and row.expires_at > clock.now() else None
    recipient = get_account(session, owner.account_id).email if owner else ""
    if row is None or not recipient:
        return None
    authority = get_authority(session)
    letter = render_plain(
        "resume_code",
        code=code_of(row.id),
        until=format_day(clock.local(row.expires_at).date()),
        link=f"{public_url.rstrip('/')}/mon-espace",
        authority_name=authority.name,
        authority_phone=authority.phone,
    )
    return RenderedNotification(recipient, str(_("Votre code pour finir votre démarche")), letter.text, letter.html)
