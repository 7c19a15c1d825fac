"""The words of the agents' screens, by code."""

from collections.abc import Mapping
from datetime import date, datetime

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.service import Transition
from portal.casework.delays.service import Delays
from portal.casework.letters.service import LetterPurpose
from portal.casework.requests.enums import Act, Channel, Closing, MessageKind, RequestStatus
from portal.casework.requests.service import (
    AMENDMENT_KIND,
    COMPLEMENT_KIND,
    FORWARD_KIND,
    PAPER_LANE,
    WITHDRAWAL_KIND,
    MessageView,
    RequestView,
)
from portal.ground.clock import now
from portal.ground.permissions import ActorKind
from portal.ground.web.formats import format_date, format_moment
from portal.records.outbox.enums import MessageState
from portal.screens.backoffice.filters import MINE, NOBODY, Filters, Order, View

# status → word, icon, tone of the tag
STATUSES: Mapping[RequestStatus, tuple[LazyString, str, str]] = {
    RequestStatus.SUBMITTED: (_l("Nouvelle"), "letter", "info"),
    RequestStatus.IN_PROGRESS: (_l("En cours"), "clock", "info"),
    RequestStatus.WAITING_FOR_RESIDENT: (_l("Attend l’usager"), "diamond", "wait"),
    RequestStatus.ACCEPTED: (_l("Acceptée"), "check", "ok"),
    RequestStatus.REJECTED: (_l("Refusée"), "cross", "bad"),
    RequestStatus.CLOSED: (_l("Close"), "check", "info"),
    RequestStatus.WITHDRAWN: (_l("Retirée par l’usager"), "cross", "info"),
}

NEXT_ACTS: Mapping[RequestStatus, LazyString] = {
    RequestStatus.SUBMITTED: _l("Prendre la demande"),
    RequestStatus.IN_PROGRESS: _l("Étudier et décider"),
    RequestStatus.WAITING_FOR_RESIDENT: _l("Attendre la réponse"),
    RequestStatus.ACCEPTED: _l("Rien"),
    RequestStatus.REJECTED: _l("Rien"),
    RequestStatus.CLOSED: _l("Rien"),
    RequestStatus.WITHDRAWN: _l("Rien"),
}

CHANNELS: Mapping[Channel, LazyString] = {
    Channel.WEB: _l("Web"),
    Channel.COUNTER: _l("Guichet"),
    Channel.PHONE: _l("Téléphone"),
    Channel.MAIL: _l("Courrier"),
    Channel.EMAIL: _l("Courriel"),
    Channel.API: _l("Autre logiciel"),
}

# Lanes that are no connection: the portal's own work.
OWN_LANES: Mapping[str, LazyString] = {PAPER_LANE: _l("Impression des PDF")}

VIEWS: Mapping[View, LazyString] = {
    View.TODO: _l("À traiter"),
    View.LATE: _l("En retard"),
    View.MINE: _l("Les miennes"),
    View.UNASSIGNED: _l("Sans agent"),
    View.WAITING: _l("Attendent l’usager"),
    View.FAILED: _l("Envois en échec"),
    View.ENDED: _l("Terminées"),
}

ORDERS: Mapping[Order, LazyString] = {
    Order.DEADLINE: _l("Échéance"),
    Order.SUBMITTED: _l("Date de dépôt"),
    Order.APPLICANT: _l("Personne"),
}

DECISIONS: Mapping[RequestStatus, LazyString] = {
    RequestStatus.ACCEPTED: _l("Accepter la demande"),
    RequestStatus.REJECTED: _l("Refuser la demande"),
    RequestStatus.CLOSED: _l("Clore sans suite"),
}

MESSAGE_KINDS: Mapping[MessageKind, LazyString] = {
    MessageKind.INFORMATION_REQUEST: _l("Demande de précision"),
    MessageKind.DECISION: _l("Décision"),
    MessageKind.PARTNER_NOTE: _l("Précision du destinataire"),
    MessageKind.DELIVERY_NOTE: _l("À propos de l’envoi"),
    MessageKind.TRANSFER: _l("Changement de service"),
}

