"""The timeline in plain sentences: the only place where event types become French for the person concerned.

An event this screen does not know gets a neutral sentence: it never disappears, and it never breaks the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _

from portal.casework.requests.enums import Channel, Closing, RequestStatus
from portal.casework.requests.service import MessageView, RequestView
from portal.engine.prefill.service import say_concept, say_concepts, say_month, say_source
from portal.ground.permissions import ActorKind
from portal.ground.web import reading_language
from portal.ground.web.formats import format_moment
from portal.ground.web.sent import read_instant
from portal.records.timeline.service import EventView
from portal.screens.myspace.later import LATER

BASE_KEYS = frozenset(
    {"from", "to", "by", "told", "message_id", "raw", "reported", "connection", "why", "code"}
    | {"closing", "kind", "again", "answered", "asked_again", "number", "purpose", "tracking", "state", "transition"}
)


ONE_MOMENT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the rail. ``when`` is said where there is no instant; ``strong`` opens the sentence."""

    text: str
    at: datetime | None = None
    when: str = ""
    state: str = ""
    strong: str = ""


class Teller:
    """Turns events into sentences, with the names that this request gives to things."""

    def __init__(self, view: RequestView, agents: Mapping[UUID, str], codes: Mapping[str, str]) -> None:
        """:param codes: labels of the procedure's options, for the codes a recipient reports."""
        self.view = view
        self.agents = agents
        self.codes = codes
        self.recipients = {one.connection: one.recipient for one in view.forwardings}
        self.messages = {str(one.id): one for one in view.messages}

    def tell(self, event: EventView) -> str:
        """One event in one sentence."""
        teller = TELLERS.get(event.type)
        return teller(self, event) if teller else _("Votre dossier a été mis à jour.")

    def recipient(self, event: EventView) -> str:
        """How people call who is behind a connection."""
        name = str(event.payload.get("connection") or event.payload.get("by") or "")
        return self.recipients.get(name, _("le destinataire"))

    def agent(self, event: EventView) -> str:
        """The agent who did it, with their service (CRPA L111-2)."""
        name = self.agents.get(event.actor_id) if event.actor_id else None
        return name or _("Un agent")

    def message(self, event: EventView) -> MessageView | None:
        """The message that an event speaks of."""
        return self.messages.get(str(event.payload.get("message_id")))

    def words(self, event: EventView) -> str:
        """What an agent wrote of it, to be put after the sentence; empty when nothing is known."""
        message = self.message(event)
        return f" {_('Le service précise : « %(text)s »', text=message.text)}" if message else ""

    def precision(self, event: EventView) -> str:
        """What a recipient reported, where the procedure has words for it."""
        said = [self.codes[str(value)] for key, value in event.payload.items()
                if key not in BASE_KEYS and str(value) in self.codes]  # fmt: skip
        return ", ".join(said)

    def state(self, event: EventView) -> str:
        """A step of the procedure's own workflow, in its words; what ends or is asked keeps the usual sentence."""
        workflow, code = self.view.workflow, str(event.payload.get("state") or "")
        if workflow is None or not code or event.payload.get("to") != RequestStatus.IN_PROGRESS:
            return ""
        label = workflow.at(code).label.get(reading_language())
        return _("Votre demande passe à l’état « %(label)s ».", label=label)

    @staticmethod
    def missing(event: EventView) -> str:
        """What a recipient still needs, for the concepts that the dictionary has words for."""
        return say_concepts(str(event.payload.get("missing", "")))


def _submitted(teller: Teller, event: EventView) -> str:
    if event.actor_kind is ActorKind.AGENT:
        who = teller.agent(event)
        if event.payload.get("channel") == Channel.MAIL:
            return _("Votre courrier est arrivé. Il est enregistré par %(who)s.", who=who)
        return _("%(who)s a envoyé la demande pour vous. Votre accusé de réception était prêt aussitôt.", who=who)
    return _("Vous avez déposé la demande. Votre accusé de réception était prêt aussitôt.")


def _assisted(teller: Teller, event: EventView) -> str:
    if event.payload.get("proof") == "mandate":
        return _("%(who)s a complété votre demande, avec votre mandat.", who=f"{teller.agent(event)},")
    return _("%(who)s a complété votre demande avec vous.", who=teller.agent(event))


def _delivered(teller: Teller, event: EventView) -> str:
    return _("Nous l’avons transmise : %(who)s.", who=teller.recipient(event))


def _retrying(teller: Teller, event: EventView) -> str:
    who, at = teller.recipient(event), read_instant(event.payload.get("next_attempt_at"))
    if at is None:
        return _("L’envoi n’a pas abouti (%(who)s). Nous réessayons.", who=who)
    return _("L’envoi n’a pas abouti (%(who)s). Nouvel essai : %(when)s.", who=who, when=format_moment(at))


def _dead(teller: Teller, event: EventView) -> str:
    if event.payload.get("again"):
        return _(
            "De nouveau, l’envoi n’est pas passé (%(who)s). Un agent doit le reprendre.", who=teller.recipient(event)
        )
    return _("L’envoi n’est pas passé (%(who)s). Un agent doit le reprendre.", who=teller.recipient(event))


def _closed(teller: Teller, event: EventView) -> str:
    who = teller.recipient(event)
    if event.payload.get("closing") == Closing.NOT_SENT:
        return _("Votre demande ne sera pas transmise (%(who)s).", who=who) + teller.words(event)
    return _("Le service a transmis votre demande autrement que par ce site (%(who)s).", who=who) + teller.words(event)


