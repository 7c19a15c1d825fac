"""What was sent to the person about a request, and how far it got, as an agent reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.notifications.service import DeliveryLine, DeliveryProgress, NoticeChannel, NotificationEvent
from portal.ground.web.formats import format_moment
from portal.screens.backoffice.wording import explain

EVENTS: Mapping[NotificationEvent, LazyString] = {
    NotificationEvent.REQUEST_SUBMITTED: _l("Accusé de réception"),
    NotificationEvent.PARTNER_RECEIVED: _l("Demande bien arrivée"),
    NotificationEvent.DELIVERY_DEAD: _l("Demande pas encore transmise"),
    NotificationEvent.WAITING_FOR_RESIDENT: _l("Demande de précision"),
    NotificationEvent.DECIDED: _l("Décision"),
    NotificationEvent.IMPLICIT_DECISION: _l("Ce que vaut le silence"),
    NotificationEvent.MESSAGE_POSTED: _l("Message du service"),
    NotificationEvent.REQUEST_WITHDRAWN: _l("Retrait de la demande"),
}
CHANNELS: Mapping[NoticeChannel, LazyString] = {
    NoticeChannel.EMAIL: _l("courriel"),
    NoticeChannel.SMS: _l("SMS"),
}
# Word, icon and tone.
PROGRESS: Mapping[DeliveryProgress, tuple[LazyString, str, str]] = {
    DeliveryProgress.WAITING: (_l("En attente"), "clock", "info"),
    DeliveryProgress.GATHERED: (_l("Courriel du matin"), "clock", "info"),
    DeliveryProgress.SENT: (_l("Envoyé"), "check", "ok"),
    DeliveryProgress.DELIVERED: (_l("Reçu"), "check", "ok"),
    DeliveryProgress.REFUSED: (_l("Refusé"), "stop", "bad"),
    DeliveryProgress.UNSURE: (_l("Incertain"), "diamond", "wait"),
    DeliveryProgress.DROPPED: (_l("Sans destinataire"), "empty", "info"),
}
# What is to be done about the address, by the code of the refusal.
CORRECT: Mapping[NoticeChannel, LazyString] = {
    NoticeChannel.EMAIL: _l("Adresse à corriger : demandez-la à la personne."),
    NoticeChannel.SMS: _l("Numéro à corriger : la personne le change dans « Mon espace »."),
}


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice by one channel. ``why`` and ``todo`` are empty when all is well."""

    what: str
    channel: str
    progress: tuple[str, str, str]
    at: datetime
    why: str
    todo: str


def say_delivery(line: DeliveryLine) -> NoticeLine:
    """A line in words."""
    word, icon, tone = PROGRESS[line.progress]
    refused = line.progress is DeliveryProgress.REFUSED
    return NoticeLine(
        what=str(EVENTS.get(line.event, line.event.value)),
        channel=str(CHANNELS[line.channel]),
        progress=(str(word), icon, tone),
        at=line.updated_at,
        why=explain(line.code),
        todo=str(CORRECT[line.channel]) if refused else "",
    )


def receipts_of(lines: Iterable[DeliveryLine]) -> dict[str, list[str]]:
    """Message → how far each notice of it got: « Courriel : envoyé, mardi 3 mars, 14 h 05 »."""
    found: dict[str, list[str]] = {}
    for line in lines:
        channel, word = str(CHANNELS[line.channel]), str(PROGRESS[line.progress][0]).lower()
        told = f"{channel[0].upper()}{channel[1:]} : {word}, {format_moment(line.updated_at)}"
        found.setdefault(line.cause, []).append(told)
    return found
