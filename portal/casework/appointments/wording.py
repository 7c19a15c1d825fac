"""The words of appointments, by code."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.appointments.enums import AppointmentState, Audience, EventKind, Means, Reminder
from portal.casework.appointments.shapes import EventView
from portal.ground.web.formats import format_moment

MEANS: Mapping[Means, LazyString] = {
    Means.ON_SITE: _l("Sur place"),
    Means.PHONE: _l("Par téléphone"),
    Means.VIDEO: _l("En visio"),
}
AUDIENCES: Mapping[Audience, LazyString] = {
    Audience.PUBLIC: _l("Tout le monde"),
    Audience.INVITED: _l("Les personnes invitées par le service"),
}
REMINDERS: Mapping[Reminder, LazyString] = {
    Reminder.DAYS: _l("Deux jours avant"),
    Reminder.HOURS: _l("Trois heures avant, ou la veille au soir si c’est le matin"),
}
WEEKDAYS: tuple[LazyString, ...] = (
    _l("Lundi"),
    _l("Mardi"),
    _l("Mercredi"),
    _l("Jeudi"),
    _l("Vendredi"),
    _l("Samedi"),
    _l("Dimanche"),
)
# State → word, icon, tone.
STATES: Mapping[AppointmentState, tuple[LazyString, str, str]] = {
    AppointmentState.BOOKED: (_l("Pris"), "check", "info"),
    AppointmentState.DISPLACED: (_l("À replacer"), "diamond", "wait"),
    AppointmentState.CANCELLED: (_l("Annulé"), "cross", "info"),
    AppointmentState.ATTENDED: (_l("Venu"), "check", "ok"),
    AppointmentState.MISSED: (_l("Non venu"), "cross", "wait"),
    AppointmentState.AWAITED: (_l("En attente d’une heure"), "clock", "wait"),
    AppointmentState.LEFT: (_l("N’attend plus"), "cross", "info"),
}
EVENTS: Mapping[EventKind, LazyString] = {
    EventKind.BOOKED: _l("Rendez-vous pris : %(at)s"),
    EventKind.MOVED: _l("Rendez-vous déplacé : %(at)s"),
    EventKind.DISPLACED: _l("Heure fermée par le service : à replacer"),
    EventKind.CANCELLED: _l("Rendez-vous annulé"),
    EventKind.ATTENDED: _l("Noté : la personne est venue"),
    EventKind.MISSED: _l("Noté : la personne n’est pas venue"),
    EventKind.UNMARKED: _l("Cette note a été retirée"),
    EventKind.ASSIGNED: _l("Agent qui reçoit, changé"),
    EventKind.NOTED: _l("Note entre agents, changée"),
    EventKind.REMINDED: _l("Rappel envoyé"),
    EventKind.WAITING: _l("Voudrait venir plus tôt"),
    EventKind.AWAITED: _l("Attend qu’une heure se libère, au plus tard : %(at)s"),
    EventKind.OFFERED: _l("Une heure libérée est proposée : %(at)s"),
    EventKind.OFFER_TAKEN: _l("L’heure proposée est acceptée : %(at)s"),
    EventKind.OFFER_DECLINED: _l("L’heure proposée est refusée : %(at)s"),
    EventKind.OFFER_LAPSED: _l("Pas de réponse pour l’heure proposée : %(at)s"),
    EventKind.STOPPED_WAITING: _l("N’attend plus qu’une heure se libère"),
    EventKind.WAITED_IN_VAIN: _l("Aucune heure ne s’est libérée à temps"),
    EventKind.ATTACHED: _l("Rattaché au compte de la personne"),
}


def say_event(event: EventView) -> str:
    """A line of the history, in a sentence."""
    at = event.payload.get("at", "")
    return str(EVENTS[event.kind]) % {"at": format_moment(datetime.fromisoformat(at)) if at else ""}
