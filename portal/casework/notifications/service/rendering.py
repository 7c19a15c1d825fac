"""The words of a notice, written when it leaves from what is true then."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.casework.notifications.appointments import is_appointment, say_appointment, say_subject
from portal.casework.notifications.enums import NotificationEvent
from portal.casework.notifications.letters import Letter, render_draft_letter, render_letter, render_plain, render_rows
from portal.casework.notifications.service.phones import reachable_number
from portal.casework.notifications.service.preferences import get_preferences
from portal.casework.notifications.shapes import (
    AlertFacts,
    DraftFacts,
    NotificationFacts,
    NotificationView,
    RenderedNotification,
    TextMessage,
)
from portal.casework.notifications.texts import say_event
from portal.people.accounts.service import get_agent, get_authority

# Told of with the last day of what ends, as ``YYYY-MM-DD``, for title.
ENDINGS: Final = frozenset({NotificationEvent.SPACE_ENDING, NotificationEvent.ACCOUNT_ENDING})


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
        subject=subject_of(notification.event, facts.reference),
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


def render_simple(
    session: Session, recipient: str, *, subject: str, paragraphs: Sequence[str], link: str, link_text: str
) -> RenderedNotification:
    """Write a letter about the account itself: a few sentences and one link. They are data, never a template."""
    authority = get_authority(session)
    letter = render_plain(
        "simple",
        subject=subject,
        paragraphs=tuple(paragraphs),
        link=link,
        link_text=link_text,
        authority_name=authority.name,
        authority_phone=authority.phone,
    )
    return RenderedNotification(recipient=recipient, subject=subject, text=letter.text, html=letter.html)


def _path_of(facts: NotificationFacts) -> str:
    """Where the person reads the rest: their space, or the page that asks for the code of this request."""
    return f"/demandes/{facts.reference}" if facts.has_account else f"/suivre?reference={facts.reference}"


def render_alert(session: Session, facts: AlertFacts, *, public_url: str) -> RenderedNotification:
    """Write the letter that tells a department what waits for a person. It holds nothing of the resident."""
    news = {
        "deadline_near": _("Demande %(reference)s : son échéance approche"),
        "opinion_asked": _("Demande %(reference)s : votre avis est demandé"),
        "opinion_answered": _("Demande %(reference)s : un avis est arrivé"),
        "transferred": _("Demande %(reference)s : elle vous est transmise"),
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


def render_received(session: Session, recipient: str, *, count: int, link: str) -> RenderedNotification:
    """Write the letter that tells a department how many requests were sent to it at once. It holds nothing of them."""
    subject = ngettext("%(num)d demande vous est transmise", "%(num)d demandes vous sont transmises", count)
    letter = render_plain("department_received", subject=subject, link=link, authority_name=get_authority(session).name)
    return RenderedNotification(recipient=recipient, subject=subject, text=letter.text, html=letter.html)


def _agent_name(session: Session, agent_id: UUID | None) -> str:
    return get_agent(session, agent_id).display_name if agent_id else ""


def render_announcement(
    session: Session, notice: NotificationView, recipient: str, *, public_url: str
) -> RenderedNotification:
    """Write the letter of what is about no request."""
    link = f"{public_url.rstrip('/')}{notice.path}"
    if is_appointment(notice.event):
        letter = render_about_appointment(session, notice.event, notice.title, link=link)
        return RenderedNotification(recipient, say_subject(notice.event, notice.title), letter.text, letter.html)
    letter = _plain(session, notice.event.value, title=_title_of(notice.event, notice.title), link=link)
    return RenderedNotification(recipient, subject_of(notice.event, "", notice.title), letter.text, letter.html)


def render_digest(
    session: Session, recipient: str, rows: Sequence[tuple[str, str]], *, public_url: str
) -> RenderedNotification:
    """Write the e-mail of the morning. ``rows``: what is told and where it is read, one after the other."""
    base = public_url.rstrip("/")
    letter = render_rows(
        "digest",
        rows=[(words, f"{base}{path}") for words, path in rows],
        link=f"{base}/mon-espace/notifications",
        authority_name=get_authority(session).name,
    )
    subject = ngettext("%(num)d nouvelle dans votre espace", "%(num)d nouvelles dans votre espace", len(rows))
    return RenderedNotification(recipient, subject, letter.text, letter.html)


def render_text(session: Session, notice: NotificationView, reference: str, *, public_url: str) -> TextMessage | None:
    """Write the text message: the reference and a link, nothing of the person. None when no number may be written to.

    :param reference: of the request; empty when it is about none.
    """
    if notice.account_id is None:
        return None
    chosen = get_preferences(session, notice.account_id)
    number = reachable_number(session, notice.account_id, chosen.phone_digest)
    if not number:
        return None
    link = f"{public_url.rstrip('/')}{f'/demandes/{reference}' if reference else notice.path}"
    return TextMessage(number, say_event(notice.event, reference=reference, link=link, title=notice.title))


def render_about_appointment(session: Session, event: NotificationEvent, title: str, *, link: str) -> Letter:
    """The two forms of what is said of an appointment. :param title: the instant, in ISO 8601."""
    words = {"title": say_subject(event, title), "sentence": say_appointment(event)}
    return _plain(session, "appointment", link=link, **words)


def _plain(session: Session, name: str, **context: str) -> Letter:
    return render_plain(name, authority_name=get_authority(session).name, **context)


def subject_of(event: NotificationEvent, reference: str, title: str = "") -> str:
    """What an e-mail is about, in one line; the line of the list in the space too."""
    if is_appointment(event):
        return say_subject(event, title)
    subjects = {
        NotificationEvent.REQUEST_SUBMITTED: _("Accusé de réception de votre demande %(reference)s"),
        NotificationEvent.PARTNER_RECEIVED: _("Votre demande %(reference)s est bien arrivée"),
        NotificationEvent.DELIVERY_DEAD: _("Votre demande %(reference)s n’est pas encore transmise"),
        NotificationEvent.WAITING_FOR_RESIDENT: _("Il manque une information pour votre demande %(reference)s"),
        NotificationEvent.DECIDED: _("Une réponse à votre demande %(reference)s"),
        NotificationEvent.MESSAGE_POSTED: _("Un message sur votre demande %(reference)s"),
        NotificationEvent.IMPLICIT_DECISION: _("Votre demande %(reference)s : ce que vaut notre silence"),
        NotificationEvent.REQUEST_WITHDRAWN: _("Votre demande %(reference)s est retirée"),
        NotificationEvent.DRAFT_ENDING: _("Votre brouillon va être effacé : %(title)s"),
        NotificationEvent.SPACE_ENDING: _("Ce que nous allons effacer après le %(title)s"),
        NotificationEvent.ACCOUNT_ENDING: _("Votre compte sera effacé après le %(title)s"),
        NotificationEvent.POLL_OPENED: _("Un sondage est ouvert : %(title)s"),
        NotificationEvent.MANDATE_CHANGED: _("Mandat : %(title)s"),
    }
    return str(subjects[event]) % {"reference": reference, "title": _title_of(event, title)}


def _title_of(event: NotificationEvent, title: str) -> str:
    """What a notice about no request is about, as it is said: of an end, a day is kept."""
    if event in ENDINGS:
        return format_date(date.fromisoformat(title), "EEEE d MMMM y", locale="fr")
    return title
