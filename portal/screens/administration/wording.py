"""French words of the room: roles, rights, states, acts."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.ground.audit.service import Fault
from portal.ground.permissions import ActorKind, Permission, Role
from portal.people.accounts.service import AgentRecord

# In the order of the columns: those who meet people first.
ROLES: Mapping[Role, LazyString] = {
    Role.COUNTER_AGENT: _l("Agent de guichet"),
    Role.DEPARTMENT_AGENT: _l("Agent instructeur"),
    Role.SUPERVISOR: _l("Responsable de service"),
    Role.PROCEDURE_OFFICER: _l("Chargé des démarches"),
    Role.OPERATOR: _l("Responsable des connexions"),
    Role.DATA_PROTECTION_OFFICER: _l("Délégué à la protection des données"),
    Role.ADMINISTRATOR: _l("Administrateur"),
}
# What each right lets do, in the words of somebody who has never seen a permission.
RIGHTS: Mapping[Permission, LazyString] = {
    Permission.REQUESTS_READ: _l("Lire les demandes de ses services"),
    Permission.REQUESTS_ASSIGN: _l("Prendre une demande ou la confier à un collègue"),
    Permission.REQUESTS_MESSAGE: _l("Écrire à la personne, demander un avis ou une pièce"),
    Permission.REQUESTS_DECIDE: _l("Décider d’une demande"),
    Permission.REQUESTS_ENTER: _l("Saisir une demande reçue sur papier"),
    Permission.DRAFTS_ASSIST: _l("Finir une démarche avec une personne, avec son code"),
    Permission.ACCOUNTS_JOIN: _l("Rattacher une demande au compte d’une personne"),
    Permission.LETTERS_POST: _l("Imprimer et poster les courriers"),
    Permission.TEMPLATES_EDIT: _l("Écrire les modèles de textes de ses services"),
    Permission.PARTICIPATION_MANAGE: _l("Préparer et clore les votes et les consultations"),
    Permission.PROCEDURES_EDIT: _l("Écrire les démarches"),
    Permission.PROCEDURES_PUBLISH: _l("Publier, fermer et rouvrir les démarches"),
    Permission.CONCEPTS_DECIDE: _l("Accepter de nouvelles données dans le dictionnaire"),
    Permission.CONNECTIONS_READ: _l("Voir l’état des connexions avec les partenaires"),
    Permission.CONNECTIONS_OPERATE: _l("Mettre une connexion en pause, la reprendre, la vérifier"),
    Permission.DELIVERIES_RETRY: _l("Rejouer ou clore un envoi en échec"),
    Permission.RETENTION_READ: _l("Voir ce qui va être effacé et ce qui l’a été, en nombres"),
    Permission.PERSONS_FIND: _l("Chercher une personne au guichet, avec une raison"),
    Permission.PERSONS_OVERSEE: _l("Voir combien de recherches sont faites au guichet"),
    Permission.APPOINTMENTS_KEEP: _l("Tenir les rendez-vous : en prendre, en déplacer, noter qui est venu"),
    Permission.APPOINTMENTS_SETTLE: _l("Régler les rendez-vous : lieux, types, horaires et fermetures"),
    Permission.CONTACTS_KEEP: _l("Noter les appels et les courriers, et y répondre"),
    Permission.STEERING_READ: _l("Lire les chiffres de ses services"),
    Permission.STEERING_READ_ALL: _l("Lire les chiffres de tous les services"),
    Permission.JOURNAL_READ: _l("Chercher dans le journal, avec une raison écrite"),
    Permission.RIGHTS_READ: _l("Voir ce que chaque rôle peut faire"),
    Permission.AGENTS_MANAGE: _l("Inviter les agents, ouvrir et fermer leurs accès"),
}
ANY_AGENT = _l("Être agent, quel que soit le rôle")
ACTOR_KINDS: Mapping[ActorKind, LazyString] = {
    ActorKind.AGENT: _l("Un agent"),
    ActorKind.ANONYMOUS: _l("Une personne non identifiée"),
    ActorKind.PARTNER: _l("Un partenaire"),
    ActorKind.RESIDENT: _l("La personne"),
    ActorKind.SYSTEM: _l("Le portail"),
}
# Acts in the journal that residents do not read of under « Qui a consulté mon dossier ».
ACTS: Mapping[str, LazyString] = {
    "account_erased": _l("Compte effacé"),
    "accounts_joined": _l("Comptes réunis"),
    "data_export_asked": _l("Copie des données demandée"),
    "data_export_made": _l("Copie des données préparée"),
    "data_export_taken": _l("Copie des données téléchargée"),
    "journal_searched": _l("Recherche dans ce journal, avec une raison écrite"),
    "request_attached": _l("Demande rattachée à un compte"),
    "request_erased": _l("Demande effacée"),
    "retention_noticed": _l("Avis donné avant un effacement"),
    "session_closed": _l("Session fermée"),
    "sessions_closed": _l("Toutes les sessions fermées"),
    "signed_in": _l("Identification"),
}
FAULTS: Mapping[Fault, LazyString] = {
    Fault.ADDED: _l("une ligne a été glissée après coup"),
    Fault.ALTERED: _l("une ligne a été modifiée"),
    Fault.LINE_MISSING: _l("une ligne a été retirée"),
    Fault.LINK_MISSING: _l("un sceau a été retiré"),
    Fault.REWRITTEN: _l("la chaîne a été réécrite"),
    Fault.TRUNCATED: _l("la fin de la chaîne a été coupée"),
}
ALL = _l("Tous")
# State of an access: word, icon, tone.
ACTIVE = (_l("Actif"), "check", "ok")
INVITED = (_l("Invité"), "letter", "wait")
SUSPENDED = (_l("Suspendu"), "pause", "bad")
MOVED = (_l("À rattacher"), "diamond", "wait")


def state_of(record: AgentRecord) -> tuple[LazyString, str, str]:
    """Where an access stands."""
    if not record.active:
        return SUSPENDED
    if record.relink is not None:
        return MOVED
    return ACTIVE if record.linked_at is not None else INVITED