def _partner_received(teller: Teller, event: EventView) -> str:
    return _("Le destinataire confirme l’avoir reçue : %(who)s.", who=teller.recipient(event))


def _changed(teller: Teller, event: EventView) -> str:
    before, after = str(event.payload.get("from")), str(event.payload.get("to"))
    if own := teller.state(event):
        return own
    reported = event.payload.get("by") in teller.recipients
    precision = teller.precision(event)
    end = f" {precision}." if precision else ""
    if number := event.payload.get("certificate_number"):
        end += " " + _("Numéro du certificat : %(number)s.", number=number)
    if before == after or event.payload.get("reported"):
        return _("Votre demande avance chez le destinataire (%(who)s).", who=teller.recipient(event)) + end
    sentences: Mapping[str, str] = {
        RequestStatus.IN_PROGRESS: _("L’étude de votre demande reprend.")
        if before == RequestStatus.WAITING_FOR_RESIDENT
        else _("Votre demande est prise en compte."),
        RequestStatus.WAITING_FOR_RESIDENT: _say_missing(teller, event)
        if reported
        else _("Le service vous a posé une question. Le délai de réponse s’arrête en attendant."),
        RequestStatus.ACCEPTED: _("Votre demande est acceptée."),
        RequestStatus.REJECTED: _("Votre demande est refusée."),
        RequestStatus.CLOSED: _("Votre demande est terminée."),
        RequestStatus.WITHDRAWN: _("Vous avez retiré votre demande."),
    }
    return sentences.get(after, _("Votre demande a changé d’état.")) + end


def _say_missing(teller: Teller, event: EventView) -> str:
    who, missing = teller.recipient(event), teller.missing(event)
    if missing:
        return _("Il manque, pour %(who)s : %(what)s. Votre réponse est attendue.", who=who, what=missing)
    return _("Il manque quelque chose (%(who)s) : votre réponse est attendue.", who=who)


def _refused(teller: Teller, event: EventView) -> str:
    if not event.payload.get("connection"):
        return _("Une action du service est arrivée trop tard : elle n’a rien changé à votre demande.")
    return _(
        "Nous avons reçu une nouvelle qui ne concorde pas (%(who)s). Elle n’a rien changé à votre demande.",
        who=teller.recipient(event),
    )


def _message(teller: Teller, event: EventView) -> str:
    if event.payload.get("from") == "resident":
        return _("Vous avez écrit au service.")
    if event.payload.get("from") == "mandate":
        return _("%(who)s a écrit au service en votre nom, avec votre mandat.", who=f"{teller.agent(event)},")
    message = teller.message(event)
    if message is None or not message.author_name:
        return _("Le service vous a écrit.")
    return _("%(name)s vous a écrit.", name=signature(message))


def _assigned(teller: Teller, event: EventView) -> str:
    try:
        name = teller.agents.get(UUID(str(event.payload.get("agent_id"))))
    except ValueError:
        return _("Votre demande revient à l’équipe du service.")
    return _("%(name)s s’occupe de votre demande.", name=name) if name else _("Un agent s’occupe de votre demande.")


def _decided(teller: Teller, event: EventView) -> str:
    message = teller.message(event)
    if message is not None and message.author_name:
        return _("%(name)s a pris une décision.", name=signature(message))
    return _("Le service a pris une décision.")


def _withdrawn(_teller: Teller, _event: EventView) -> str:
    return _("Vous avez retiré votre demande.")


def _email(_teller: Teller, _event: EventView) -> str:
    return _("Nous vous avons envoyé un courriel.")


def _fetched(_teller: Teller, event: EventView) -> str:
    return _(
        "%(what)s : réponse reçue (%(who)s, %(month)s) avec votre accord.",
        what=say_concept(str(event.payload.get("concept"))),
        who=say_source(str(event.payload.get("source"))),
        month=say_month(str(event.payload.get("period"))),
    )


def _attached(_teller: Teller, _event: EventView) -> str:
    return _("Vous avez rattaché ce dossier à votre compte. Son code de suivi ne sert plus.")


TELLERS: Mapping[str, Callable[[Teller, EventView], str]] = {
    **LATER,
    "request_submitted": _submitted,
    "draft_assisted": _assisted,
    "delivery_succeeded": _delivered,
    "delivery_retrying": _retrying,
    "delivery_dead": _dead,
    "delivery_closed": _closed,
    "partner_received": _partner_received,
    "status_changed": _changed,
    "status_refused": _refused,
    "message_posted": _message,
    "request_assigned": _assigned,
    "decision_made": _decided,
    "request_withdrawn": _withdrawn,
    "request_attached": _attached,
    "email_sent": _email,
    "value_fetched": _fetched,
}
# Shown on demand: they explain, they do not move the request.
MINOR = frozenset({"email_sent", "email_refused", "status_refused", "delivery_retrying"})


def signature(message: MessageView) -> str:
    """Name of who wrote, followed by the service for an agent (CRPA L111-2)."""
    return f"{message.author_name}, {message.author_role}" if message.author_role else message.author_name


def tell_all(teller: Teller, events: Sequence[EventView]) -> tuple[list[Item], list[Item]]:
    """What moved the request, and the rest. What happened at one moment is one line, and is not said twice."""
    main: list[Item] = []
    minor: list[Item] = []
    for event in events:
        item = Item(teller.tell(event), at=event.occurred_at)
        if event.type in MINOR:
            minor.append(item)
        elif main and main[-1].at is not None and event.occurred_at - main[-1].at < ONE_MOMENT:
            if item.text not in main[-1].text:
                main[-1] = replace(main[-1], text=f"{main[-1].text} {item.text}")
        else:
            main.append(item)
    return main, minor