# What came too late, when somebody was faster.
REFUSED: Mapping[Act, LazyString] = {
    Act.ASSIGN: _l("Cette demande est terminée : elle ne peut plus être confiée."),
    Act.MESSAGE: _l("Cette demande est retirée : on ne peut plus y écrire. Votre message n’est pas parti."),
    Act.REQUEST_INFORMATION: _l(
        "Une précision est déjà attendue, ou la demande est terminée. Votre question n’est pas partie."
    ),
    Act.MOVE: _l("La demande a changé d’état entre-temps : rien n’a été fait, rien n’a été envoyé."),
    Act.DECIDE: _l("Cette demande n’est plus à décider : rien n’a été envoyé à la personne."),
}

LETTER_PURPOSES: Mapping[LetterPurpose, LazyString] = {
    LetterPurpose.REQUEST: _l("Demande"),
    LetterPurpose.AMENDMENT: _l("Correction du courrier"),
    LetterPurpose.WITHDRAWAL: _l("Retrait du courrier"),
}

SENDINGS: Mapping[str, LazyString] = {
    FORWARD_KIND: _l("Demande"),
    AMENDMENT_KIND: _l("Correction"),
    WITHDRAWAL_KIND: _l("Retrait"),
    COMPLEMENT_KIND: _l("Réponse de la personne"),
}

CLOSINGS: Mapping[Closing, LazyString] = {
    Closing.OTHER_WAY: _l("Fait autrement : par téléphone, par courrier, en main propre"),
    Closing.NOT_SENT: _l("Rien ne sera transmis"),
}

DELIVERY_STATES: Mapping[MessageState, LazyString] = {
    MessageState.PENDING: _l("En attente"),
    MessageState.CLAIMED: _l("En cours d’envoi"),
    MessageState.RETRYING: _l("À réessayer"),
    MessageState.DEAD: _l("Échec, à traiter"),
}

