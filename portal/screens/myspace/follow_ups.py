"""What became of what the person did after sending: a withdrawal, a correction, an answer. Nothing that is not true."""

from datetime import datetime

from flask_babel import gettext as _

from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.service import (
    AMENDMENT_KIND,
    COMPLEMENT_KIND,
    WITHDRAWAL_KIND,
    FollowUpView,
    ForwardingView,
    RequestView,
)
from portal.ground.web.formats import format_moment
from portal.records.outbox.enums import MessageState
from portal.records.timeline.service import EventView

Mark = tuple[bool, str, str]
ON_ITS_WAY = (MessageState.PENDING, MessageState.CLAIMED, MessageState.RETRYING)


def withdrawal_marks(view: RequestView) -> list[Mark]:
    """Asked, sent, confirmed: three facts about the withdrawal, for the recipients that had the request.

    Empty when it was not withdrawn, or when nobody else had it.
    """
    held = [one for one in view.forwardings if one.is_held_there]
    if view.status is not RequestStatus.WITHDRAWN or not held or view.decided_at is None:
        return []
    who = ", ".join(one.recipient for one in held)
    asked = _("Vous avez retiré votre demande. %(when)s.", when=format_moment(view.decided_at).capitalize())
    confirmed = [one.finished_at for one in held if one.finished_at]
    return [
        (True, _("Retrait demandé"), asked),
        _sent_mark(view, held),
        (True, _("Arrêt confirmé"), _say(_("Le destinataire confirme l’arrêt : %(who)s.", who=who), max(confirmed)))
        if len(confirmed) == len(held)
        else (False, _("Arrêt confirmé"), _("Pas encore confirmé : %(who)s peut encore continuer.", who=who)),
    ]


def _sent_mark(view: RequestView, held: list[ForwardingView]) -> Mark:
    word = _("Retrait envoyé")
    sent = [event for event in view.events if event.type == "withdrawal_sent" or _is_posted_withdrawal(event)]
    reached = {str(event.payload.get("connection")) for event in sent} | {
        one.connection for one in held if one.finished_at
    }
    rest = [one for one in held if one.connection not in reached]
    if not rest:
        if not sent:
            return True, word, _("Le destinataire avait déjà terminé, ou a arrêté de lui-même.")
        return True, word, _say(_("Envoyé au destinataire."), max(event.occurred_at for event in sent))
    who = ", ".join(one.recipient for one in rest)
    states = {one.connection: one for one in view.follow_ups if one.kind == WITHDRAWAL_KIND}
    known = [states[one.connection].state for one in rest if one.connection in states]
    if known and all(state in ON_ITS_WAY for state in known) and len(known) == len(rest):
        return False, word, _("Préparé : il part vers %(who)s.", who=who)
    if any(state is MessageState.CLOSED for state in known):
        return (
            False,
            word,
            _("Notre site ne l’a pas envoyé. Ce que le service a fait est écrit plus bas : %(who)s.", who=who),
        )
    return False, word, _("Un agent doit prévenir ce destinataire : %(who)s.", who=who)


def _is_posted_withdrawal(event: EventView) -> bool:
    return event.type == "letter_posted" and event.payload.get("purpose") == "withdrawal"


def _say(sentence: str, at: datetime) -> str:
    return f"{sentence} {format_moment(at).capitalize()}."


def notes_of(view: RequestView) -> list[str]:
    """Sentences on corrections and answers that their recipients do not have yet."""
    found = []
    states = {(one.kind, one.connection): one for one in view.follow_ups}
    for one in view.forwardings:
        if one.amendment_pending and view.status is not RequestStatus.WITHDRAWN:
            found.append(_say_pending(one, states.get((AMENDMENT_KIND, one.connection))))
        answer = states.get((COMPLEMENT_KIND, one.connection))
        if answer and answer.state in ON_ITS_WAY:
            found.append(_("Votre réponse part vers %(who)s.", who=one.recipient))
        elif answer and answer.state is MessageState.DEAD:
            found.append(
                _("Votre réponse n’est pas encore chez %(who)s : un agent doit la transmettre.", who=one.recipient)
            )
    return found


def _say_pending(one: ForwardingView, sending: FollowUpView | None) -> str:
    who = one.recipient
    if sending is None or sending.state in ON_ITS_WAY:
        return _(
            "Votre correction part. D’ici là, ce destinataire a vos anciennes réponses : %(who)s.",
            who=who,
        )
    return _(
        "Un agent doit transmettre votre correction. D’ici là, ce destinataire a vos anciennes réponses : %(who)s.",
        who=who,
    )
