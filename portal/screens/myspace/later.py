"""What followed a request once it had left, in plain sentences for the person: corrections, withdrawals, letters."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from portal.casework.catalogue.enums import Regime
from portal.casework.requests.enums import Closing
from portal.casework.requests.service import AMENDMENT_KIND, WITHDRAWAL_KIND
from portal.ground.web.formats import format_date, format_moment
from portal.ground.web.sent import read_day, read_instant
from portal.records.timeline.service import EventView

if TYPE_CHECKING:
    from portal.screens.myspace.story import Teller


def _amended(teller: "Teller", event: EventView) -> str:
    number = event.payload.get("amendment")
    labels = [change.label for one in teller.view.amendments if one.number == number for change in one.changes]
    return _("Vous avez corrigé votre demande : %(what)s.", what=", ".join(labels))


def _amendment_sent(teller: "Teller", event: EventView) -> str:
    who = teller.recipient(event)
    if event.payload.get("received"):
        return _("Votre correction est transmise. Le destinataire confirme l’avoir : %(who)s.", who=who)
    return _("Votre correction est transmise : %(who)s.", who=who)


def _withdrawal_sent(teller: "Teller", event: EventView) -> str:
    return _("Nous avons envoyé votre retrait : %(who)s.", who=teller.recipient(event))


def _withdrawal_confirmed(teller: "Teller", event: EventView) -> str:
    return _("Le destinataire confirme qu’il a arrêté votre demande : %(who)s.", who=teller.recipient(event))


def _complement_sent(teller: "Teller", event: EventView) -> str:
    return _("Votre réponse est transmise : %(who)s.", who=teller.recipient(event))


def _follow_up_dead(teller: "Teller", event: EventView) -> str:
    who, kind = teller.recipient(event), event.payload.get("kind")
    if kind == WITHDRAWAL_KIND:
        return _(
            "Notre site ne peut pas envoyer votre retrait (%(who)s). Un agent doit prévenir ce destinataire.", who=who
        )
    if kind == AMENDMENT_KIND:
        return _("Notre site ne peut pas envoyer votre correction (%(who)s). Un agent doit la transmettre.", who=who)
    return _("Notre site ne peut pas envoyer votre réponse (%(who)s). Un agent doit la transmettre.", who=who)


def _follow_up_closed(teller: "Teller", event: EventView) -> str:
    who = teller.recipient(event)
    if event.payload.get("closing") == Closing.NOT_SENT:
        return _("Le service ne préviendra pas ce destinataire : %(who)s.", who=who) + teller.words(event)
    return _("Le service a prévenu ce destinataire : %(who)s.", who=who) + teller.words(event)


def _letter_prepared(teller: "Teller", event: EventView) -> str:
    return _("Un courrier est préparé, un agent doit le poster : %(who)s.", who=teller.recipient(event))


def _letter_posted(teller: "Teller", event: EventView) -> str:
    day = format_date(read_day(event.payload.get("posted_on")) or event.occurred_at)
    text = _("Courrier posté le %(day)s : %(who)s.", day=day, who=teller.recipient(event))
    tracking = event.payload.get("tracking")
    return f"{text} {_('Numéro de suivi : %(number)s.', number=tracking)}" if tracking else text


def _letter_unposted(teller: "Teller", event: EventView) -> str:
    return _("C’était une erreur : le courrier n’est pas encore posté (%(who)s).", who=teller.recipient(event))


def _letter_returned(teller: "Teller", event: EventView) -> str:
    return _("Le courrier nous est revenu (%(who)s). Un agent doit le reprendre.", who=teller.recipient(event))


def _letter_cancelled(teller: "Teller", event: EventView) -> str:
    return _("Le courrier n’était pas posté : il ne partira pas (%(who)s).", who=teller.recipient(event))


def _email_refused(_teller: "Teller", _event: EventView) -> str:
    return _("Notre courriel n’a pas pu vous être remis.")


def _corrections_asked(teller: "Teller", event: EventView) -> str:
    labels = [
        line.label if line.path == line.name else _("%(item)s : %(label)s", item=step.title, label=line.label)
        for step in teller.view.steps
        for line in step.lines
        if line.path in (event.payload.get("fields") or ())
    ]
    if not labels:
        return _("Le service vous demande de revoir des réponses.")
    return _("Le service vous demande de revoir : %(what)s.", what=", ".join(labels))


def _corrections_answered(_teller: "Teller", event: EventView) -> str:
    if event.payload.get("changed"):
        return _("Vous avez revu les réponses demandées.")
    return _("Vous avez confirmé les réponses demandées.")


def _appointment(_teller: "Teller", _event: EventView) -> str:
    return _("Le service vous propose un rendez-vous : lisez-le dans « Échanges ».")


def _appointment_changed(_teller: "Teller", event: EventView) -> str:
    said = {
        "booked": _("Un rendez-vous est pris : %(at)s."),
        "moved": _("Le rendez-vous est déplacé : %(at)s."),
        "cancelled": _("Le rendez-vous est annulé : %(at)s."),
        "displaced": _("Le rendez-vous ne peut pas avoir lieu, une autre heure est à choisir : %(at)s."),
        "missed": _("Le service a noté que vous n’êtes pas venu au rendez-vous : %(at)s."),
    }
    at = format_moment(read_instant(event.payload.get("at")) or event.occurred_at)
    return said.get(str(event.payload.get("change")), _("Un rendez-vous a changé : %(at)s.")) % {"at": at}


def _opinion_asked(_teller: "Teller", _event: EventView) -> str:
    return _("Le service a demandé l’avis d’un autre service, qui peut lire votre demande jusqu’à sa réponse.")


def _opinion_given(_teller: "Teller", _event: EventView) -> str:
    return _("L’autre service a donné son avis. Il ne peut plus lire votre demande.")


def _opinion_closed(_teller: "Teller", _event: EventView) -> str:
    return _("L’avis de l’autre service n’est plus attendu. Il ne peut plus lire votre demande.")


def _implicit(_teller: "Teller", event: EventView) -> str:
    if event.payload.get("regime") == Regime.ACCEPTANCE:
        return _("Nous n’avons pas répondu à temps. D’après la loi, votre demande est acceptée.")
    return _("Nous n’avons pas répondu à temps. D’après la loi, votre demande est considérée comme refusée.")


def _late(_teller: "Teller", _event: EventView) -> str:
    return _("Votre demande prend plus de temps que d’habitude.")


def _transferred(_teller: "Teller", _event: EventView) -> str:
    return _("Un autre service s’occupe de votre demande. Vous n’avez rien à refaire, le délai ne change pas.")


LATER: Mapping[str, Callable[["Teller", EventView], str]] = {
    "request_amended": _amended,
    "amendment_sent": _amendment_sent,
    "withdrawal_sent": _withdrawal_sent,
    "withdrawal_confirmed": _withdrawal_confirmed,
    "complement_sent": _complement_sent,
    "follow_up_dead": _follow_up_dead,
    "follow_up_closed": _follow_up_closed,
    "letter_prepared": _letter_prepared,
    "letter_posted": _letter_posted,
    "letter_unposted": _letter_unposted,
    "letter_returned": _letter_returned,
    "letter_cancelled": _letter_cancelled,
    "email_refused": _email_refused,
    "corrections_asked": _corrections_asked,
    "corrections_answered": _corrections_answered,
    "appointment_proposed": _appointment,
    "appointment_changed": _appointment_changed,
    "opinion_asked": _opinion_asked,
    "opinion_given": _opinion_given,
    "opinion_closed": _opinion_closed,
    "implicit_decision": _implicit,
    "running_late": _late,
    "request_transferred": _transferred,
}
