"""The door of notifications: ids go into the outbox, words are made when the message leaves."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.notifications.blocking import block, is_blocked, unblock
from portal.casework.notifications.deliveries import (
    DIGEST_KIND,
    LANE,
    OUTBOX_KIND,
    SMS_KIND,
    accounts_to_gather,
    channels_of,
    count_sms,
    fall_back,
    find_reported,
    gather,
    in_batch,
    is_ours,
    list_deliveries,
    open_references,
    plan,
    read_usage,
    report,
    send_by,
    settle_batch,
    track,
)
from portal.casework.notifications.enums import (
    DeliveryProgress,
    NoticeChannel,
    NoticeKind,
    NotificationEvent,
    Way,
)
from portal.casework.notifications.forgotten import purge_notices
from portal.casework.notifications.inbox import mark_all_read, mark_read, unread_count
from portal.casework.notifications.letters import Letter, render_draft_letter, render_letter, render_plain, render_rows
from portal.casework.notifications.models import Notification
from portal.casework.notifications.phones import (
    PHONE_CODE,
    SMS_LANE,
    ask_phone_code,
    confirm_phone,
    drop_phone,
    get_choices,
    reachable_number,
    read_mobile,
    record_code_sent,
    render_phone_code,
)
from portal.casework.notifications.policy import ways_open
from portal.casework.notifications.preferences import get_preferences, save_preferences
from portal.casework.notifications.shapes import (
    AlertFacts,
    DeliveryLine,
    DraftFacts,
    NotificationFacts,
    NotificationView,
    PhoneView,
    PreferenceView,
    RenderedNotification,
    TextMessage,
    Usage,
)
from portal.casework.notifications.texts import say_event
from portal.ground.errors import NotFound
from portal.people.accounts.service import get_agent, get_authority

__all__ = [
    "DIGEST_KIND",
    "LANE",
    "OUTBOX_KIND",
    "PHONE_CODE",
    "SMS_KIND",
    "SMS_LANE",
    "AlertFacts",
    "DeliveryLine",
    "DeliveryProgress",
    "DraftFacts",
    "NoticeChannel",
    "NoticeKind",
    "NotificationEvent",
    "NotificationFacts",
    "NotificationView",
    "PhoneView",
    "PreferenceView",
    "RenderedNotification",
    "TextMessage",
    "Usage",
    "Way",
    "accounts_to_gather",
    "announce",
    "ask_phone_code",
    "block",
    "confirm_phone",
    "count_sms",
    "drop_phone",
    "fall_back",
    "find_reported",
    "gather",
    "get_choices",
    "get_notification",
    "get_preferences",
    "in_batch",
    "is_blocked",
    "is_ours",
    "list_deliveries",
    "mark_all_read",
    "mark_read",
    "notify",
    "open_references",
    "purge_notices",
    "reachable_number",
    "read_mobile",
    "read_usage",
    "record_code_sent",
    "render",
    "render_alert",
    "render_announcement",
    "render_digest",
    "render_draft_ending",
    "render_phone_code",
    "render_text",
    "report",
    "save_preferences",
    "settle_batch",
    "subject_of",
    "track",
    "unblock",
    "unread_count",
    "ways_open",
]


def notify(
    session: Session,
    *,
    event: NotificationEvent,
    request_id: UUID,
    account_id: UUID | None,
    address: str,
    cause: str = "",
    agent_id: UUID | None = None,
    language: str = "fr",
) -> frozenset[NoticeChannel]:
    """Have a resident told of an event of their request; the same event with the same cause is told once.

    Who has an account always finds it in their space; besides, it leaves by the channels that they chose.

    :param address: where the person is written to; empty when there is none.
    :return: the channels by which it leaves, or left.
    """
    known = select(Notification.id).where(
        Notification.request_id == request_id, Notification.event == event, Notification.cause == cause
    )
    told = session.scalars(known).one_or_none()
    if told is not None:
        return channels_of(session, told)
    planned = plan(session, event, account_id, address)
    row = Notification(
        event=event, cause=cause, request_id=request_id, account_id=account_id, agent_id=agent_id, language=language
    )
    session.add(row)
    session.flush()
    send_by(session, row, planned)
    return planned.channels


def announce(
    session: Session, *, event: NotificationEvent, account_id: UUID, address: str, cause: str, title: str, path: str
) -> frozenset[NoticeChannel]:
    """Have an account told of something that is about no request; the same event with the same cause is told once.

    :param title: what it is about, in public words; it is kept readable.
    :param path: where that is, on this portal.
    :return: the channels by which it leaves, or left.
    """
    known = select(Notification.id).where(
        Notification.account_id == account_id, Notification.event == event, Notification.cause == cause
    )
    told = session.scalars(known.limit(1)).one_or_none()
    if told is not None:
        return channels_of(session, told)
    planned = plan(session, event, account_id, address)
    row = Notification(event=event, cause=cause, account_id=account_id, title=title[:300], path=path[:300])
    session.add(row)
    session.flush()
    send_by(session, row, planned)
    return planned.channels


def get_notification(session: Session, notification_id: UUID) -> NotificationView:
    """One notification.

    :raises NotFound: there is none with this id.
    """
    row = session.get(Notification, notification_id)
    if row is None:
        raise NotFound("notification_unknown")
    return NotificationView(
        row.id,
        row.event,
        row.cause,
        row.request_id,
        row.account_id,
        row.agent_id,
        row.language,
        title=row.title,
        path=row.path,
    )


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


def _path_of(facts: NotificationFacts) -> str:
    """Where the person reads the rest: their space, or the page that asks for the code of this request."""
    return f"/demandes/{facts.reference}" if facts.has_account else f"/suivre?reference={facts.reference}"


def render_alert(session: Session, facts: AlertFacts, *, public_url: str) -> RenderedNotification:
    """Write the letter that tells a department that a sending waits for a person. It holds nothing of the resident."""
    letter = render_plain(
        "department_alert",
        reference=facts.reference,
        title=facts.procedure_title,
        partner=facts.partner,
        about=facts.about,
        link=f"{public_url.rstrip('/')}/agents/dossiers/{facts.reference}",
        authority_name=get_authority(session).name,
    )
    subject = _("Demande %(reference)s : un envoi attend une personne", reference=facts.reference)
    return RenderedNotification(recipient=facts.recipient, subject=subject, text=letter.text, html=letter.html)


def _agent_name(session: Session, agent_id: UUID | None) -> str:
    return get_agent(session, agent_id).display_name if agent_id else ""


def render_announcement(
    session: Session, notice: NotificationView, recipient: str, *, public_url: str
) -> RenderedNotification:
    """Write the letter of what is about no request."""
    letter = _plain(session, notice.event.value, title=notice.title, link=f"{public_url.rstrip('/')}{notice.path}")
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
    path = f"/demandes/{reference}" if reference else notice.path
    return TextMessage(number, say_event(notice.event, reference=reference, link=f"{public_url.rstrip('/')}{path}"))


def _plain(session: Session, name: str, **context: str) -> Letter:
    return render_plain(name, authority_name=get_authority(session).name, **context)


def subject_of(event: NotificationEvent, reference: str, title: str = "") -> str:
    """What an e-mail is about, in one line; the line of the list in the space too."""
    subjects = {
        NotificationEvent.REQUEST_SUBMITTED: _("Accusé de réception de votre demande %(reference)s"),
        NotificationEvent.PARTNER_RECEIVED: _("Votre demande %(reference)s est bien arrivée"),
        NotificationEvent.DELIVERY_DEAD: _("Votre demande %(reference)s n’est pas encore transmise"),
        NotificationEvent.WAITING_FOR_RESIDENT: _("Il manque une information pour votre demande %(reference)s"),
        NotificationEvent.DECIDED: _("Une réponse à votre demande %(reference)s"),
        NotificationEvent.MESSAGE_POSTED: _("Un message sur votre demande %(reference)s"),
        NotificationEvent.REQUEST_WITHDRAWN: _("Votre demande %(reference)s est retirée"),
        NotificationEvent.DRAFT_ENDING: _("Votre brouillon va être effacé : %(title)s"),
        NotificationEvent.POLL_OPENED: _("Un sondage est ouvert : %(title)s"),
    }
    return str(subjects[event]) % {"reference": reference, "title": title}
