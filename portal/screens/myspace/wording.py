"""Where a request stands, said to the person who made it. Nothing is said that is not true."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.enums import Regime
from portal.casework.requests.enums import Closing, MessageKind, RequestStatus
from portal.casework.requests.service import ForwardingView, MessageView, RequestSummary, RequestView
from portal.ground import clock
from portal.ground.web.formats import format_date, format_day, format_moment, format_time
from portal.records.outbox.enums import MessageState
from portal.screens.myspace.standing import say_implicit

if TYPE_CHECKING:
    from portal.casework.delays.service import Delays
    from portal.screens.myspace.queries.messages import Exchanged

Tag = tuple[LazyString | str, str, str]
ENDED: Mapping[RequestStatus, Tag] = {
    RequestStatus.ACCEPTED: (_l("Acceptée"), "check", "ok"),
    RequestStatus.REJECTED: (_l("Refusée"), "cross", "bad"),
    RequestStatus.CLOSED: (_l("Terminée"), "check", "info"),
    RequestStatus.WITHDRAWN: (_l("Retirée"), "cross", "info"),
}
KINDS: Mapping[MessageKind, LazyString] = {
    MessageKind.MESSAGE: _l("Message"),
    MessageKind.INFORMATION_REQUEST: _l("Question du service"),
    MessageKind.DECISION: _l("Réponse à votre demande"),
    MessageKind.PARTNER_NOTE: _l("Précision du destinataire"),
    MessageKind.DELIVERY_NOTE: _l("À propos de l’envoi"),
    MessageKind.TRANSFER: _l("Changement de service"),
}
LATE = timedelta(minutes=10)
WAITING = (MessageState.PENDING, MessageState.RETRYING)


def say_time_to(instant: datetime) -> str:
    """« à 14 h 05 » today, « mardi 3 mars, 14 h 05 » another day."""
    if clock.local(instant).date() == clock.today():
        return _("à %(time)s", time=format_time(instant))
    return format_moment(instant)


def tag_of(one: RequestSummary) -> Tag:
    """Drawn icon, word and tone of a request in a list."""
    if one.status in ENDED:
        return ENDED[one.status]
    if one.waiting_for_me:
        return _("Attend votre réponse"), "diamond", "wait"
    if one.taken_into_account_at or one.status is RequestStatus.IN_PROGRESS:
        return _("Prise en compte"), "clock", "info"
    if one.received_at:
        return _("Reçue"), "letter", "info"
    if one.transmitted_at:
        return _("Transmise"), "sent", "info"
    return _("Pas encore transmise"), "pause", "wait"


def lead_of(view: RequestView) -> str:
    """The one sentence to remember."""
    ended = {
        RequestStatus.ACCEPTED: _("Votre demande est acceptée."),
        RequestStatus.REJECTED: _("Votre demande est refusée. Vous pouvez lire pourquoi, et contester."),
        RequestStatus.CLOSED: _("Votre demande est terminée."),
        RequestStatus.WITHDRAWN: _say_withdrawn(view),
    }
    if view.status in ended:
        return ended[view.status]
    if view.status is RequestStatus.WAITING_FOR_RESIDENT:
        return _say_awaited(view)
    if first := say_implicit(view) or _say_trouble(view):
        return first
    if not view.transmitted_at and view.status is RequestStatus.SUBMITTED:
        return _say_not_sent(view)
    service = view.department.designation
    if view.taken_into_account_at or view.status is RequestStatus.IN_PROGRESS:
        return _("Votre demande est étudiée. Vous n’avez rien à faire.")
    if view.received_at:
        who = _who(view.forwardings) or service
        return _("Votre demande est arrivée : %(who)s. Vous n’avez rien à faire.", who=who)
    return _("Votre demande est transmise. Nous attendons la confirmation qu’elle est bien arrivée.")


def _say_awaited(view: RequestView) -> str:
    """What the person is awaited for."""
    if view.moves:
        return _("Le service vous propose quelque chose : il attend votre réponse pour continuer.")
    if view.corrections:
        return _("Le service vous demande de revoir des réponses, puis il continue.")
    return _("Le service vous a posé une question : il attend votre réponse pour continuer.")


def _say_trouble(view: RequestView) -> str:
    """What a person decided of a sending that failed, or that one must; empty when all goes its way."""
    if _handed_over(view):
        return _("Le service a transmis votre demande autrement que par ce site. Vous n’avez rien à faire.")
    unsent = _not_to_be_sent(view)
    if unsent:
        who = _who(unsent)
        return _("Votre demande ne sera pas transmise : %(who)s. Le service vous dit pourquoi plus bas.", who=who)
    if any(_came_back(one) for one in view.forwardings):
        return _("Le courrier nous est revenu : un agent doit le reprendre. Si c’est urgent, appelez le service.")
    if _is_stuck(view):
        return _("L’envoi n’est pas passé : un agent doit le reprendre. Si c’est urgent, appelez le service.")
    return _say_letter(view) if view.status is RequestStatus.SUBMITTED else ""


def _came_back(one: ForwardingView) -> bool:
    return one.failure_code == "letter_returned" and one.transmitted_at is None


def _say_letter(view: RequestView) -> str:
    """What a letter allows to say: ready, then posted. Never received, unless the recipient says so itself."""
    waiting = [one for one in view.forwardings if one.prepared_at and not one.transmitted_at]
    if waiting:
        return _(
            "Un courrier est préparé : un agent doit le poster (%(who)s). Vous n’avez rien à faire.", who=_who(waiting)
        )
    posted = [one for one in view.forwardings if one.posted_on and not one.received_at]
    if posted and len(posted) == len(view.forwardings):
        day = format_date(max(one.posted_on for one in posted if one.posted_on))
        return _("Votre courrier est posté le %(day)s (%(who)s). Vous n’avez rien à faire.", day=day, who=_who(posted))
    return ""


def _say_withdrawn(view: RequestView) -> str:
    """Stopped everywhere, or here only for now."""
    going_on = [one.recipient for one in view.forwardings if one.is_held_there and not one.finished_at]
    if not going_on:
        return _("Vous avez retiré cette demande : elle est arrêtée.")
    return _(
        "Vous avez retiré cette demande : le service ne l’étudie plus. Pas encore confirmé : %(who)s.",
        who=", ".join(going_on),
    )


def _not_to_be_sent(view: RequestView) -> list[ForwardingView]:
    return [one for one in view.forwardings if one.closing is Closing.NOT_SENT and not one.transmitted_at]


def _handed_over(view: RequestView) -> bool:
    """An agent said that all that was not sent went another way; nothing is on its way any more.

    Before that was kept with the request, a closed sending meant it.
    """
    rest = [one for one in view.forwardings if not one.transmitted_at]
    return bool(rest) and all(
        one.closing is Closing.OTHER_WAY or (one.closing is None and one.delivery_state is MessageState.CLOSED)
        for one in rest
    )


def _is_stuck(view: RequestView) -> bool:
    return any(one.delivery_state is MessageState.DEAD and not one.transmitted_at for one in view.forwardings)


def _say_not_sent(view: RequestView) -> str:
    retrying = [one for one in view.forwardings if one.delivery_state is MessageState.RETRYING]
    ahead = [one.next_attempt_at for one in retrying if one.next_attempt_at and one.next_attempt_at > clock.now()]
    if ahead:
        return _("Pas encore transmise, nouvel essai %(when)s. Vous n’avez rien à faire.", when=say_time_to(min(ahead)))
    # No next attempt is planned for what waits for a person: a paused connection, a restored backup.
    held = any(one.delivery_state in WAITING and one.next_attempt_at is None for one in view.forwardings)
    if retrying and not held:
        return _("Pas encore transmise, nouvel essai dans un instant. Vous n’avez rien à faire.")
    if held or clock.now() - view.submitted_at > LATE:
        return _("Pas encore transmise : l’envoi attend son tour. Vous n’avez rien à faire.")
    return _("Votre demande est enregistrée et part dans un instant. Vous n’avez rien à faire.")


def _who(forwardings: Sequence[ForwardingView]) -> str:
    return ", ".join(one.recipient for one in forwardings)


def marks_of(view: RequestView) -> list[tuple[bool, str, str]]:
    """The three facts, kept apart: sent is not received, received is not taken into account."""
    who = _who(view.forwardings)
    over = _("Votre demande s’est terminée sans cela.") if view.status in ENDED else ""
    if who:
        sent = _("Le destinataire a accepté notre envoi : %(who)s.", who=who)
        got = _("Le destinataire confirme l’avoir.")
    else:
        sent = _("Elle est arrivée au service dès l’envoi.")
        got = _("Elle est dans la liste du service.")
    studied = _("Quelqu’un l’étudie, ou l’a étudiée.")
    if _handed_over(view):
        over = over or _("Transmise par le service autrement que par ce site : la suite ne s’affiche pas ici.")
    if _not_to_be_sent(view):
        over = over or _("Elle ne sera pas transmise : le service vous dit pourquoi plus bas.")
    stuck = _("L’envoi n’est pas passé : un agent doit le reprendre.")
    not_sent = stuck if _is_stuck(view) else _say_not_sent_mark(view)
    return [
        _posted_mark(view) or _mark(_("Transmise"), view.transmitted_at, sent, over or not_sent),
        _mark(_("Reçue"), view.received_at, got, over or _say_not_received(view)),
        _mark(_("Prise en compte"), view.taken_into_account_at, studied, over or _("Pas encore.")),
    ]


def _posted_mark(view: RequestView) -> tuple[bool, str, str] | None:
    """For what left by letter: the day that an agent gave, which is not the moment it was noted."""
    days = [one.posted_on for one in view.forwardings if one.posted_on]
    if not days or view.transmitted_at is None:
        return None
    return (
        True,
        _("Postée"),
        _("Courrier posté le %(day)s : %(who)s.", day=format_date(max(days)), who=_who(view.forwardings)),
    )


def _say_not_received(view: RequestView) -> str:
    if any(one.prepared_at for one in view.forwardings):
        return _("Un courrier ne dit pas s’il est arrivé.")
    return _("Pas encore confirmé.")


def _mark(word: str, at: datetime | None, yes: str, no: str) -> tuple[bool, str, str]:
    return (True, word, f"{yes} {format_moment(at).capitalize()}.") if at else (False, word, no)


def _say_not_sent_mark(view: RequestView) -> str:
    if any(_came_back(one) for one in view.forwardings):
        return _("Le courrier est revenu : un agent doit le reprendre.")
    if any(one.prepared_at and not one.transmitted_at for one in view.forwardings):
        return _("Préparé : un agent doit poster le courrier.")
    ahead = view.next_attempt_at
    retrying = any(one.delivery_state is MessageState.RETRYING for one in view.forwardings)
    if retrying and ahead and ahead > clock.now():
        return _("Pas encore : nouvel essai %(when)s.", when=say_time_to(ahead))
    return _("Pas encore.")


def say_silence(view: RequestView) -> tuple[str, str] | None:
    """When silence becomes a decision, and which; None when it never does, or when all is decided."""
    if view.deadline is None or view.status in ENDED or view.implicit_on:
        return None
    if view.clock_stopped:
        return _("Délai arrêté"), _("Le délai de réponse est arrêté en attendant votre réponse.")
    when = _("Sans réponse le %(day)s", day=format_date(view.deadline))
    if view.deadline_regime is Regime.ACCEPTANCE:
        return when, _("Si votre dossier est complet, la demande est acceptée d’office.")
    return when, _("Si votre dossier est complet, la demande est considérée comme refusée, et vous pouvez contester.")


def say_age(instant: datetime) -> str:
    """« aujourd’hui », « hier », « mardi 3 mars 2026 »."""
    days = (clock.today() - clock.local(instant).date()).days
    if days == 0:
        return _("aujourd’hui")
    return _("hier") if days == 1 else format_day(instant)


def greeting(waiting: int, open_count: int, drafts: int) -> str:
    """What matters now, in one or two sentences."""
    if waiting:
        first = ngettext("Une demande attend votre réponse.", "%(num)d demandes attendent votre réponse.", waiting)
        return first if open_count == waiting else first + " " + _("Le reste avance sans vous.")
    if open_count:
        return _("Rien ne vous attend : vos demandes avancent sans vous.")
    return _("Vous avez un brouillon à reprendre.") if drafts else _("Rien ne vous attend.")


def say_read(message: "MessageView | Exchanged") -> str:
    """Whether the service has opened what the person wrote."""
    if message.read_at is None:
        return _("Pas encore lu par le service")
    return _("Lu par le service le %(moment)s", moment=format_moment(message.read_at))


def say_delay(delay: "Delays") -> str:
    """What was measured lately: a habit, not a promise; the time when the person was waited for is left out."""
    median, ninth = (ngettext("%(num)d jour", "%(num)d jours", days) for days in (delay.median_days, delay.p90_days))
    return _(
        "D’habitude : %(median)s ; 9 demandes sur 10 en %(ninth)s, sans compter le temps de vos réponses",
        median=median,
        ninth=ninth,
    )


# What the journal says of a request, by code. A code that is not here is told by ``OTHER_CONSULTATION``: nothing is
# left out because nobody found its words.
CONSULTATIONS: Mapping[str, LazyString] = {
    "acknowledgement_read": _l("Accusé de réception lu"),
    "amendment_transmitted": _l("Correction transmise"),
    "answer_transmitted": _l("Réponse transmise"),
    "appointment_booked": _l("Rendez-vous pris pour vous"),
    "appointment_cancelled": _l("Rendez-vous annulé"),
    "appointment_displaced": _l("Heure de rendez-vous fermée par le service"),
    "appointment_exported": _l("Rendez-vous inscrit dans une liste téléchargée"),
    "appointment_listed": _l("Rendez-vous affiché, avant de fermer un lieu"),
    "appointment_moved": _l("Rendez-vous déplacé"),
    "appointment_read": _l("Rendez-vous lu"),
    "contact_answer_posted": _l("Réponse à votre appel ou à votre courrier postée"),
    "contact_answer_unposted": _l("Réponse à votre appel ou à votre courrier : elle n’est pas encore postée"),
    "contact_answered": _l("Réponse à votre appel ou à votre courrier écrite"),
    "contact_detached": _l("Appel ou courrier retiré de votre dossier : il n’était pas de vous"),
    "contact_entered": _l("Demande saisie à partir de votre appel ou de votre courrier"),
    "contact_joined": _l("Appel ou courrier rattaché à votre dossier"),
    "contact_logged": _l("Votre appel, votre visite ou votre courrier noté"),
    "contact_read": _l("Votre appel ou votre courrier lu"),
    "draft_closed_for": _l("Brouillon refermé"),
    "draft_opened_for": _l("Brouillon ouvert avec votre code ou votre mandat"),
    "draft_saved_for": _l("Réponses enregistrées dans votre brouillon"),
    "draft_sent_for": _l("Demande envoyée avec vous"),
    "entry_opened": _l("Saisie de votre demande commencée"),
    "follow_up_not_transmitted": _l("Essai d’envoi d’une correction, d’un retrait ou d’une réponse, sans succès"),
    "information_requested": _l("Information demandée"),
    "journal_searched": _l("Recherche dans le journal de votre dossier, pour une raison écrite"),
    "letter_prepared": _l("Courrier préparé"),
    "letter_printed": _l("Courrier imprimé"),
    "letter_sent": _l("Courriel envoyé"),
    "text_message_sent": _l("SMS envoyé"),
    "mandate_code_sent": _l("Code envoyé par SMS pour un mandat"),
    "mandate_code_wrong": _l("Code de mandat mal écrit"),
    "mandate_confirmed": _l("Mandat confirmé"),
    "mandate_file_read": _l("Vos démarches affichées, sous votre mandat"),
    "mandate_proposed": _l("Mandat proposé"),
    "mandate_renewal_proposed": _l("Renouvellement d’un mandat proposé"),
    "mandate_renewed": _l("Mandat remplacé par un nouveau"),
    "mandate_revoked": _l("Mandat arrêté au guichet, à votre demande"),
    "mandate_theme_revoked": _l("Domaine d’un mandat arrêté au guichet"),
    "mandate_used": _l("Acte fait en votre nom, sous votre mandat"),
    "message_posted": _l("Message écrit"),
    "messages_read": _l("Messages lus"),
    "person_closed": _l("Fiche refermée au guichet"),
    "person_found": _l("Nom affiché dans une recherche faite au guichet"),
    "person_identity_checked": _l("Votre identité vérifiée au guichet"),
    "person_opened": _l("Fiche ouverte au guichet"),
    "person_opened_by_mistake": _l("Fiche ouverte par erreur au guichet, puis refermée"),
    "person_told_apart": _l("Jour de naissance et commune affichés, pour distinguer des homonymes"),
    "partner_reported": _l("Nouvelles données par le destinataire"),
    "person_found_by_code": _l("Votre code dit au guichet, pour vous proposer un mandat"),
    "opinion_asked": _l("Avis demandé à un autre service"),
    "opinion_given": _l("Avis donné par un autre service"),
    "opinion_read": _l("Demande lue par un autre service, pour donner son avis"),
    "note_written": _l("Note interne écrite"),
    "note_edited": _l("Note interne modifiée"),
    "duplicate_marked": _l("Demande repérée comme déjà faite"),
    "duplicate_unmarked": _l("Demande gardée : ce n’était pas la même"),
    "request_transferred": _l("Demande transmise à un autre service"),
    "request_routed": _l("Demande confiée à un agent, par une règle du service"),
    "request_moved": _l("Demande avancée d’une étape"),
    "request_assigned": _l("Demande confiée à un agent"),
    "request_decided": _l("Décision rendue"),
    "request_exported": _l("Demande inscrite dans une liste téléchargée"),
    "survey_hidden": _l("Avis masqué"),
    "survey_read": _l("Avis lu, sans votre nom"),
    "survey_shown": _l("Avis de nouveau montré"),
    "survey_typed": _l("Avis reçu sur papier et saisi"),
    "request_found": _l("Demande affichée dans une recherche faite"),
    "request_not_transmitted": _l("Essai d’envoi, sans succès"),
    "request_read": _l("Demande lue"),
    "request_transmitted": _l("Demande transmise"),
    "transfer_agreed": _l("Votre accord, donné pour cet envoi"),
    "withdrawal_transmitted": _l("Retrait envoyé"),
}
OTHER_CONSULTATION = _l("Autre accès au dossier")
