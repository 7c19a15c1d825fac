"""Reasons, in words: read by the agent who gives one and by the person in « Qui a consulté mon dossier »."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.openings.enums import IdentityCheck, Reason

REASONS: Mapping[Reason, LazyString] = {
    Reason.FOLLOW: _l("Dire où en est une demande"),
    Reason.HELP: _l("Faire ou finir une démarche avec la personne"),
    Reason.CONTACT: _l("Noter un appel, une visite ou un courrier, ou y répondre"),
    Reason.MISTAKE: _l("Corriger une erreur dans une demande"),
    Reason.OTHER: _l("Autre raison"),
}
REASONS_BY_CODE: Mapping[str, LazyString] = {one.value: text for one, text in REASONS.items()}
CHECKS: Mapping[IdentityCheck, LazyString] = {
    IdentityCheck.DOCUMENT: _l("Présente, avec une pièce d’identité que j’ai regardée"),
    IdentityCheck.CALL_BACK: _l("Au téléphone, rappelée au numéro du dossier"),
    IdentityCheck.REFERENCE: _l("Elle a dit la référence d’une demande et sa date de naissance"),
}
