"""Words about appointments. A notice keeps an instant: neither the kind of the appointment nor its place is in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.notifications.enums import NotificationEvent
from portal.ground import clock
from portal.ground.web.formats import format_moment

SUBJECTS: Final[Mapping[NotificationEvent, LazyString]] = {
    NotificationEvent.APPOINTMENT_BOOKED: _l("Votre rendez-vous est pris : %(at)s"),
    NotificationEvent.APPOINTMENT_MOVED: _l("Votre rendez-vous est déplacé : %(at)s"),
    NotificationEvent.APPOINTMENT_CANCELLED: _l("Votre rendez-vous est annulé : %(at)s"),
    NotificationEvent.APPOINTMENT_DISPLACED: _l("Votre rendez-vous ne peut pas avoir lieu : %(at)s"),
    NotificationEvent.APPOINTMENT_REMINDER: _l("Rappel de votre rendez-vous : %(at)s"),
    NotificationEvent.APPOINTMENT_MISSED: _l("Vous n’êtes pas venu au rendez-vous : %(at)s"),
    NotificationEvent.APPOINTMENT_OFFERED: _l("Un rendez-vous plus tôt se libère : %(at)s"),
    NotificationEvent.APPOINTMENT_AWAITED: _l("Vous attendez un rendez-vous, au plus tard : %(at)s"),
    NotificationEvent.APPOINTMENT_FREED: _l("Un rendez-vous se libère : %(at)s"),
    NotificationEvent.APPOINTMENT_WAITED_IN_VAIN: _l("Aucun rendez-vous ne s’est libéré avant : %(at)s"),
}
SENTENCES: Final[Mapping[NotificationEvent, LazyString]] = {
    NotificationEvent.APPOINTMENT_BOOKED: _l(
        "Vous y trouverez le lieu, ce qu’il faut apporter, et le moyen de changer d’heure ou d’annuler."
    ),
    NotificationEvent.APPOINTMENT_MOVED: _l("L’ancienne heure ne compte plus. Votre agenda peut être mis à jour."),
    NotificationEvent.APPOINTMENT_CANCELLED: _l("Ne vous déplacez pas. Vous pouvez prendre un autre rendez-vous."),
    NotificationEvent.APPOINTMENT_DISPLACED: _l(
        "Le service sera fermé à cette heure-là, et nous en sommes désolés. "
        "Choisissez une autre heure, quand vous voulez."
    ),
    NotificationEvent.APPOINTMENT_REMINDER: _l(
        "Si vous ne pouvez pas venir, changez d’heure ou annulez : une autre personne pourra être reçue."
    ),
    NotificationEvent.APPOINTMENT_MISSED: _l(
        "Si c’est une erreur, dites-le au service. Vous pouvez prendre un autre rendez-vous."
    ),
    NotificationEvent.APPOINTMENT_OFFERED: _l(
        "Cette heure vous est gardée un moment. Sans réponse de vous, nous la proposerons à une autre personne, et "
        "votre rendez-vous ne change pas."
    ),
    NotificationEvent.APPOINTMENT_AWAITED: _l(
        "Nous vous écrirons dès qu’une heure se libère. Vous pouvez cesser d’attendre quand vous voulez."
    ),
    NotificationEvent.APPOINTMENT_FREED: _l(
        "Cette heure vous est gardée un moment. Sans réponse de vous, nous la proposerons à une autre personne, et "
        "vous garderez votre place dans la liste d’attente."
    ),
    NotificationEvent.APPOINTMENT_WAITED_IN_VAIN: _l(
        "Nous le regrettons, et vous n’attendez plus. Vous pouvez demander à être prévenu pour plus tard."
    ),
}
# Signs of the GSM alphabet alone; see :mod:`portal.casework.notifications.texts`.
TEXTS: Final[Mapping[NotificationEvent, LazyString]] = {
    NotificationEvent.APPOINTMENT_BOOKED: _l("Rendez-vous pris : %(at)s. Changer ou annuler : %(link)s"),
    NotificationEvent.APPOINTMENT_MOVED: _l("Rendez-vous déplacé : %(at)s. Le détail : %(link)s"),
    NotificationEvent.APPOINTMENT_CANCELLED: _l("Rendez-vous du %(at)s annulé. En prendre un autre : %(link)s"),
    NotificationEvent.APPOINTMENT_DISPLACED: _l(
        "Le rendez-vous du %(at)s ne peut pas avoir lieu. Choisir une autre heure : %(link)s"
    ),
    NotificationEvent.APPOINTMENT_REMINDER: _l("Rappel : rendez-vous %(at)s. Changer ou annuler : %(link)s"),
    NotificationEvent.APPOINTMENT_MISSED: _l("Rendez-vous manqué le %(at)s. En prendre un autre : %(link)s"),
    NotificationEvent.APPOINTMENT_OFFERED: _l("Un rendez-vous se libère %(at)s. A vous de dire : %(link)s"),
    NotificationEvent.APPOINTMENT_AWAITED: _l("Rendez-vous attendu avant le %(at)s. Ne plus attendre : %(link)s"),
    NotificationEvent.APPOINTMENT_FREED: _l("Un rendez-vous se libère %(at)s. A vous de dire : %(link)s"),
    NotificationEvent.APPOINTMENT_WAITED_IN_VAIN: _l("Aucun rendez-vous libéré avant le %(at)s. Le détail : %(link)s"),
}


def is_appointment(event: NotificationEvent) -> bool:
    """Whether a notice is about an appointment: its title is then an instant."""
    return event in SUBJECTS


def say_subject(event: NotificationEvent, title: str) -> str:
    """What the notice is about, in one line. :param title: the instant, in ISO 8601."""
    return str(SUBJECTS[event]) % {"at": format_moment(datetime.fromisoformat(title))}


def say_appointment(event: NotificationEvent) -> str:
    """What the person may do, in a sentence."""
    return str(SENTENCES[event])


def say_text(event: NotificationEvent, title: str, link: str) -> str:
    """The text message, with a short date: « 03/03 à 9h05 »."""
    here = clock.local(datetime.fromisoformat(title))
    at = _("%(day)s à %(hour)dh%(minute)02d", day=f"{here:%d/%m}", hour=here.hour, minute=here.minute)
    return str(TEXTS[event]) % {"at": at, "link": link}
