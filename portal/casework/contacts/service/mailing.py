"""The answer on its way: ids go into the outbox, the words are unsealed when the message leaves."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.contacts.enums import AnswerWay
from portal.casework.contacts.models import Contact
from portal.casework.contacts.service.rows import view_of
from portal.casework.notifications.letters import render_plain
from portal.casework.notifications.service import LANE, SMS_LANE
from portal.casework.notifications.shapes import RenderedNotification, TextMessage
from portal.ground.web.formats import format_date
from portal.people.accounts.service import get_authority, get_department
from portal.records.outbox.service import enqueue

CONTACT_REPLY_KIND = "contact_reply"
CONTACT_TEXT_KIND = "contact_text"
LANES = {AnswerWay.EMAIL: (LANE, CONTACT_REPLY_KIND), AnswerWay.SMS: (SMS_LANE, CONTACT_TEXT_KIND)}


def order_reply(session: Session, row: Contact) -> None:
    """Have the answer sent, when it leaves by itself; for the room's own use."""
    found = LANES.get(row.replied_by) if row.replied_by else None
    if found is not None:
        lane, kind = found
        enqueue(
            session,
            lane=lane,
            kind=kind,
            payload={"contact_id": str(row.id)},
            idempotency_key=f"{kind}:{row.id}",
            group=str(row.id),
        )


def render_contact_reply(session: Session, contact_id: UUID) -> RenderedNotification | None:
    """The e-mail; None when the contact is erased."""
    row = session.get(Contact, contact_id)
    if row is None or row.replied_by is not AnswerWay.EMAIL:
        return None
    contact, authority = view_of(session, row), get_authority(session)
    letter = render_plain(
        "contact_reply",
        paragraphs=tuple(one for one in contact.reply.split("\n") if one),
        day=format_date(contact.facts.occurred_on),
        reference=contact.reference,
        department=get_department(session, contact.facts.department_id).name,
        authority_name=authority.name,
        authority_phone=authority.phone,
    )
    return RenderedNotification(contact.facts.where, str(_("Réponse à votre message")), letter.text, letter.html)


def render_contact_text(session: Session, contact_id: UUID) -> TextMessage | None:
    """The text message; None when the contact is erased."""
    row = session.get(Contact, contact_id)
    if row is None or row.replied_by is not AnswerWay.SMS:
        return None
    contact = view_of(session, row)
    words = _("%(authority)s : %(text)s", authority=get_authority(session).name, text=contact.reply)
    return TextMessage(contact.facts.where, words)
