"""The words of the counter, by code."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.assistance.enums import AnswerBy, Closing, Proof
from portal.casework.assistance.service import EntryFacts
from portal.casework.notifications.enums import Way
from portal.casework.openings.enums import OpeningEnd
from portal.casework.requests.enums import Channel, RequestStatus
from portal.ground.dictionary.service import display, get_concept
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
    Closing.MANDATE: _l(
        "Le mandat ne permet plus d’agir ici : il est arrêté, terminé, ou ne couvre plus ce domaine. "
        "Ce que vous veniez d’écrire n’est pas enregistré."
    ),
}
# A word, an icon, a tone.
STATUSES: Mapping[RequestStatus, tuple[LazyString, str, str]] = {
    RequestStatus.SUBMITTED: (_l("Déposée"), "letter", "info"),
    RequestStatus.IN_PROGRESS: (_l("En cours"), "clock", "info"),
    RequestStatus.WAITING_FOR_RESIDENT: (_l("Réponse attendue de la personne"), "diamond", "wait"),
    RequestStatus.ACCEPTED: (_l("Acceptée"), "check", "ok"),
    RequestStatus.REJECTED: (_l("Refusée"), "cross", "bad"),
    RequestStatus.CLOSED: (_l("Close"), "check", "info"),
    RequestStatus.WITHDRAWN: (_l("Retirée"), "cross", "info"),
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

CAME_BY: Mapping[Channel, LazyString] = {
    Channel.WEB: _l("sur internet"),
    Channel.COUNTER: _l("au guichet"),
    Channel.PHONE: _l("par téléphone"),
    Channel.MAIL: _l("par courrier"),
    Channel.EMAIL: _l("par courriel"),
    Channel.API: _l("par un autre logiciel"),
}
PREFERRED: Mapping[Way, LazyString] = {
    Way.EMAIL: _l("par courriel"),
    Way.SMS: _l("par SMS"),
    Way.BOTH: _l("par courriel et par SMS"),
    Way.SPACE: _l("dans son espace"),
    Way.NONE: _l("dans son espace"),
}
OPENING_ENDS: Mapping[OpeningEnd, LazyString] = {
    OpeningEnd.AGENT: _l("Vous l’avez fermée. Pour la revoir, cherchez de nouveau la personne."),
    OpeningEnd.REPLACED: _l("Vous en avez ouvert une autre depuis : une seule fiche à la fois."),
    OpeningEnd.PRINTED: _l("L’accusé de réception est donné : la fiche s’est fermée toute seule."),
    OpeningEnd.WRONG: _l("Ce n’était pas la bonne personne. Elle lira que sa fiche a été ouverte par erreur."),
    OpeningEnd.IDLE: _l("Elle s’est fermée après 20 minutes sans activité. Cherchez de nouveau la personne."),
}


def say_entry(facts: EntryFacts) -> str:
    """What is being typed in, in one sentence."""
    day = format_day(facts.received_on)
    if facts.channel is Channel.PHONE:
        return _("Demande reçue par téléphone le %(day)s.", day=day)
    if facts.channel is Channel.COUNTER:
        return _("Demande reçue au guichet le %(day)s.", day=day)
    return _("Courrier reçu le %(day)s.", day=day)


def say_birth(birthdate: str) -> str:
    """« 24 août 1962 », « août 1962 » or « 1962 »: what is known of a date; empty for nothing."""
    if len(birthdate) <= 4:
        return birthdate
    return display(get_concept("person.birthdate"), birthdate)
