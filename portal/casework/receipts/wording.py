"""The words of papers, by code."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.document import Delay
from portal.casework.catalogue.enums import DelayUnit
from portal.casework.receipts.enums import PaperKind
from portal.casework.requests.enums import Channel, RequestStatus

CHANNELS: Mapping[Channel, LazyString] = {
    Channel.WEB: _l("En ligne, sur ce portail"),
    Channel.COUNTER: _l("Au guichet, avec un agent"),
    Channel.PHONE: _l("Par téléphone, avec un agent"),
    Channel.MAIL: _l("Par courrier"),
    Channel.EMAIL: _l("Par courriel"),
    Channel.API: _l("Par un autre logiciel"),
}
DECISIONS: Mapping[RequestStatus, LazyString] = {
    RequestStatus.ACCEPTED: _l("Demande acceptée"),
    RequestStatus.REJECTED: _l("Demande refusée"),
    RequestStatus.CLOSED: _l("Demande close"),
}
KINDS: Mapping[PaperKind, LazyString] = {
    PaperKind.ACKNOWLEDGEMENT: _l("Accusé de réception électronique"),
    PaperKind.DECISION: _l("Décision"),
    PaperKind.MANDATE: _l("Mandat pour des démarches"),
}
FILE_NAMES: Mapping[PaperKind, str] = {
    PaperKind.ACKNOWLEDGEMENT: "accuse-de-reception",
    PaperKind.DECISION: "decision",
    PaperKind.MANDATE: "mandat",
}
# The French spelling alphabet, for a reference said over the phone.
_NAMES = (
    "Anatole", "Berthe", "Célestin", "Désiré", "Eugène", "François", "Gaston", "Henri", "Irma", "Joseph", "Kléber",
    "Louis", "Marcel", "Nicolas", "Oscar", "Pierre", "Quintal", "Raoul", "Suzanne", "Thérèse", "Ursule", "Victor",
    "William", "Xavier", "Yvonne", "Zoé",
)  # fmt: skip
SPELLED = {name[0]: name for name in _NAMES}


def say_delay(delay: Delay) -> str:
    """« 2 mois », « 15 jours »."""
    if delay.unit is DelayUnit.MONTHS:
        return _("%(count)d mois", count=delay.count)
    if delay.unit is DelayUnit.WORKING_DAYS:
        return ngettext("%(num)d jour ouvré", "%(num)d jours ouvrés", delay.count)
    return ngettext("%(num)d jour", "%(num)d jours", delay.count)


def spell(reference: str) -> list[str]:
    """Each character of a reference as it is said over the phone: « V comme Victor », « 7 »."""
    return [
        _("%(letter)s comme %(name)s", letter=char, name=SPELLED[char]) if char in SPELLED else char
        for char in reference
        if char.isalnum()
    ]


def say_remark() -> str:
    """What a paper says when some characters could not be printed."""
    return _("Certains caractères n’ont pas pu être imprimés : un carré les remplace. La page en ligne les montre.")
