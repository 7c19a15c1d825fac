"""What is said of a poll: where it stands, who may answer, why a ballot is not taken."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from journeys.participation.enums import Phase, Refusal, Residence
from journeys.participation.policy import last_day
from journeys.participation.shapes import PollView, Terms

__all__ = ["DECLARED", "PHASES", "REFUSALS", "RESIDENCES", "last_day", "say_standing", "say_who"]

# Word, icon and tone of each phase.
PHASES: Mapping[Phase, tuple[Any, str, str]] = {
    Phase.DRAFT: (_l("En préparation"), "empty", "info"),
    Phase.UPCOMING: (_l("À venir"), "clock", "info"),
    Phase.OPEN: (_l("Ouvert"), "check", "ok"),
    Phase.COUNTING: (_l("Terminé, dépouillement en cours"), "clock", "wait"),
    Phase.COUNTED: (_l("Terminé, résultats publiés"), "check", "info"),
}
RESIDENCES: Mapping[Residence, Any] = {
    Residence.ANYONE: _l("Tout le monde"),
    Residence.RESIDENT: _l("Les personnes qui habitent la commune"),
    Residence.RESIDENT_OR_WORKER: _l("Les personnes qui habitent la commune ou y travaillent"),
}
DECLARED: Mapping[Residence, Any] = {
    Residence.RESIDENT: _l("Habitez-vous la commune ?"),
    Residence.RESIDENT_OR_WORKER: _l("Habitez-vous la commune, ou y travaillez-vous ?"),
}
REFUSALS: Mapping[Refusal, tuple[Any, Any]] = {
    Refusal.ALREADY_VOTED: (
        _l("Vous avez déjà voté"),
        _l("Votre premier vote est dans l’urne et y reste : rien n’a été ajouté. Chacun vote une fois, et un vote ne "
        "peut pas être repris, puisque personne ne sait lequel est le vôtre."),
    ),
    Refusal.CLOSED: (
        _l("Ce sondage est terminé"),
        _l("Votre réponse est arrivée après la fin : elle n’a pas été prise. La page du sondage dira les résultats."),
    ),
    Refusal.NOT_OPEN_YET: (
        _l("Ce sondage n’est pas encore ouvert"),
        _l("Votre réponse n’a pas été prise. Revenez à la date d’ouverture."),
    ),
    Refusal.NOT_CONCERNED: (
        _l("Ce sondage ne vous est pas adressé"),
        _l("Votre réponse n’a pas été prise. La page du sondage dit à qui il s’adresse. Si vous vous êtes trompé de "
        "réponse, revenez au sondage et corrigez-la."),
    ),
    Refusal.TOO_YOUNG: (
        _l("Vous n’avez pas encore l’âge de répondre"),
        _l("Votre réponse n’a pas été prise. L’âge est celui de votre identité vérifiée, au jour du vote."),
    ),
    Refusal.AGE_UNKNOWN: (
        _l("Nous ne pouvons pas vérifier votre âge"),
        _l("Votre réponse n’a pas été prise : votre identité vérifiée ne dit pas votre date de naissance. Appelez la "
        "mairie : un agent vous dira comment participer."),
    ),
    Refusal.ON_BEHALF: (
        _l("On ne vote pas pour quelqu’un d’autre"),
        _l("La réponse n’a pas été prise. Chaque personne vote elle-même, avec sa propre identification."),
    ),
}  # fmt: skip


def say_who(terms: Terms, *, open_to_all: bool) -> list[str]:
    """Who may answer, a sentence for each rule."""
    said = [f"{RESIDENCES[terms.residence]}."]
    if open_to_all:
        said.append(_("Sans compte, une réponse par appareil."))
        said.append(_("Personne ne vérifie qui répond : les résultats ne représentent pas les habitants."))
        return said
    if terms.min_age is not None:
        said.append(_("À partir de %(age)d ans, le jour du vote.", age=terms.min_age))
    said.append(_("Une réponse par personne. S’identifier sert à ne compter chacun qu’une fois."))
    return said


def say_standing(poll: PollView) -> str:
    """What the poll decides: nothing by itself."""
    if poll.is_open_to_all:
        return _("Non représentatif et consultatif : il éclaire le conseil municipal, qui décide.")
    return _("Consultatif : il éclaire le conseil municipal, qui décide.")