# What a code means to an agent; a code that is not here is shown as it is.
CODES: Mapping[str, LazyString] = {
    "press_timeout": _l("L’impression du PDF a pris trop de temps."),
    "press_stopped": _l("L’impression du PDF s’est arrêtée avant la fin."),
    "paper_refused": _l("Le PDF ne peut pas être imprimé tel quel : prévenez la personne qui entretient le portail."),
    "paper_unreadable": _l("Le PDF imprimé n’est pas lisible : prévenez la personne qui entretient le portail."),
    "letter_box_missing": _l("Cette installation ne poste pas de courrier."),
    "letter_returned": _l("Le courrier est revenu : à reprendre dans « Courriers »."),
    "letter_number_taken": _l("Un autre courrier de cette demande se préparait au même moment."),
    "fonts_missing": _l("Les polices des PDF ne sont pas installées : prévenez la personne qui entretient le portail."),
    "answer_timeout": _l("Le partenaire n’a pas répondu à temps."),
    "connection_timeout": _l("Le partenaire n’a pas répondu à temps."),
    "connection_failed": _l("Le partenaire n’est pas joignable."),
    "connection_lost": _l("L’échange avec le partenaire s’est interrompu."),
    "name_not_resolved": _l("L’adresse du partenaire est introuvable sur le réseau."),
    "name_resolution_slow": _l("L’adresse du partenaire est introuvable sur le réseau."),
    "answer_unreadable": _l("Le partenaire a répondu de façon incompréhensible."),
    "redirect_refused": _l("Le partenaire renvoie vers une autre adresse : à vérifier avec lui."),
    "credentials_refused": _l("Le partenaire refuse notre clé d’accès."),
    "authority_mismatch": _l("La clé d’accès est celle d’une autre collectivité."),
    "session_refused": _l("Le serveur de courriel refuse notre compte."),
    "secret_missing": _l("La clé d’accès manque dans la configuration."),
    "settings_invalid": _l("La configuration de la connexion est incorrecte."),
    "egress_host_refused": _l("L’adresse du partenaire n’est pas autorisée par la configuration."),
    "egress_address_refused": _l("L’adresse du partenaire n’est pas autorisée par la configuration."),
    "egress_scheme_refused": _l("L’adresse du partenaire n’est pas autorisée par la configuration."),
    "payload_incomplete": _l("Il manque au dossier une information que le partenaire exige."),
    "payload_invalid": _l("Le partenaire n’accepte pas une information du dossier."),
    "address_invalid": _l("L’adresse de courriel de la personne n’est pas utilisable."),
    "recipient_not_supported": _l("L’adresse de courriel de la personne n’est pas utilisable."),
    "address_blocked": _l("Cette adresse de courriel a déjà refusé nos messages : nous n’y écrivons plus."),
    "no_recipient": _l("Il n’y a plus d’adresse où écrire."),
    "number_invalid": _l("Ce numéro de téléphone n’existe pas."),
    "number_blocked": _l("Ce numéro de téléphone refuse nos SMS."),
    "phone_unusable": _l("La personne n’a plus de numéro vérifié."),
    "absent_subscriber": _l("Le téléphone de la personne n’a pas répondu."),
    "undelivered": _l("Le SMS n’a pas pu être remis."),
    "blocked": _l("Ce numéro de téléphone refuse nos SMS."),
    "expired": _l("Le SMS n’a pas pu être remis à temps."),
    "text_invalid": _l("Le texte du SMS ne peut pas être envoyé."),
    "credits_exhausted": _l("Le compte chez l’opérateur de SMS n’a plus de crédit : rechargez-le, puis reprenez."),
    "duplicate_child_year": _l("Le partenaire a déjà une inscription pour cet enfant et cette année."),
    "recipient_refused": _l("Le partenaire n’accepte pas le SIRET de la collectivité."),
    "scope_missing": _l("L’habilitation ne couvre pas la donnée demandée."),
    "address_unknown": _l("L’adresse réglée n’est pas celle du partenaire."),
    "answer_unfit": _l("Le partenaire a donné une valeur impossible."),
    "identity_incomplete": _l("L’état civil d’une personne ne suffit pas au partenaire."),
    "identity_refused_422": _l("L’état civil d’une personne ne suffit pas au partenaire."),
    "enrolment_ended": _l("Le partenaire a déjà décidé de ce dossier."),
    "external_ref_missing": _l("Le destinataire n’a pas donné de numéro à ce dossier : prévenez-le autrement."),
    "withdrawal_not_carried": _l("Ce destinataire ne reçoit pas les retraits par le portail."),
    "amendment_not_carried": _l("Ce destinataire ne reçoit pas les corrections par le portail."),
    "answer_not_carried": _l("Ce destinataire ne reçoit pas les réponses par le portail."),
    "to_verify": _l("Nous ne savons pas si le partenaire l’a reçue : à vérifier avec lui."),
    "worker_lost": _l("L’envoi a été interrompu plusieurs fois."),
}
# The same for the families of codes that end with a number, as « http_503 ».
FAMILIES: Mapping[str, LazyString] = {
    "http_429": _l("Le partenaire demande d’attendre."),
    "http_4": _l("Le partenaire refuse cet envoi (code %(code)s)."),
    "http_5": _l("Le partenaire est en panne (code %(code)s)."),
    "http_": _l("Le partenaire a répondu de façon inattendue (code %(code)s)."),
    "smtp_5": _l("Le serveur de courriel refuse cet envoi (code %(code)s)."),
    "smtp_": _l("Le serveur de courriel demande d’attendre (code %(code)s)."),
}

WHY_REFUSED: Mapping[str, LazyString] = {
    "illegal_move": _l("La demande ne peut plus passer à cet état."),
    "out_of_order": _l("Une nouvelle plus récente était déjà connue."),
    "not_in_workflow": _l("Le déroulement de la démarche ne le prévoit pas à ce moment."),
    "withdrawn": _l("La personne avait retiré sa demande."),
    "unknown_status": _l("Le portail ne connaît pas cet état."),
}


def explain(code: str | None) -> str:
    """A sentence for a code."""
    if not code:
        return ""
    if code in CODES:
        return str(CODES[code])
    family = next((sentence for start, sentence in FAMILIES.items() if code.startswith(start)), None)
    return str(family) % {"code": code.rpartition("_")[2]} if family is not None else code


