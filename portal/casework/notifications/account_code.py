"""The letter that carries a code: the only one that holds a secret, and nothing else of the person."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.notifications.letters import render_plain
from portal.casework.notifications.shapes import RenderedNotification
from portal.ground.web.formats import format_time
from portal.people.accounts.service import get_authority, read_code_to_send
from portal.records.outbox.service import enqueue

LANE = "courriel"
ACCOUNT_CODE = "account_code"


def send_account_code(session: Session, claim_id: UUID) -> None:
    """Have the code of a claim sent to the former account's address; once for each claim."""
    enqueue(
        session,
        lane=LANE,
        kind=ACCOUNT_CODE,
        payload={"claim_id": str(claim_id)},
        idempotency_key=f"account_code:{claim_id}",
        group=str(claim_id),
    )


def render_account_code(session: Session, claim_id: UUID, *, public_url: str) -> RenderedNotification | None:
    """The letter; None when the code is over, or there is nobody to write to."""
    found = read_code_to_send(session, claim_id)
    if found is None:
        return None
    authority = get_authority(session)
    letter = render_plain(
        "account_code",
        code=f"{found.code[:5]}-{found.code[5:]}",
        until=format_time(found.expires_at),
        link=f"{public_url.rstrip('/')}/mon-espace/rattachement",
        authority_name=authority.name,
        authority_phone=authority.phone,
    )
    subject = str(_("Votre code pour retrouver votre compte"))
    return RenderedNotification(found.recipient, subject, letter.text, letter.html)
