"""The timeline of a request as an agent reads it: dense, with who did it and codes explained."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from portal.casework.catalogue.service import Workflow
from portal.casework.requests.enums import Closing, RequestStatus
from portal.engine.prefill.service import say_concept, say_concepts, say_month, say_source
from portal.ground.permissions import ActorKind
from portal.ground.web.formats import format_moment
from portal.ground.web.sent import read_instant
from portal.records.timeline.service import EventView
from portal.screens.backoffice.later import LATER
from portal.screens.backoffice.wording import STATUSES, WHY_REFUSED, explain

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, what, and whether something went wrong."""

    at: datetime
    text: str
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Historian:
    """Tells events with the names of agents (by id) and of recipients (by connection).

    ``words``: the texts of messages, by id; ``may_retry``: whoever reads has the screen « Envois ».
    """

    agents: Mapping[UUID, str]
    recipients: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)
    may_retry: bool = False
    workflow: Workflow | None = None

    def describe(self, event: EventView) -> Line:
        """One event in one line. A type this screen does not know is named by its code."""
        render = RENDERERS.get(event.type)
        text = render(self, event) if render else _("Événement « %(code)s ».", code=event.type)
        if _untold(event):
            text = f"{text} {_('Aucun courriel : la personne n’a pas donné d’adresse.')}"
        return Line(event.occurred_at, text, event.type in TROUBLE)

    def tell(self, events: Iterable[EventView]) -> list[Line]:
        """Every event in order, but for the messages, which the page shows with their words."""
        return [self.describe(event) for event in events if event.type != "message_posted" or _untold(event)]

    def recipient(self, payload: Payload, key: str = "connection") -> str:
        """The recipient behind a connection."""
        connection = str(payload.get(key, ""))
        return self.recipients.get(connection, connection)

    def what_next(self) -> str:
        """Where it is taken up, for whoever has that screen."""
        return _("À traiter dans « Envois ».") if self.may_retry else _("Votre responsable le reprend dans « Envois ».")

    def said(self, event: EventView) -> str:
        """The words of whoever closed a sending, to be put after the sentence."""
        text = self.words.get(str(event.payload.get("message_id")))
        return f" « {text} »" if text else ""

    def signed(self, event: EventView, text: str) -> str:
        """``text``, with the agent who did it."""
        name = self.agents.get(event.actor_id) if event.actor_kind is ActorKind.AGENT and event.actor_id else None
        return _("%(what)s, par %(name)s.", what=text, name=name) if name else f"{text}."


def _untold(event: EventView) -> bool:
    """Nothing was sent to the person, who gave no address."""
    return event.payload.get("told") == "none"


def agents_in(event: EventView) -> set[UUID]:
    """The agents that an event names."""
    found = {event.actor_id} if event.actor_kind is ActorKind.AGENT and event.actor_id else set()
    given = event.payload.get("agent_id")
    return found | ({UUID(str(given))} if given else set())


def _status(code: Any) -> str:
    known = {status.value: status for status in RequestStatus}
    return str(STATUSES[known[code]][0]).lower() if code in known else str(code or _("inconnu"))


def _instant(value: Any) -> str:
    found = read_instant(value)
    return format_moment(found) if found else str(value)


def _submitted(historian: Historian, event: EventView) -> str:
    if event.actor_kind is ActorKind.AGENT:
        return historian.signed(event, _("Demande enregistrée pour la personne, accusé de réception émis"))
    return _("Demande déposée, accusé de réception émis.")


def _assisted(historian: Historian, event: EventView) -> str:
    if event.payload.get("proof") == "mandate":
        return historian.signed(event, _("Demande complétée au nom de la personne, avec son mandat"))
    return historian.signed(event, _("Demande complétée avec la personne"))


def _delivered(historian: Historian, event: EventView) -> str:
    return _("Transmise : %(name)s.", name=historian.recipient(event.payload))


def _retrying(historian: Historian, event: EventView) -> str:
    return _(
        "Pas encore transmise (%(name)s). %(why)s Nouvel essai : %(when)s.",
        name=historian.recipient(event.payload),
        why=explain(str(event.payload["code"])),
        when=_instant(event.payload["next_attempt_at"]),
    )


