"""The words of the counter, by code."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.assistance.enums import AnswerBy, Closing, Proof
from portal.casework.assistance.service import EntryFacts
from portal.casework.requests.enums import Channel
from portal.ground.web.formats import format_day

ENDINGS: Mapping[Closing, LazyString] = {
    Closing.AGENT: _l("Vous l’avez fermé. Pour le reprendre, demandez de nouveau le code à la personne."),
    Closing.REPLACED: _l("Vous en avez ouvert un autre depuis : un seul dossier à la fois."),
    Closing.REVOKED: _l(
        "La personne a arrêté ou changé son code. Ce que vous veniez d’écrire n’est pas enregistré. "
        "Demandez-lui un nouveau code si elle veut continuer avec vous."
    ),
    Closing.SENT: _l("La demande est envoyée, par la personne ou par un collègue."),
    Closing.IDLE: _l(
        "Il s’est fermé après 20 minutes sans activité. Ce qui était enregistré est gardé. "
        "Demandez de nouveau le code à la personne."
    ),
}
SHOWN_LONG_ENOUGH = _l(
    "L’accusé de réception n’est plus affiché ici : 20 minutes sont passées. La demande est bien envoyée."
)
PAPER_ENDINGS: Mapping[Closing, LazyString] = {
    **ENDINGS,
    Closing.AGENT: _l("Vous l’avez fermé. Vous pouvez le reprendre dans « Saisie d’un courrier »."),
    Closing.IDLE: _l(
        "Il s’est fermé après 20 minutes sans activité. Ce qui était enregistré est gardé : "
        "reprenez-le dans « Saisie d’un courrier »."
    ),
}
PROOFS: Mapping[Proof, LazyString] = {
    Proof.PRESENT: _l("La personne est présente, et j’ai vérifié sa pièce d’identité"),
    Proof.PHONE: _l("La personne est au téléphone, et m’a donné son accord"),
}
CHANNELS: Mapping[Channel, LazyString] = {
    Channel.MAIL: _l("Par courrier"),
    Channel.PHONE: _l("Par téléphone"),
    Channel.COUNTER: _l("Au guichet, sur papier"),
}
ANSWERS: Mapping[AnswerBy, LazyString] = {
    AnswerBy.MAIL: _l("Par courrier"),
    AnswerBy.EMAIL: _l("Par courriel"),
    AnswerBy.PHONE: _l("Par téléphone"),
}


def say_entry(facts: EntryFacts) -> str:
    """What is being typed in, in one sentence."""
    day = format_day(facts.received_on)
    if facts.channel is Channel.PHONE:
        return _("Demande reçue par téléphone le %(day)s.", day=day)
    if facts.channel is Channel.COUNTER:
        return _("Demande reçue au guichet le %(day)s.", day=day)
    return _("Courrier reçu le %(day)s.", day=day)
