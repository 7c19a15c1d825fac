"""The words of the public pages, by code."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.ranking import fold
from portal.casework.catalogue.service import ProcedureSummary

THEMES: Mapping[str, LazyString] = {
    "enfance": _l("Enfance et école"),
    "rue": _l("Rue et espace public"),
    "culture": _l("Culture et loisirs"),
    "aide": _l("Être aidé"),
    "logement": _l("Logement"),
    "participation": _l("Participer"),
    "arrivee": _l("S’installer"),
    "papiers": _l("Papiers et citoyenneté"),
    "dechets": _l("Déchets"),
    "solidarite": _l("Aides et solidarité"),
    "associations": _l("Vie associative"),
    "sport": _l("Sport"),
    "urbanisme": _l("Habiter et construire"),
    "stationnement": _l("Stationnement"),
    "numerique": _l("Numérique"),
}

WHOLE_AT_MOST = 24
TITLES_AT_MOST = 50

# Every page open to everyone, for the site map: label and address, by heading.
SITE_MAP: Sequence[tuple[LazyString, Sequence[tuple[LazyString, str]]]] = (
    (
        _l("Faire une démarche"),
        (
            (_l("Accueil"), "/"),
            (_l("Toutes les démarches"), "/demarches"),
            (_l("Prendre rendez-vous"), "/rendez-vous"),
        ),
    ),
    (
        _l("Suivre mes demandes"),
        (
            (_l("Se connecter"), "/connexion"),
            (_l("Mon espace"), "/mon-espace"),
            (_l("Suivre sans compte"), "/suivre"),
            (_l("Retrouver un rendez-vous"), "/rendez-vous/suivre"),
            (_l("Vérifier un document"), "/verifier"),
            (_l("Arrêter un mandat avec un code"), "/mandat"),
        ),
    ),
    (
        _l("Ce que nous faisons"),
        ((_l("Qualité de service"), "/qualite-de-service"),),
    ),
    (
        _l("Vos droits"),
        (
            (_l("Accessibilité"), "/accessibilite"),
            (_l("Données personnelles"), "/donnees-personnelles"),
            (_l("Mentions légales"), "/mentions-legales"),
        ),
    ),
    (_l("Pour les agents"), ((_l("Accès des agents"), "/agents/connexion"),)),
)


def say_theme(theme: str) -> str:
    """The heading of a theme; a theme that a commune added is shown in its own word."""
    known = THEMES.get(theme)
    return str(known) if known else theme.replace("-", " ").capitalize()


def by_theme(procedures: Sequence[ProcedureSummary]) -> list[tuple[str, str, list[ProcedureSummary]]]:
    """Theme, heading and procedures of each theme, by heading; procedures keep their order."""
    themes: dict[str, list[ProcedureSummary]] = {}
    for procedure in procedures:
        themes.setdefault(procedure.theme, []).append(procedure)
    return sorted(((theme, say_theme(theme), found) for theme, found in themes.items()), key=lambda row: fold(row[1]))


def detail_of(count: int) -> str:
    """How much a page tells of each of so many procedures, to stay light: all, their titles, or how many there are."""
    if count <= WHOLE_AT_MOST:
        return "whole"
    return "titles" if count <= TITLES_AT_MOST else "counts"


def say_count(count: int, theme: str) -> str:
    """How many procedures a theme has."""
    return ngettext("%(theme)s : %(num)d démarche", "%(theme)s : %(num)d démarches", count, theme=theme)


def say_found(count: int, wanted: str) -> str:
    """How many procedures answer a search."""
    if not count:
        return _("Aucune démarche ne répond à « %(wanted)s ».", wanted=wanted)
    return ngettext(
        "%(num)d démarche répond à « %(wanted)s ».",
        "%(num)d démarches répondent à « %(wanted)s ».",
        count,
        wanted=wanted,
    )
