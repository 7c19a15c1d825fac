"""The door of notifications: ids go into the outbox, words are made when the message leaves."""

from uuid import UUID

from babel.dates import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.notifications.enums import NotificationEvent
from portal.casework.notifications.letters import render_draft_letter, render_letter, render_plain
from portal.casework.notifications.models import Notification
from portal.casework.notifications.shapes import (
    AlertFacts,
    DraftFacts,
    NotificationFacts,
    NotificationView,
    RenderedNotification,
)
from portal.ground.errors import NotFound
from portal.people.accounts.service import get_agent, get_authority
from portal.records.outbox.service import enqueue

__all__ = [
    "LANE",
    "OUTBOX_KIND",
    "AlertFacts",
    "DraftFacts",
    "NotificationEvent",
    "NotificationFacts",
    "NotificationView",
    "RenderedNotification",
    "get_notification",
    "notify",
    "render",
    "render_alert",
    "render_draft_ending",
]

LANE = "courriel"
OUTBOX_KIND = "notification"


def notify(
    session: Session,
    *,
    event: NotificationEvent,
    request_id: UUID,
    account_id: UUID | None,
    cause: str = "",
    agent_id: UUID | None = None,
    language: str = "fr",
) -> UUID:
    """Have a resident told of an event of their request; the same event with the same cause is told once."""
    known = select(Notification.id).where(
        Notification.request_id == request_id, Notification.event == event, Notification.cause == cause
    )
    existing = session.scalars(known).one_or_none()
    if existing is not None:
        return existing
    row = Notification(
        event=event, cause=cause, request_id=request_id, account_id=account_id, agent_id=agent_id, language=language
    )
    session.add(row)
    session.flush()
    enqueue(
        session,
        lane=LANE,
        kind=OUTBOX_KIND,
        payload={"notification_id": str(row.id)},
        idempotency_key=f"notification:{row.id}",
        group=str(request_id),
    )
    return row.id


def get_notification(session: Session, notification_id: UUID) -> NotificationView:
    """One notification.

    :raises NotFound: there is none with this id.
    """
    row = session.get(Notification, notification_id)
    if row is None:
        raise NotFound("notification_unknown")
    return NotificationView(row.id, row.event, row.cause, row.request_id, row.account_id, row.agent_id, row.language)


def render(
    session: Session, notification: NotificationView, facts: NotificationFacts, *, public_url: str
) -> RenderedNotification:
    """Write the letter. It holds no answer and no message: a link to them, and who is in charge.

    The agent behind the act is named with the department (CRPA L111-2).
    """
    authority = get_authority(session)
    letter = render_letter(
        notification.event,
        facts=facts,
        link=f"{public_url.rstrip('/')}{_path_of(facts)}",
        authority_name=authority.name,
        agent_name=_agent_name(session, notification.agent_id),
    )
    return RenderedNotification(
        recipient=facts.recipient,
        subject=_subject(notification.event, facts),
        text=letter.text,
        html=letter.html,
    )


def render_draft_ending(session: Session, facts: DraftFacts, *, public_url: str) -> RenderedNotification:
    """Write the letter that warns of a draft about to be erased. It holds none of its answers."""
    authority = get_authority(session)
    base = public_url.rstrip("/")
    letter = render_draft_letter(facts, base=base, authority_name=authority.name, authority_phone=authority.phone)
    subject = _("Votre brouillon va être effacé")
    return RenderedNotification(recipient=facts.recipient, subject=subject, text=letter.text, html=letter.html)


def _path_of(facts: NotificationFacts) -> str:
    """Where the person reads the rest: their space, or the page that asks for the code of this request."""
    return f"/demandes/{facts.reference}" if facts.has_account else f"/suivre?reference={facts.reference}"


def render_alert(session: Session, facts: AlertFacts, *, public_url: str) -> RenderedNotification:
    """Write the letter that tells a department what waits for a person. It holds nothing of the resident."""
    news = {
        "deadline_near": _("Demande %(reference)s : son échéance approche"),
        "opinion_asked": _("Demande %(reference)s : votre avis est demandé"),
        "opinion_answered": _("Demande %(reference)s : un avis est arrivé"),
    }
    letter = render_plain(
        "department_news" if facts.about in news else "department_alert",
        reference=facts.reference,
        title=facts.procedure_title,
        partner=facts.partner,
        about=facts.about,
        link=f"{public_url.rstrip('/')}{facts.path or f'/agents/dossiers/{facts.reference}'}",
        authority_name=get_authority(session).name,
        day=format_date(facts.deadline, "EEEE d MMMM y", locale="fr") if facts.deadline else "",
    )
    subject = news.get(facts.about, _("Demande %(reference)s : un envoi attend une personne"))
    subject = subject % {"reference": facts.reference}
    return RenderedNotification(recipient=facts.recipient, subject=subject, text=letter.text, html=letter.html)


def _agent_name(session: Session, agent_id: UUID | None) -> str:
    return get_agent(session, agent_id).display_name if agent_id else ""


def _subject(event: NotificationEvent, facts: NotificationFacts) -> str:
    subjects = {
        NotificationEvent.REQUEST_SUBMITTED: _("Accusé de réception de votre demande %(reference)s"),
        NotificationEvent.PARTNER_RECEIVED: _("Votre demande %(reference)s est bien arrivée"),
        NotificationEvent.DELIVERY_DEAD: _("Votre demande %(reference)s n’est pas encore transmise"),
        NotificationEvent.WAITING_FOR_RESIDENT: _("Il manque une information pour votre demande %(reference)s"),
        NotificationEvent.DECIDED: _("Une réponse à votre demande %(reference)s"),
        NotificationEvent.MESSAGE_POSTED: _("Un message sur votre demande %(reference)s"),
        NotificationEvent.IMPLICIT_DECISION: _("Votre demande %(reference)s : ce que vaut notre silence"),
        NotificationEvent.REQUEST_WITHDRAWN: _("Votre demande %(reference)s est retirée"),
    }
    return str(subjects[event]) % {"reference": facts.reference}
