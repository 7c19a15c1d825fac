"""The words of mandates, by code."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.mandates.enums import (
    Duration,
    Ending,
    EventKind,
    IdentityDocument,
    MandateState,
    ProofKind,
    Theme,
    Use,
)
from portal.casework.mandates.shapes import MandateEventView
from portal.ground.permissions import ActorKind

THEMES: Mapping[Theme, LazyString] = {
    Theme.PAPERS: _l("Papiers, citoyenneté"),
    Theme.FAMILY: _l("Famille, scolarité"),
    Theme.SOCIAL: _l("Social, santé"),
    Theme.WORK: _l("Travail"),
    Theme.HOUSING: _l("Logement, cadre de vie"),
    Theme.TRANSPORT: _l("Transports, rue"),
    Theme.MONEY: _l("Argent, impôts"),
    Theme.JUSTICE: _l("Justice"),
    Theme.ABROAD: _l("Étranger"),
    Theme.LEISURE: _l("Loisirs, sports, culture"),
}
DURATIONS: Mapping[Duration, LazyString] = {
    Duration.DAY: _l("1 jour, pour une seule visite"),
    Duration.MONTH: _l("31 jours"),
    Duration.SEMESTER: _l("6 mois (182 jours)"),
    Duration.YEAR: _l("1 an (365 jours)"),
}
PROOFS: Mapping[ProofKind, LazyString] = {
    ProofKind.PRESENT: _l("La personne est présente, et j’ai vérifié sa pièce d’identité"),
    ProofKind.SMS: _l("Un code reçu par SMS sur son téléphone"),
    ProofKind.PAPER: _l("Un mandat signé sur papier, puis numérisé"),
}
GIVEN: Mapping[ProofKind, LazyString] = {
    ProofKind.PRESENT: _l("au guichet, pièce d’identité vérifiée"),
    ProofKind.PAPER: _l("par un papier signé"),
    ProofKind.SMS: _l("par un code reçu par SMS"),
    ProofKind.SPACE: _l("dans « Mon espace »"),
}
IDENTITY_DOCUMENTS: Mapping[IdentityDocument, LazyString] = {
    IdentityDocument.CARD: _l("Carte d’identité"),
    IdentityDocument.PASSPORT: _l("Passeport"),
    IdentityDocument.RESIDENCE: _l("Titre de séjour"),
    IdentityDocument.DRIVING: _l("Permis de conduire"),
    IdentityDocument.OTHER: _l("Un autre document avec photo"),
}
# A word, an icon, a tone.
TAGS: Mapping[MandateState, tuple[LazyString, str, str]] = {
    MandateState.WAITING: (_l("En attente de l’accord"), "diamond", "wait"),
    MandateState.ACTIVE: (_l("Actif"), "check", "ok"),
    MandateState.EXPIRED: (_l("Terminé à sa date"), "clock", "info"),
    MandateState.ENDED: (_l("Arrêté"), "cross", "info"),
}
ENDINGS: Mapping[Ending, LazyString] = {
    Ending.PERSON: _l("Arrêté par la personne"),
    Ending.AGENT: _l("Arrêté au guichet, à la demande de la personne"),
    Ending.REFUSED: _l("Refusé par la personne"),
    Ending.LAPSED: _l("Jamais accepté"),
    Ending.RENEWED: _l("Remplacé par un nouveau mandat"),
}


USES: Mapping[Use, LazyString] = {
    Use.FILE_OPENED: _l("a ouvert le dossier"),
    Use.DRAFT_STARTED: _l("a commencé une démarche"),
    Use.DRAFT_RESUMED: _l("a ouvert un brouillon"),
    Use.DRAFT_SAVED: _l("a complété un brouillon"),
    Use.REQUEST_SENT: _l("a envoyé une demande"),
    Use.REQUEST_READ: _l("a lu une demande"),
    Use.MESSAGE_WRITTEN: _l("a écrit au service"),
    Use.APPOINTMENT_BOOKED: _l("a pris un rendez-vous"),
    Use.APPOINTMENT_MOVED: _l("a déplacé un rendez-vous"),
    Use.APPOINTMENT_CANCELLED: _l("a annulé un rendez-vous"),
    Use.CLOSED: _l("a fermé le dossier"),
}
EVENTS: Mapping[EventKind, LazyString] = {
    EventKind.PROPOSED: _l("a proposé le mandat"),
    EventKind.CODE_SENT: _l("a fait envoyer un code par SMS"),
    EventKind.CODE_WRONG: _l("a écrit un code qui n’est pas le bon"),
    EventKind.CONFIRMED: _l("a confirmé le mandat"),
    EventKind.REFUSED: _l("a refusé le mandat"),
    EventKind.LAPSED: _l("La proposition est restée sans réponse : elle ne vaut plus rien."),
    EventKind.THEME_REVOKED: _l("a arrêté un domaine"),
    EventKind.REVOKED: _l("a arrêté le mandat"),
    EventKind.RENEWAL_PROPOSED: _l("a proposé de renouveler le mandat"),
    EventKind.RENEWED: _l("a remplacé ce mandat par un nouveau"),
    EventKind.EXPIRY_TOLD: _l("La fin prochaine du mandat est annoncée."),
    EventKind.ATTESTATION_MADE: _l("L’attestation est prête en PDF."),
    EventKind.HANDED_OVER: _l("a rattaché le mandat à son compte"),
}


# What the person did, told to them.
OWN: Mapping[EventKind, LazyString] = {
    EventKind.CONFIRMED: _l("Vous avez donné votre accord"),
    EventKind.REFUSED: _l("Vous avez refusé le mandat"),
    EventKind.THEME_REVOKED: _l("Vous avez arrêté un domaine"),
    EventKind.REVOKED: _l("Vous avez arrêté le mandat"),
    EventKind.RENEWED: _l("Vous avez accepté un nouveau mandat, qui remplace celui-ci"),
    EventKind.HANDED_OVER: _l("Vous avez rattaché ce mandat à votre compte"),
}


def say_line(
    line: MandateEventView,
    names: Mapping[UUID, str],
    titles: Mapping[str, str] | None = None,
    *,
    to_person: bool = False,
) -> str:
    """A line of the journal in a plain sentence.

    :param names: agents, as the law has them presented.
    :param titles: of procedures, by address.
    :param to_person: it is read by the person who gave the mandate.
    """
    if line.actor_kind is ActorKind.SYSTEM:
        return str(EVENTS[line.kind])
    said = _say_act(line, names, to_person=to_person)
    theme = Theme(line.payload["theme"]) if line.payload.get("theme") else None
    about = (titles or {}).get(line.payload.get("procedure", "")) or (str(THEMES[theme]) if theme else "")
    return _("%(said)s : %(about)s.", said=said, about=about) if about else f"{said}."


def _say_act(line: MandateEventView, names: Mapping[UUID, str], *, to_person: bool) -> str:
    if line.actor_kind is ActorKind.AGENT:
        who = (names.get(line.actor_id, "") if line.actor_id else "") or _("Un agent")
        what = EVENTS[line.kind] if line.kind is not EventKind.USED else USES[Use(line.payload["use"])]
        return _("%(who)s %(what)s", who=f"{who}," if "," in who else who, what=what)
    if line.payload.get("by") == "code":
        return _("Le code imprimé sur l’attestation a arrêté le mandat")
    if to_person and line.kind in OWN:
        return str(OWN[line.kind])
    return _("%(who)s %(what)s", who=_("La personne"), what=EVENTS[line.kind])


def say_themes(themes: Iterable[Theme]) -> str:
    """The themes, one after the other."""
    return " ; ".join(str(THEMES[theme]) for theme in themes)
