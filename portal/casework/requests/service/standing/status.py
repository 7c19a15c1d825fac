"""The only writer of a request's status: whoever reports it, it passes here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version, workflow_of
from portal.casework.notifications.service import NotificationEvent
from portal.casework.requests import policy
from portal.casework.requests.deadlines import resumed_deadline
from portal.casework.requests.enums import ApplyOutcome, MessageKind, RequestStatus
from portal.casework.requests.models import AppliedUpdate, Forwarding, ServiceRequest
from portal.casework.requests.service.access import lock_request
from portal.casework.requests.service.asking import ask_again, awaited_by
from portal.casework.requests.service.marks import (
    forwardings_of,
    mark_received,
    mark_stopped,
    mark_taken_into_account,
)
from portal.casework.requests.service.standing.course import Course
from portal.casework.requests.service.standing.reported import MAX_UPDATE_ID, Reported
from portal.casework.requests.service.telling import tell_applicant
from portal.casework.requests.service.thread import find_message, write_message
from portal.ground import clock
from portal.ground.dictionary.service import clean_block
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.records.timeline.service import append

MAX_NOTE = 2000
MAX_DETAILS = 12
MAX_CODE = 40
_DETAIL_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
_DETAIL_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:,-]{0,119}$")

_TOLD_OF = {
    RequestStatus.WAITING_FOR_RESIDENT: NotificationEvent.WAITING_FOR_RESIDENT,
    RequestStatus.ACCEPTED: NotificationEvent.DECIDED,
    RequestStatus.REJECTED: NotificationEvent.DECIDED,
    RequestStatus.CLOSED: NotificationEvent.DECIDED,
    RequestStatus.WITHDRAWN: NotificationEvent.REQUEST_WITHDRAWN,
}


def apply_status(
    session: Session,
    *,
    request_id: UUID,
    connection: str | None,
    update_id: str,
    status: RequestStatus,
    occurred_at: datetime,
    details: Mapping[str, str],
    actor: Actor,
    transition: str = "",
) -> ApplyOutcome:
    """Apply a status reported by a recipient (``connection``) or decided here (None).

    Hearing the same update again changes nothing. An illegal or belated move is refused and kept as an event. From a
    recipient, ``SUBMITTED`` means that it has the request: a mark, not a move. When a request has several recipients,
    none of them ends it alone: the department does.

    :param update_id: what the recipient calls this update; unique per request and connection.
    :param occurred_at: by the recipient's clock; brought back between the submission and now.
    :param details: codes and values; what is not a code is kept as a sealed note, never in the event.
    :param transition: the move of the procedure's workflow that was chosen; without one, its workflow says where the
        status leads, or that it does not.
    :raises NotFound: no such request, or it was not forwarded to this connection.
    """
    report = Reported(connection, update_id[:MAX_UPDATE_ID], status, occurred_at, details, transition)
    return apply_report(session, request_id, report, actor)


def apply_report(session: Session, request_id: UUID, reported: Reported, actor: Actor) -> ApplyOutcome:
    """:func:`apply_status` for any report, known or unknown."""
    request = lock_request(session, request_id)
    if _is_known(session, request_id, reported):
        return ApplyOutcome.DUPLICATE
    when = max(min(reported.occurred_at, clock.now()), request.submitted_at)
    move = _Move(session, request, reported, when, actor)
    outcome = move.by_recipient() if reported.connection is not None else move.to(reported.status)
    session.add(
        AppliedUpdate(
            request_id=request_id,
            connection=reported.source,
            update_id=reported.update_id,
            status=reported.status,
            outcome=outcome,
            occurred_at=when,
            applied_at=clock.now(),
        )
    )
    session.flush()
    return outcome


def _is_known(session: Session, request_id: UUID, reported: Reported) -> bool:
    query = select(AppliedUpdate.id).where(
        AppliedUpdate.request_id == request_id,
        AppliedUpdate.connection == reported.source,
        AppliedUpdate.update_id == reported.update_id,
    )
    return session.scalar(query) is not None


class _Move:
    """One reported status on its way into a request."""

    def __init__(
        self, session: Session, request: ServiceRequest, reported: Reported, when: datetime, actor: Actor
    ) -> None:
        self.session = session
        self.request = request
        self.reported = reported
        self.source = reported.source
        self.details = dict(reported.details)
        self.when = when
        self.actor = actor
        document = get_version(session, request.procedure_id, request.procedure_version).document
        self.document = document
        self.course = Course(workflow_of(document), request)

    def by_recipient(self) -> ApplyOutcome:
        """A recipient's word: marks first, which are facts whatever the order, then the move."""
        forwardings = forwardings_of(self.session, self.request)
        forwarding = next((each for each in forwardings if each.connection == self.source), None)
        if forwarding is None:
            raise NotFound("forwarding_unknown")
        if self.request.status is RequestStatus.WITHDRAWN:
            return self._after_withdrawal(forwarding)
        mark_received(self.session, self.request, forwardings, forwarding, self.when, self.actor)
        wanted = self.reported.status
        if wanted is None or wanted is RequestStatus.WITHDRAWN:
            return self.refuse("unknown_status")
        if wanted is RequestStatus.SUBMITTED:
            return ApplyOutcome.APPLIED
        mark_taken_into_account(self.request, forwardings, forwarding, self.when)
        if self._is_belated():
            return self.refuse("out_of_order")
        return self._move_by(forwardings, forwarding, wanted)

    def _move_by(
        self, forwardings: Sequence[Forwarding], forwarding: Forwarding, wanted: RequestStatus
    ) -> ApplyOutcome:
        if wanted in policy.ENDED:
            forwarding.finished_at = self.when
            if len(forwardings) > 1:
                self.details["reported"] = wanted.value
                wanted = RequestStatus.IN_PROGRESS
        if wanted is RequestStatus.IN_PROGRESS and self._is_awaited_elsewhere():
            self.details.setdefault("reported", wanted.value)
            wanted = RequestStatus.WAITING_FOR_RESIDENT
        if wanted is self.request.status and wanted in policy.OPEN:
            self._write_change(wanted, self.course.landing(self.reported, self.actor))
            return ApplyOutcome.APPLIED
        return self.to(wanted)

    def _is_awaited_elsewhere(self) -> bool:
        """Somebody else asked the resident something: the request, and the legal clock, wait for that answer."""
        if self.request.status is not RequestStatus.WAITING_FOR_RESIDENT:
            return False
        return bool(awaited_by(self.session, self.request) - {self.source})

    def _after_withdrawal(self, forwarding: Forwarding) -> ApplyOutcome:
        """News of a request that the person gave up: no mark and no move; who goes on is asked again to stop."""
        wanted = self.reported.status
        if wanted is RequestStatus.SUBMITTED:
            return ApplyOutcome.APPLIED
        if wanted is RequestStatus.CLOSED:
            mark_stopped(self.session, self.request, forwarding, self.when, self.actor)
            return ApplyOutcome.APPLIED
        if wanted is RequestStatus.REJECTED:
            forwarding.finished_at = forwarding.finished_at or self.when
        elif wanted is not None and self.when > (self.request.decided_at or self.when):
            self.details["asked_again"] = "yes" if ask_again(self.session, self.request, forwarding) else "waiting"
        return self.refuse("unknown_status" if wanted is None else "withdrawn")

    def _is_belated(self) -> bool:
        """True when this recipient already reported something that happened later."""
        query = select(func.max(AppliedUpdate.occurred_at)).where(
            AppliedUpdate.request_id == self.request.id,
            AppliedUpdate.connection == self.source,
            AppliedUpdate.outcome == ApplyOutcome.APPLIED,
            AppliedUpdate.status != RequestStatus.SUBMITTED,
        )
        latest = self.session.scalar(query)
        return latest is not None and self.when < latest

    def to(self, wanted: RequestStatus | None) -> ApplyOutcome:
        """Change the status if the move is legal, in the standard machine and in the procedure's own workflow."""
        if wanted is None or not self._is_legal(wanted):
            return self.refuse("illegal_move")
        landing = self.course.landing(replace(self.reported, status=wanted), self.actor)
        if landing is None:
            return self.refuse("not_in_workflow")
        if wanted is not self.request.status:
            self._turn_clock(wanted)
        if wanted in policy.ENDED:
            self._note_end()
        if not self.source and wanted is RequestStatus.IN_PROGRESS:
            self._note_taken_here()
        self._write_change(wanted, landing)
        return ApplyOutcome.APPLIED

    def _is_legal(self, wanted: RequestStatus) -> bool:
        """A chosen move of the workflow may stay in the same standard status, while the request is open."""
        stays = wanted is self.request.status and wanted in policy.OPEN and bool(self.reported.transition)
        return stays or policy.is_legal(self.request.status, wanted)

    def refuse(self, why: str) -> ApplyOutcome:
        """Keep the refused move as an event."""
        wanted = self.reported.status
        payload = self._codes() | {
            "from": self.request.status.value,
            "to": wanted.value if wanted else "unknown",
            "why": why,
        }
        if self.source:
            payload["connection"] = self.source
        if self.reported.transition:
            payload["transition"] = self.reported.transition[:MAX_CODE]
        self._append("status_refused", payload)
        return ApplyOutcome.REFUSED

    def _write_change(self, wanted: RequestStatus, landing: str | None) -> None:
        before, self.request.status = self.request.status, wanted
        self.request.updated_at = clock.now()
        payload = self._codes()
        note_id = self._keep_note()
        if note_id:
            payload["message_id"] = note_id
        payload |= {"from": before.value, "to": wanted.value, "by": self.source or self.actor.kind.value}
        payload |= self.course.enter(landing, self.reported.transition)
        event = _TOLD_OF.get(wanted)
        if event is not None and before is not wanted:
            payload["told"] = tell_applicant(
                self.session,
                self.request,
                event,
                cause=f"{self.source}:{self.reported.update_id}"[:120],
                actor=self.actor,
            )
        self._append("status_changed", payload)

    def _turn_clock(self, wanted: RequestStatus) -> None:
        """Stop the legal clock while something is awaited from the resident, start it again afterwards."""
        request = self.request
        if wanted is RequestStatus.WAITING_FOR_RESIDENT:
            request.waiting_since = self.when
        elif request.waiting_since is not None:
            request.waited_seconds += max(0, int((self.when - request.waiting_since).total_seconds()))
            request.corrections_asked = []
            if wanted in policy.OPEN and request.implicit_on is None:
                rule = self.document.acknowledgement
                request.deadline = resumed_deadline(
                    request.regime,
                    rule.delay,
                    request.deadline,
                    stopped=clock.local(request.waiting_since).date(),
                    resumed=clock.local(self.when).date(),
                )
            request.waiting_since = None

    def _note_end(self) -> None:
        """From here runs the time for which the procedure says that the request is kept (RGPD, article 5-1 e)."""
        request = self.request
        request.decided_at = self.when
        request.retain_until = clock.local(self.when).date() + timedelta(days=self.document.retention_days)

    def _note_taken_here(self) -> None:
        """The department takes into account what it alone received; a recipient elsewhere says so itself."""
        alone = not forwardings_of(self.session, self.request)
        if alone and self.request.taken_into_account_at is None:
            self.request.taken_into_account_at = self.when

    def _codes(self) -> dict[str, str]:
        codes = (
            (name, value)
            for name, value in self.details.items()
            if _DETAIL_NAME.match(name) and _DETAIL_CODE.match(value)
        )
        return dict(islice(codes, MAX_DETAILS))

    def _keep_note(self) -> str:
        """What a recipient wrote in words, sealed as a message; untrusted, shown as plain text."""
        words = [clean_block(value) for value in self.details.values() if not _DETAIL_CODE.match(value)]
        text = "\n".join(word for word in words if word)[:MAX_NOTE]
        if not text or not self.source:
            return ""
        key = f"{self.source}:{self.reported.update_id}"[:MAX_UPDATE_ID]
        row = find_message(self.session, self.request, key) or write_message(
            self.session, self.request, self.actor, kind=MessageKind.PARTNER_NOTE, text=text, idempotency_key=key
        )
        return str(row.id)

    def _append(self, event_type: str, payload: Mapping[str, str]) -> None:
        append(
            self.session,
            request_id=self.request.id,
            type=event_type,
            version=1,
            payload=payload,
            actor=self.actor,
            occurred_at=self.when,
        )
