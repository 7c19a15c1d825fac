"""Moves of the procedure's own workflow, chosen by an agent, by the resident, or made by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import ProcedureDocument, Transition, Workflow, get_version, workflow_of
from portal.casework.catalogue.workflow import ActionKind
from portal.casework.requests import policy
from portal.casework.requests.enums import ApplyOutcome, MessageKind, RequestStatus
from portal.casework.requests.models import AppliedUpdate, Forwarding, RequestMessage, ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.consulting.opinions import ask_opinion
from portal.casework.requests.service.correcting.correcting import correctable
from portal.casework.requests.service.deciding.decisions import decide, request_information
from portal.casework.requests.service.sealed import answers_of
from portal.casework.requests.service.sending.submission import forward_to
from portal.casework.requests.service.standing.course import moves_of
from portal.casework.requests.service.standing.messages import clean_words, note_posted, scoped_key
from portal.casework.requests.service.standing.status import apply_status
from portal.casework.requests.service.thread import find_message, write_message
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import SYSTEM, Actor
from portal.records.timeline.service import append


@dataclass(frozen=True, slots=True)
class Said:
    """What goes with a move. ``words`` are for the resident, or from them; ``fields``: paths of answers to correct."""

    words: str = ""
    fields: Sequence[str] = ()
    department_id: UUID | None = None
    question: str = ""


def move(
    session: Session, actor: Actor, reference: str, transition: str, said: Said, *, state: str, idempotency_key: str
) -> ApplyOutcome:
    """Make a move of the workflow, with all that it does, in the unit of the caller.

    The same key again changes nothing. A move that the workflow does not allow from where the request now stands is
    refused and kept as an event: the caller commits it, and says so.

    :param state: the status that the person was looking at.
    :raises Invalid: by field, in French: ``words``, ``fields``, ``department``, ``question``.
    :raises Forbidden: may read the request and not make this move.
    :raises Conflict: ``state_changed``: somebody moved it meanwhile, and this could still be done from there.
    :raises NotFound: no request of theirs, or its workflow has no such move.
    """
    request = find_readable(session, actor, reference, lock=True)
    document = get_version(session, request.procedure_id, request.procedure_version).document
    workflow = workflow_of(document)
    chosen = workflow.transition(transition) if workflow else None
    if workflow is None or chosen is None:
        raise NotFound("transition_unknown")
    key = scoped_key(actor, idempotency_key)
    if _is_done(session, request, key):
        return ApplyOutcome.DUPLICATE
    here = workflow.at(request.workflow_state).code
    if request.status not in policy.OPEN or here not in chosen.sources:
        return _Making(session, actor, request, document, workflow, chosen, key).apply(f"refused:{key}")
    if chosen not in moves_of(session, actor, request, workflow):
        raise Forbidden("act_not_allowed")
    if state != here:
        raise Conflict("state_changed")
    return _Making(session, actor, request, document, workflow, chosen, idempotency_key).make(said)


def _is_done(session: Session, request: ServiceRequest, key: str) -> bool:
    if find_message(session, request, key) is not None:
        return True
    done = select(AppliedUpdate.id).where(
        AppliedUpdate.request_id == request.id,
        AppliedUpdate.connection == "",
        AppliedUpdate.update_id.in_([f"move:{key}"[:255], f"refused:{key}"[:255]]),
    )
    return session.scalar(done) is not None


@dataclass(frozen=True, slots=True)
class _Making:
    """One move on its way."""

    session: Session
    actor: Actor
    request: ServiceRequest
    document: ProcedureDocument
    workflow: Workflow
    chosen: Transition
    key: str

    @property
    def wanted(self) -> RequestStatus:
        return RequestStatus(self.workflow.at(self.chosen.target).status)

    def does(self, kind: ActionKind) -> bool:
        return self.chosen.action(kind) is not None

    def make(self, said: Said) -> ApplyOutcome:
        """What the move does besides, then the move itself, by the door that is there for it."""
        if self.does("opinion"):
            self._ask_opinion(said)
        self.forward()
        if self.wanted in policy.DECISIONS:
            self._decide(said)
        elif self.wanted is RequestStatus.WAITING_FOR_RESIDENT:
            self._ask(said)
        else:
            return self._go_on(said)
        return ApplyOutcome.APPLIED

    def _ask_opinion(self, said: Said) -> None:
        if said.department_id is None:
            raise Invalid({"department": _("Choisissez le service à qui demander un avis.")})
        ask_opinion(
            self.session,
            self.actor,
            self.request.reference,
            said.department_id,
            said.question,
            idempotency_key=self.key,
        )

    def forward(self) -> None:
        """Send the request to who does not have it yet; until it has left, it is not said to have."""
        action = self.chosen.action("forward")
        if action is None or action.connection is None:
            return
        known = select(Forwarding.id).where(
            Forwarding.request_id == self.request.id, Forwarding.connection == action.connection
        )
        if self.session.scalar(known) is None:
            forward_to(self.session, self.request, action.connection)
            self.request.transmitted_at = self.request.received_at = None

    def _decide(self, said: Said) -> None:
        try:
            decide(
                self.session,
                self.actor,
                self.request.reference,
                self.wanted,
                said.words,
                idempotency_key=self.key,
                transition=self.chosen.code,
                with_letter=self.does("letter"),
            )
        except Invalid as refused:
            raise Invalid({"words": next(iter(refused.fields.values()))}) from None

    def _ask(self, said: Said) -> None:
        fields = self._fields(said) if self.does("corrections") else ()
        words = said.words
        if self.does("appointment"):
            words = clean_words("words", words, empty=_("Écrivez le jour, l’heure et le lieu proposés."))
            self._propose()
        try:
            request_information(
                self.session,
                self.actor,
                self.request.reference,
                words,
                idempotency_key=self.key,
                transition=self.chosen.code,
                fields=fields,
            )
        except Invalid as refused:
            raise Invalid({"words": next(iter(refused.fields.values()))}) from None
        if fields:
            self._append("corrections_asked", {"fields": list(fields)})

    def _fields(self, said: Said) -> tuple[str, ...]:
        allowed = correctable(self.document, self.chosen, answers_of(self.session, self.request))
        wanted = tuple(place.path for place in allowed if place.path in set(said.fields))
        if not wanted:
            raise Invalid({"fields": _("Cochez au moins une réponse à corriger.")})
        return wanted

    def _propose(self) -> None:
        self._append("appointment_proposed", {})

    def _go_on(self, said: Said) -> ApplyOutcome:
        row = self._write(said.words)
        if self.actor.is_agent:
            person = self.request.person_id
            record(self.session, self.actor, "request_moved", subject_id=person, request_id=self.request.id)
        return self.apply(f"move:{scoped_key(self.actor, self.key)}", row)

    def _write(self, words: str) -> RequestMessage | None:
        """The words that go with a move: asked of an agent where the move writes to the person, else as one likes."""
        if self.actor.is_agent and (self.does("message") or self.does("appointment")):
            words = clean_words("words", words, empty=_("Écrivez ce que la personne doit savoir."))
        elif not words.strip():
            return None
        else:
            words = clean_words("words", words, empty="")
        if self.does("appointment"):
            self._propose()
        row = write_message(
            self.session,
            self.request,
            self.actor,
            kind=MessageKind.MESSAGE,
            text=words,
            idempotency_key=scoped_key(self.actor, self.key),
        )
        note_posted(self.session, self.request, row, self.actor)
        return row

    def apply(self, update_id: str, row: RequestMessage | None = None) -> ApplyOutcome:
        """The move itself: nobody but ``apply_status`` changes a status."""
        return apply_status(
            self.session,
            request_id=self.request.id,
            connection=None,
            update_id=update_id,
            status=self.wanted,
            occurred_at=clock.now(),
            details={"message_id": str(row.id)} if row else {},
            actor=self.actor,
            transition=self.chosen.code,
        )

    def _append(self, event: str, payload: dict[str, list[str]]) -> None:
        append(self.session, request_id=self.request.id, type=event, version=1, payload=payload, actor=self.actor)

    def lapse(self) -> ApplyOutcome:
        """Time has passed: what the move says by itself, then the move."""
        self.forward()
        action = self.chosen.action("message")
        row = None
        if action is not None and action.text is not None:
            kind = MessageKind.DECISION if self.wanted in policy.DECISIONS else MessageKind.MESSAGE
            row = write_message(
                self.session,
                self.request,
                self.actor,
                kind=kind,
                text=action.text.get(self.request.language),
                idempotency_key=self.key,
            )
            if kind is MessageKind.MESSAGE:
                note_posted(self.session, self.request, row, self.actor)
        return self.apply(self.key, row)


def list_moves(session: Session, actor: Actor, reference: str) -> tuple[Transition, ...]:
    """The moves that this actor may choose now; reads nothing of what the request says.

    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference)
    document = get_version(session, request.procedure_id, request.procedure_version).document
    return moves_of(session, actor, request, workflow_of(document))


def lapse_one(session: Session, now: datetime) -> bool:
    """Make the move of one request whose status has lasted too long; False when there is none.

    In the unit of the caller: a process that dies in the middle leaves it to be done again, whole.
    """
    due = (
        select(ServiceRequest)
        .where(ServiceRequest.state_until <= now, ServiceRequest.status.in_(policy.OPEN))
        .order_by(ServiceRequest.state_until, ServiceRequest.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    request = session.scalars(due).one_or_none()
    if request is None:
        return False
    document = get_version(session, request.procedure_id, request.procedure_version).document
    workflow = workflow_of(document)
    since, request.state_until = request.state_until, None
    if workflow is not None and since is not None:
        chosen = next((one for one in workflow.leaving(request.workflow_state) if "timeout" in one.who), None)
        if chosen is not None:
            key = f"timeout:{chosen.code}:{since.isoformat()}"
            _Making(session, SYSTEM, request, document, workflow, chosen, key).lapse()
    session.flush()
    return True
