"""What followed a request once it had left, as an agent reads it: corrections, withdrawals, letters."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.enums import Regime
from portal.casework.letters.service import LetterPurpose
from portal.casework.requests.enums import Closing
from portal.casework.requests.service import AMENDMENT_KIND, COMPLEMENT_KIND, WITHDRAWAL_KIND
from portal.ground.web.formats import format_date, format_moment
from portal.ground.web.sent import read_day, read_instant
from portal.records.timeline.service import EventView
from portal.screens.backoffice.wording import explain

if TYPE_CHECKING:
    from portal.screens.backoffice.history import Historian


def _amended(_historian: "Historian", event: EventView) -> str:
    return _("Demande corrigée par la personne (correction %(number)s).", number=event.payload["amendment"])


def _amendment_sent(historian: "Historian", event: EventView) -> str:
    name, number = historian.recipient(event.payload), event.payload["amendment"]
    if event.payload.get("received"):
        return _("Correction %(number)s transmise et reçue : %(name)s.", number=number, name=name)
    return _("Correction %(number)s transmise : %(name)s.", number=number, name=name)


def _withdrawal_sent(historian: "Historian", event: EventView) -> str:
    return _("Retrait envoyé : %(name)s.", name=historian.recipient(event.payload))


def _withdrawal_confirmed(historian: "Historian", event: EventView) -> str:
    return _("Le destinataire confirme l’arrêt : %(name)s.", name=historian.recipient(event.payload))


def _complement_sent(historian: "Historian", event: EventView) -> str:
    return _("Réponse de la personne transmise : %(name)s.", name=historian.recipient(event.payload))


def _follow_up_dead(historian: "Historian", event: EventView) -> str:
    kinds = {
        WITHDRAWAL_KIND: _("Le retrait n’est pas parti"),
        AMENDMENT_KIND: _("La correction n’est pas partie"),
        COMPLEMENT_KIND: _("La réponse n’est pas partie"),
    }
    what = kinds.get(str(event.payload["kind"]), _("L’envoi n’est pas parti"))
    name, why = historian.recipient(event.payload), explain(str(event.payload["code"]))
    return _("%(what)s (%(name)s). %(why)s", what=what, name=name, why=why) + f" {historian.what_next()}"


def _follow_up_closed(historian: "Historian", event: EventView) -> str:
    name = historian.recipient(event.payload)
    done = (
        _("Le destinataire ne sera pas prévenu (%(name)s)", name=name)
        if event.payload.get("closing") == Closing.NOT_SENT
        else _("Destinataire prévenu autrement que par le portail (%(name)s)", name=name)
    )
    return historian.signed(event, done) + historian.said(event)


PREPARED: Mapping[str, LazyString] = {
    LetterPurpose.REQUEST: _l("Courrier %(number)s préparé, à poster : %(name)s."),
    LetterPurpose.AMENDMENT: _l("Courrier de correction %(number)s préparé, à poster : %(name)s."),
    LetterPurpose.WITHDRAWAL: _l("Courrier de retrait %(number)s préparé, à poster : %(name)s."),
}


def _letter_prepared(historian: "Historian", event: EventView) -> str:
    said = PREPARED.get(str(event.payload["purpose"]), PREPARED[LetterPurpose.REQUEST])
    return str(said) % {"number": event.payload["number"], "name": historian.recipient(event.payload)}


def _letter_posted(historian: "Historian", event: EventView) -> str:
    number, day = event.payload["number"], format_date(read_day(event.payload["posted_on"]) or event.occurred_at)
    text = historian.signed(event, _("Courrier %(number)s posté le %(day)s", number=number, day=day))
    tracking = event.payload.get("tracking")
    return f"{text} {_('Numéro de suivi : %(number)s.', number=tracking)}" if tracking else text


def _letter_unposted(historian: "Historian", event: EventView) -> str:
    number = event.payload["number"]
    return historian.signed(event, _("Erreur corrigée : le courrier %(number)s n’est pas posté", number=number))


def _letter_returned(historian: "Historian", event: EventView) -> str:
    return historian.signed(event, _("Le courrier %(number)s est revenu", number=event.payload["number"]))


def _letter_cancelled(historian: "Historian", event: EventView) -> str:
    return _("Courrier annulé avant l’envoi : %(name)s.", name=historian.recipient(event.payload))


def _email_refused(_historian: "Historian", event: EventView) -> str:
    why = explain(str(event.payload["code"]))
    return _("Courriel non remis à la personne. %(why)s Demandez-lui une autre adresse.", why=why)


def _corrections_asked(historian: "Historian", event: EventView) -> str:
    return historian.signed(event, _("Corrections demandées"))


def _corrections_answered(_historian: "Historian", event: EventView) -> str:
    if event.payload["changed"]:
        return _("La personne a corrigé ce qui était demandé.")
    return _("La personne a confirmé ses réponses, sans rien changer.")


def _appointment(historian: "Historian", event: EventView) -> str:
    return historian.signed(event, _("Rendez-vous proposé"))


def _appointment_changed(_historian: "Historian", event: EventView) -> str:
    said = {
        "booked": _("Rendez-vous pris (%(reference)s) : %(at)s."),
        "moved": _("Rendez-vous déplacé (%(reference)s) : %(at)s."),
        "cancelled": _("Rendez-vous annulé (%(reference)s) : %(at)s."),
        "displaced": _("Rendez-vous à replacer (%(reference)s) : %(at)s."),
        "missed": _("Personne non venue au rendez-vous (%(reference)s) : %(at)s."),
    }
    sentence = said.get(str(event.payload.get("change")), _("Rendez-vous changé (%(reference)s) : %(at)s."))
    at = format_moment(read_instant(event.payload.get("at")) or event.occurred_at)
    return sentence % {"at": at, "reference": event.payload.get("appointment", "")}


def _opinion_asked(historian: "Historian", event: EventView) -> str:
    return historian.signed(event, _("Avis demandé à un autre service"))


def _opinion_given(historian: "Historian", event: EventView) -> str:
    return historian.signed(event, _("Avis donné"))


def _opinion_closed(historian: "Historian", event: EventView) -> str:
    return historian.signed(event, _("Avis qui n’est plus attendu"))


def _implicit(_historian: "Historian", event: EventView) -> str:
    if event.payload["regime"] == Regime.ACCEPTANCE:
        return _("Le silence a valu accord.")
    return _("Le silence a valu rejet.")


def _late(_historian: "Historian", event: EventView) -> str:
    days = int(event.payload["days"])
    return ngettext(
        "Plus longue que d’habitude (%(num)d jour) : la personne en est avertie.",
        "Plus longue que d’habitude (%(num)d jours) : la personne en est avertie.",
        days,
    )


def _transferred(historian: "Historian", event: EventView) -> str:
    return historian.signed(event, _("Transmise à un autre service"))


LATER: Mapping[str, Callable[["Historian", EventView], str]] = {
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
