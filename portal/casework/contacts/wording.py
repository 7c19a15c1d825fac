"""The words of contacts, by code: read by agents, and by the person in « Mon espace »."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.contacts.enums import AnswerWay, ContactState, Medium
from portal.casework.contacts.shapes import AnswerLetter
from portal.ground.web.formats import format_date

MEDIA: Mapping[Medium, LazyString] = {
    Medium.CALL: _l("Appel"),
    Medium.VISIT: _l("Visite"),
    Medium.LETTER: _l("Courrier"),
    Medium.EMAIL: _l("Courriel"),
}
WAYS: Mapping[AnswerWay, LazyString] = {
    AnswerWay.SPACE: _l("Dans son espace, si elle a un compte"),
    AnswerWay.EMAIL: _l("Par courriel"),
    AnswerWay.SMS: _l("Par SMS"),
    AnswerWay.LETTER: _l("Par courrier"),
    AnswerWay.PHONE: _l("Par téléphone"),
    AnswerWay.NONE: _l("Pas de réponse à donner"),
}
# State → word, icon, tone.
STATES: Mapping[ContactState, tuple[LazyString, str, str]] = {
    ContactState.TO_ANSWER: (_l("À répondre"), "diamond", "wait"),
    ContactState.ANSWERED: (_l("Répondu"), "check", "ok"),
    ContactState.SETTLED: (_l("Sans réponse à donner"), "check", "info"),
    ContactState.ENTERED: (_l("Devenu une demande"), "check", "info"),
}
REPLIED: Mapping[AnswerWay, LazyString] = {
    AnswerWay.SPACE: _l("dans « Mon espace »"),
    AnswerWay.EMAIL: _l("par courriel"),
    AnswerWay.SMS: _l("par SMS"),
    AnswerWay.LETTER: _l("par courrier"),
    AnswerWay.PHONE: _l("par téléphone"),
}


def name_answer(letter: AnswerLetter) -> str:
    """« Réponse : appel du 3 mars 2026 »."""
    medium, day = str(MEDIA[letter.medium]).lower(), format_date(letter.occurred_on)
    return _("Réponse : %(medium)s du %(day)s", medium=medium, day=day)
