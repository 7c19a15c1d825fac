"""The menu of the agents: what they open every day, then what sets the portal up, gathered behind one entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.ground.permissions import Actor, Permission

SETTINGS: Final = "/agents/reglages"
# Beyond, they are gathered: a menu is read entry by entry by whoever does not see it.
ALONE: Final = 3


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry, for those who hold ``permission``; ``text`` says what is behind it, where there is room for it."""

    label: LazyString
    address: str
    permission: Permission
    text: LazyString | str = ""

    def holds(self, path: str) -> bool:
        """Whether a page stands behind this entry."""
        return path == self.address or path.startswith(f"{self.address}/")


EVERYDAY: Final = (
    MenuEntry(_l("Demandes"), "/agents/dossiers", Permission.REQUESTS_READ),
    MenuEntry(_l("Guichet"), "/agents/guichet", Permission.DRAFTS_ASSIST),
    MenuEntry(_l("Saisie d’un courrier"), "/agents/saisie", Permission.REQUESTS_ENTER),
    MenuEntry(_l("Échanges"), "/agents/contacts", Permission.CONTACTS_KEEP),
    MenuEntry(_l("Rendez-vous"), "/agents/rendez-vous", Permission.APPOINTMENTS_KEEP),
    MenuEntry(_l("Courriers"), "/agents/courriers", Permission.LETTERS_POST),
    MenuEntry(_l("Pilotage"), "/agents/pilotage", Permission.STEERING_READ),
)
SET_UP: Final = (
    MenuEntry(
        _l("Démarches"),
        "/agents/demarches",
        Permission.PROCEDURES_EDIT,
        _l("Écrire les formulaires, leurs délais et leur suite"),
    ),
    MenuEntry(
        _l("Modèles"),
        "/agents/modeles",
        Permission.TEMPLATES_EDIT,
        _l("Les textes tout prêts pour répondre aux personnes"),
    ),
    MenuEntry(
        _l("Répartition"),
        "/agents/repartition",
        Permission.TEMPLATES_EDIT,
        _l("Les règles qui donnent une demande à un agent dès son arrivée"),
    ),
    MenuEntry(
        _l("Envois"),
        "/agents/envois",
        Permission.DELIVERIES_RETRY,
        _l("Ce qui n’est pas arrivé chez un partenaire, à rejouer ou à clore"),
    ),
    MenuEntry(
        _l("Connexions"),
        "/agents/connexions",
        Permission.CONNECTIONS_READ,
        _l("L’état des liens avec la CAF, les écoles, les transports et les autres"),
    ),
    MenuEntry(
        _l("Dictionnaire"),
        "/agents/demarches/concepts/propositions",
        Permission.CONCEPTS_DECIDE,
        _l("Les données proposées par les services, à accepter ou non"),
    ),
    MenuEntry(
        _l("Équipes"),
        "/agents/equipes",
        Permission.AGENTS_MANAGE,
        _l("Agents, services et partenaires : invitations, rôles, suspensions"),
    ),
    MenuEntry(
        _l("Journal"),
        "/agents/journal",
        Permission.JOURNAL_READ,
        _l("Qui a ouvert quel dossier, quand et pourquoi"),
    ),
    MenuEntry(
        _l("Droits"),
        "/agents/droits",
        Permission.RIGHTS_READ,
        _l("Ce que chaque rôle peut faire et ouvrir"),
    ),
)


def set_up_of(who: Actor) -> list[MenuEntry]:
    """What this agent may set up, in an order that never changes."""
    return [one for one in SET_UP if who.can(one.permission)]


def agents_menu(who: Actor, journeys: Iterable[MenuEntry]) -> list[tuple[str, str]]:
    """Label and address of each entry, in an order that never changes; those of the open journeys after everyday's."""
    everyday = [one for one in (*EVERYDAY, *journeys) if who.can(one.permission)]
    set_up = set_up_of(who)
    if len(set_up) > ALONE:
        return [*_said(everyday), (_("Réglages"), SETTINGS)]
    return [*_said(everyday), *_said(set_up)]


def place_of(who: Actor, path: str) -> str:
    """Where a page stands in the menu: its own address, or within « Réglages » when its entry is gathered there."""
    set_up = set_up_of(who)
    if len(set_up) > ALONE and any(one.holds(path) for one in set_up):
        return f"{SETTINGS}/"
    return path


def _said(entries: Iterable[MenuEntry]) -> list[tuple[str, str]]:
    return [(str(one.label), one.address) for one in entries]
