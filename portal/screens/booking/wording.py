"""Words of appointments, as residents read them."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.appointments.enums import AppointmentState, EventKind, Means, Refusal
from portal.casework.appointments.policy import COMING
from portal.casework.appointments.service import AppointmentView, EventView, KindView
from portal.ground import clock
from portal.ground.web.languages import reading_language

MEANS: Final[Mapping[Means, LazyString]] = {
    Means.ON_SITE: _l("Sur place"),
    Means.PHONE: _l("Par téléphone : nous vous appelons"),
    Means.VIDEO: _l("En visioconférence"),
}
# Words, icon and tone of each state.
TAGS: Final[Mapping[AppointmentState, tuple[LazyString, str, str]]] = {
    AppointmentState.BOOKED: (_l("Pris"), "check", "ok"),
    AppointmentState.DISPLACED: (_l("Une autre heure à choisir"), "diamond", "wait"),
    AppointmentState.CANCELLED: (_l("Annulé"), "cross", "bad"),
    AppointmentState.ATTENDED: (_l("Passé"), "check", "ok"),
    AppointmentState.MISSED: (_l("Manqué"), "cross", "bad"),
    AppointmentState.AWAITED: (_l("En attente d’une heure"), "clock", "wait"),
    AppointmentState.LEFT: (_l("Vous n’attendez plus"), "cross", "info"),
}
REFUSALS: Final[Mapping[str, LazyString]] = {
    Refusal.SLOT_TAKEN: _l("Cette heure vient d’être prise. Choisissez-en une autre : vos réponses sont gardées."),
    Refusal.TOO_MANY: _l(
        "Vous avez déjà trois rendez-vous à venir. Annulez-en un, ou appelez le service pour en prendre un autre."
    ),
    Refusal.ONE_PER_KIND: _l("Vous avez déjà un rendez-vous de ce type. Vous pouvez le déplacer."),
    Refusal.TOO_LATE: _l("Il est trop tard pour changer ce rendez-vous ici. Appelez le service."),
    Refusal.MOVED_ON: _l("Ce rendez-vous a changé entre-temps. Voici où il en est : rien d’autre n’est fait."),
    Refusal.NOT_OFFERED: _l(
        "Ce rendez-vous ne se prend plus en ligne. Le vôtre tient ; pour le déplacer, appelez le service."
    ),
    Refusal.MANY_FREE: _l(
        "Beaucoup d’heures sont libres avant cette date. Choisissez-en une, ou attendez jusqu’à un jour plus proche."
    ),
    "appointment_over": _l("Ce rendez-vous n’est plus à venir."),
    "offer_over": _l("Cette heure n’est plus gardée pour vous. Rien d’autre n’a changé."),
    "invitation_needed": _l("Ce rendez-vous se prend depuis votre demande, quand le service vous y invite."),
}


# What an agent did under a mandate, as the person reads it.
DONE_FOR: Final[Mapping[EventKind, LazyString]] = {
    EventKind.BOOKED: _l("%(who)s, a pris ce rendez-vous pour vous."),
    EventKind.MOVED: _l("%(who)s, a déplacé ce rendez-vous pour vous."),
    EventKind.CANCELLED: _l("%(who)s, a annulé ce rendez-vous pour vous."),
}


def say_done_for(event: EventView, names: Mapping[UUID, str]) -> str:
    """Who did what in the person's name. :param names: agents, as the law has them presented."""
    who = (names.get(event.actor_id, "") if event.actor_id else "") or _("Un agent")
    return str(DONE_FOR[event.kind]) % {"who": who}


def say_title(kind: KindView) -> str:
    """What the appointment is about."""
    return kind.say_title(reading_language())


def say_bring(kind: KindView) -> list[str]:
    """What to bring, line by line."""
    return [line for line in kind.say_bring(reading_language()).splitlines() if line.strip()]


def say_length(kind: KindView) -> str:
    """« 30 minutes »."""
    return ngettext("%(num)d minute", "%(num)d minutes", kind.facts.minutes)


def say_means(kind: KindView) -> str:
    """The ways of meeting, in one line."""
    return _(" ou ").join(str(MEANS[one]) for one in kind.facts.means)


def say_refusal(code: str) -> str:
    """Why something was refused."""
    known = REFUSALS.get(code)
    return str(known) if known else _("Cela n’est pas possible pour ce rendez-vous. Appelez le service.")


def is_coming(view: AppointmentView) -> bool:
    """Whether the person still has something to expect, or to choose."""
    return view.state in COMING and view.ends_at > clock.now()
