"""Text messages: one sentence, the reference and where to read the rest. Nothing of the person is in them."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.notifications.appointments import is_appointment, say_text
from portal.casework.notifications.enums import NotificationEvent

# Written with the signs of the GSM alphabet: « ê » or « ç » would make the message twice as long, and as dear.
TEXTS: Mapping[NotificationEvent, LazyString] = {
    NotificationEvent.REQUEST_SUBMITTED: _l("Demande %(reference)s bien déposée. Accusé de réception : %(link)s"),
    NotificationEvent.PARTNER_RECEIVED: _l(
        "Demande %(reference)s : bien arrivée au service chargé d’y répondre. %(link)s"
    ),
    NotificationEvent.DELIVERY_DEAD: _l(
        "Demande %(reference)s : pas encore transmise, nous nous en occupons. %(link)s"
    ),
    NotificationEvent.WAITING_FOR_RESIDENT: _l(
        "Demande %(reference)s : il manque une information. Répondez ici : %(link)s"
    ),
    NotificationEvent.DECIDED: _l("Demande %(reference)s : une décision est prise. Lisez-la ici : %(link)s"),
    NotificationEvent.IMPLICIT_DECISION: _l("Demande %(reference)s : voici ce que vaut notre silence. %(link)s"),
    NotificationEvent.MESSAGE_POSTED: _l("Demande %(reference)s : un message vous attend. %(link)s"),
    NotificationEvent.REQUEST_WITHDRAWN: _l("Demande %(reference)s : elle est retirée, comme demandé. %(link)s"),
    NotificationEvent.DRAFT_ENDING: _l("Sans nouvelle de vous, un brouillon sera effacé. Reprenez-le ici : %(link)s"),
    NotificationEvent.SPACE_ENDING: _l("Une partie de votre espace sera effacée. La liste : %(link)s"),
    NotificationEvent.ACCOUNT_ENDING: _l("Votre compte sera effacé. Pour le garder, connectez-vous : %(link)s"),
    NotificationEvent.POLL_OPENED: _l("Un sondage est ouvert. Donnez votre avis ici : %(link)s"),
    NotificationEvent.MANDATE_CHANGED: _l("Du nouveau sur un mandat en votre nom. A lire ici : %(link)s"),
}


def say_event(event: NotificationEvent, *, reference: str, link: str, title: str = "") -> str:
    """The message of an event. :param title: of a notice about no request."""
    if is_appointment(event):
        return say_text(event, title, link)
    return str(TEXTS[event]) % {"reference": reference, "link": link}


def say_code(code: str, authority: str) -> str:
    """The message that carries a code."""
    return _(
        "%(code)s : votre code pour %(authority)s. Il sert une fois, pendant 10 minutes. Ne le donnez à personne.",
        code=code,
        authority=authority,
    )


def say_mandate_code(code: str, department: str) -> str:
    """The message that carries the code of a mandate: to be said to the agent, and to nobody else."""
    return _(
        "%(code)s : dites ce code a l'agent de %(department)s pour accepter le mandat. "
        "Il sert une fois, pendant 10 minutes. Vous n'avez rien demande ? Ne le dites pas.",
        code=code,
        department=department,
    )