def _dead(historian: Historian, event: EventView) -> str:
    name, why = historian.recipient(event.payload), explain(str(event.payload["code"]))
    text = (
        _("Envoi de nouveau en échec (%(name)s). %(why)s", name=name, why=why)
        if event.payload.get("again")
        else _("Envoi en échec (%(name)s). %(why)s", name=name, why=why)
    )
    return f"{text} {historian.what_next()}"


def _closed(historian: Historian, event: EventView) -> str:
    name = historian.recipient(event.payload)
    done = (
        _("Ne sera pas transmise (%(name)s)", name=name)
        if event.payload.get("closing") == Closing.NOT_SENT
        else _("Transmise autrement que par le portail (%(name)s)", name=name)
    )
    return historian.signed(event, done) + historian.said(event)


def _received(historian: Historian, event: EventView) -> str:
    return _("Le destinataire confirme l’avoir reçue : %(name)s.", name=historian.recipient(event.payload))


def _changed(historian: Historian, event: EventView) -> str:
    payload = event.payload
    said = payload.get("reported") or payload.get("raw") or payload["to"]
    if payload["from"] == payload["to"] and not payload.get("transition"):
        name = historian.recipient(payload, "by")
        return _("Le destinataire signale « %(what)s » : %(name)s.", what=_status(said), name=name)
    text = historian.signed(event, _say_move(historian, payload))
    missing = say_concepts(str(payload.get("missing", "")))
    return f"{text} {_('Il manque : %(what)s.', what=missing)}" if missing else text


def _say_move(historian: Historian, payload: Payload) -> str:
    """In the words of the procedure's own workflow, where it has one."""
    if historian.workflow is not None and payload.get("state"):
        return _("État : %(new)s", new=str(historian.workflow.at(payload["state"]).label).lower())
    old, new = _status(payload["from"]), _status(payload["to"])
    return _("État : %(old)s, puis %(new)s", old=old, new=new)


def _refused(_historian: Historian, event: EventView) -> str:
    why = str(event.payload.get("why", ""))
    reason = WHY_REFUSED.get(why, why)
    return _("Un état signalé n’a pas été retenu : %(to)s. %(why)s", to=_status(event.payload.get("to")), why=reason)


def _message(historian: Historian, event: EventView) -> str:
    if event.payload["from"] == ActorKind.RESIDENT:
        return _("Message de la personne.")
    return historian.signed(event, _("Message du service"))


def _assigned(historian: Historian, event: EventView) -> str:
    given = event.payload["agent_id"]
    if not given:
        return historian.signed(event, _("Rendue à l’équipe"))
    name = historian.agents.get(UUID(str(given)), _("un autre agent"))
    if event.payload.get("rule"):
        return _("Confiée à %(name)s par une règle du service.", name=name)
    if event.actor_id == UUID(str(given)):
        return _("Prise en charge par %(name)s.", name=name)
    return historian.signed(event, _("Confiée à %(name)s", name=name))


def _decided(historian: Historian, event: EventView) -> str:
    return historian.signed(event, _("Décision : %(what)s", what=_status(event.payload["decision"])))


def _withdrawn(_historian: Historian, _event: EventView) -> str:
    return _("Retirée par la personne.")


def _email(_historian: Historian, _event: EventView) -> str:
    return _("Courriel envoyé à la personne.")


def _fetched(_historian: Historian, event: EventView) -> str:
    return _(
        "%(what)s : réponse reçue (%(who)s, %(month)s) avec l’accord de la personne. Aucun justificatif à demander.",
        what=say_concept(str(event.payload["concept"])),
        who=say_source(str(event.payload["source"])),
        month=say_month(str(event.payload["period"])),
    )


def _attached(_historian: Historian, _event: EventView) -> str:
    return _("Rattachée à un compte par la personne.")


RENDERERS: Mapping[str, Callable[[Historian, EventView], str]] = {
    **LATER,
    "request_submitted": _submitted,
    "draft_assisted": _assisted,
    "delivery_succeeded": _delivered,
    "delivery_retrying": _retrying,
    "delivery_dead": _dead,
    "delivery_closed": _closed,
    "partner_received": _received,
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
TROUBLE = frozenset(
    {"delivery_retrying", "delivery_dead", "follow_up_dead", "letter_returned", "email_refused", "status_refused"}
)