def words_asked(view: RequestView, move: Transition) -> tuple[str, str] | None:
    """Label and help of what the person will read of a move; None when it writes nothing."""
    target = view.workflow.at(move.target) if view.workflow else None
    if move.action("appointment"):
        return _("Le rendez-vous proposé"), _("Le jour, l’heure, le lieu, ce qu’il faut apporter.")
    if target is not None and target.is_end:
        return _("Motif envoyé à la personne"), _("En mots simples. Un refus indique la règle appliquée.")
    if move.action("corrections"):
        return _("Ce qu’il faut corriger, et pourquoi"), _("La personne le lit au-dessus de ses réponses.")
    if target is not None and target.status == RequestStatus.WAITING_FOR_RESIDENT.value:
        return _("Ce qu’il vous faut"), _("La demande passe en attente jusqu’à la réponse.")
    if move.action("message"):
        return _("Message à la personne"), _("Votre nom et votre service figurent sous le message.")
    return None


def asks_something(view: RequestView, move: Transition) -> bool:
    """Whether something must be written or chosen for a move."""
    return words_asked(view, move) is not None or move.action("opinion") is not None


def say_delays(delays: Delays) -> str:
    """What was measured on the decided requests of the procedure."""
    return _(
        "Mesuré sur %(cases)d demandes en un an : la moitié sont décidées en %(half)s, neuf sur dix en %(most)s.",
        cases=delays.cases,
        half=say_days(delays.median_days),
        most=say_days(delays.p90_days),
    )


def say_days(days: int) -> str:
    """« 1 jour », « 12 jours »."""
    return ngettext("%(num)d jour", "%(num)d jours", days)


def author_of(message: MessageView) -> str:
    """Who wrote a message, with the service of an agent."""
    if message.author_role:
        return f"{message.author_name}, {message.author_role}"
    other = _("La personne") if message.author_kind is ActorKind.RESIDENT else _("Le destinataire")
    return message.author_name or other


def say_count(number: int, most: int) -> str:
    """A number beside the name of a tab; past ``most``, nobody counted further."""
    return str(number) if number <= most else _("plus de %(most)s", most=format_decimal(most, locale="fr"))


def say_total(number: int, most: int) -> str:
    """How many requests a list holds, under the same bound."""
    if number <= most:
        return ngettext("%(num)d demande", "%(num)d demandes", number)
    return _("Plus de %(most)s demandes", most=format_decimal(most, locale="fr"))


def say_read(message: MessageView) -> str:
    """Whether the person has opened what the service wrote."""
    if message.read_at is None:
        return _("Pas encore lu par la personne")
    return _("Lu par la personne le %(moment)s", moment=format_moment(message.read_at))


def say_filters(filters: Filters, agent_name: str, office: str) -> list[str]:
    """What is filtered beyond the form of the list, one sentence each."""
    said: list[tuple[bool, str]] = [
        (bool(filters.department), _("Service : %(what)s", what=office or filters.department)),
        (filters.channel is not None, _("Canal : %(what)s", what=CHANNELS[filters.channel or Channel.WEB])),
        (filters.agent == MINE, _("Suivies par moi")),
        (filters.agent == NOBODY, _("Sans agent")),
        (filters.agent not in {"", MINE, NOBODY}, _("Suivies par %(who)s", who=agent_name or _("un agent inconnu"))),
        (filters.received_from is not None, _("Reçues à partir du %(day)s", day=_say_day(filters.received_from))),
        (filters.received_to is not None, _("Reçues jusqu’au %(day)s", day=_say_day(filters.received_to))),
        (filters.due_from is not None, _("Échéance à partir du %(day)s", day=_say_day(filters.due_from))),
        (filters.due_to is not None, _("Échéance jusqu’au %(day)s", day=_say_day(filters.due_to))),
        (filters.assisted is True, _("Déposées avec l’aide d’un agent")),
        (filters.assisted is False, _("Déposées sans aide")),
    ]
    return [sentence for filtered, sentence in said if filtered]


def _say_day(day: date | None) -> str:
    return format_date(day) if day else ""


def say_present(name: str, since: datetime) -> str:
    """« Claire Le Goff a ce dossier ouvert depuis 4 minutes. »"""
    minutes = int((now() - since).total_seconds() // 60)
    who = name or _("Un autre agent")
    if minutes < 1:
        return _("%(who)s vient d’ouvrir ce dossier.", who=who)
    return ngettext(
        "%(who)s a ce dossier ouvert depuis %(num)d minute.",
        "%(who)s a ce dossier ouvert depuis %(num)d minutes.",
        minutes,
        who=who,
    )
