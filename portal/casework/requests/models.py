"""Tables of the room, private to it.

Sealed under the data key of the request: answers, messages, acknowledgement, draft answers. Destroying the key erases.
Kept readable because queues are searched and sorted by them: ``reference``, ``procedure_id``, ``status``, the dates,
the assigned agent, ``applicant_name`` (how the applicant is shown) and ``applicant_key`` (the same, folded for the
order); an erasure empties both. ``request_word`` holds the words of both, for the search.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.catalogue.enums import Regime
from portal.casework.requests.enums import ApplyOutcome, Channel, Closing, MessageKind, RequestStatus
from portal.casework.requests.policy import DRAFT_KEPT
from portal.casework.requests.search_words import LONGEST
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id
from portal.ground.permissions import ActorKind


class Draft(Base):
    """Answers on their way; one per account and procedure. ``version`` counts the saves: two tabs do not mix.

    ``account_id`` is empty for a paper form that an agent is typing in: that agent alone may open it.

    ``purge_after`` moves away at each save: when it comes, nobody has touched the draft for three months, and its owner
    was warned two weeks before at the latest (``warned_at``).
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id", "procedure_id"), Index("ix_draft_purge_after", "purge_after"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    procedure_version: Mapped[int]
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed_answers: Mapped[bytes] = mapped_column(LargeBinary)
    done_steps: Mapped[list[str]] = mapped_column(JsonData, default=list)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    purge_after: Mapped[datetime] = mapped_column(default=lambda: now() + DRAFT_KEPT)
    warned_at: Mapped[datetime | None]


class DiscardedDraft(Base):
    """A draft that its owner gave up, kept whole for a week; one per account and procedure.

    ``id`` is that of the draft: what it sealed is bound to it.
    """

    __tablename__ = "discarded_draft"
    __table_args__ = (
        UniqueConstraint("account_id", "procedure_id"),
        Index("ix_discarded_draft_purge_after", "purge_after"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    procedure_version: Mapped[int]
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed_answers: Mapped[bytes] = mapped_column(LargeBinary)
    done_steps: Mapped[list[str]] = mapped_column(JsonData, default=list)
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    discarded_at: Mapped[datetime]
    purge_after: Mapped[datetime]


class ServiceRequest(Base):
    """One request to one competent authority.

    ``transmitted_at``, ``received_at`` and ``taken_into_account_at`` are three separate facts; with several recipients
    each is the moment it became true of all. ``form_key`` makes a submission repeatable without effect.
    ``retain_until`` is set when the request ends, from the duration that its procedure declares; all that belongs to
    the request (answers, messages, acknowledgement, timeline, sendings) is kept as long.

    ``sealed_origins`` holds where each answer came from when it was sent (codes and days, never a value).

    Without an account (``account_id`` empty), ``person_id`` is a person of its own, of whom nothing else is known.

    ``workflow_state`` is the status in the procedure's own workflow, empty in the standard one and before the first
    move; ``state_until`` is when it has lasted too long. ``waited_seconds`` adds up the times the resident was awaited,
    the present one apart. ``corrections_asked`` names the answers that the resident was asked to correct.
    ``implicit_on`` is the day on which silence was noted to have decided (CRPA L231-1, L231-4), ``late_since`` when the
    resident was told that it takes longer than usual, ``alerted_on`` the day the department was warned of the deadline.
    """

    __tablename__ = "service_request"
    __table_args__ = (
        UniqueConstraint("account_id", "form_key"),
        Index("ix_service_request_department_status", "department_id", "status", "submitted_at"),
        Index("ix_service_request_department_submitted", "department_id", "submitted_at", "id"),
        Index("ix_service_request_account_submitted", "account_id", "submitted_at"),
        Index("ix_service_request_assigned", "assigned_agent_id", "status"),
        Index("ix_service_request_applicant", "department_id", "applicant_key"),
        Index("ix_service_request_person", "person_id", "department_id"),
        Index("ix_service_request_deadline", "department_id", "deadline"),
        Index("ix_service_request_retain_until", "retain_until"),
        Index("ix_service_request_state_until", "state_until"),
        Index("ix_service_request_decided", "decided_at"),
        Index("ix_service_request_changed", "updated_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    local_authority_id: Mapped[UUID] = mapped_column(ForeignKey("local_authority.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    procedure_version: Mapped[int]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    submitted_by: Mapped[UUID | None]
    mandate_id: Mapped[UUID | None]
    channel: Mapped[Channel] = mapped_column(StrEnumType(Channel))
    form_key: Mapped[str] = mapped_column(String(255))
    status: Mapped[RequestStatus] = mapped_column(StrEnumType(RequestStatus), default=RequestStatus.SUBMITTED)
    applicant_name: Mapped[str] = mapped_column(String(300))
    applicant_key: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(10), default="fr")
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed_answers: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_origins: Mapped[bytes | None] = mapped_column(LargeBinary)
    submitted_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    transmitted_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    taken_into_account_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    regime: Mapped[Regime] = mapped_column(StrEnumType(Regime), default=Regime.NONE)
    deadline: Mapped[date | None]
    waiting_since: Mapped[datetime | None]
    assigned_agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    retain_until: Mapped[date | None]
    amendments: Mapped[int] = mapped_column(default=0)
    workflow_state: Mapped[str | None] = mapped_column(String(40))
    state_until: Mapped[datetime | None]
    waited_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    corrections_asked: Mapped[list[str]] = mapped_column(JsonData, default=list)
    implicit_on: Mapped[date | None]
    late_since: Mapped[datetime | None]
    alerted_on: Mapped[date | None]


class RequestWord(Base):
    """A word by which agents find a request: of its applicant's name, or its reference (see ``search_words``).

    Compared byte by byte on both engines, so that a beginning is a range of the index. ``department_id`` is that of the
    request: other departments' homonyms are passed over without reading their requests.
    """

    __tablename__ = "request_word"
    __table_args__ = (Index("ix_request_word_word", "word", "request_id", "department_id"),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    word: Mapped[str] = mapped_column(
        String(LONGEST).with_variant(String(LONGEST, collation="C"), "postgresql"), primary_key=True
    )
    department_id: Mapped[UUID]


class Amendment(Base):
    """A correction of a request that was submitted: the answers before it. The request holds the present ones.

    ``number`` counts from 1; ``fields`` names what changed, never its value; ``idempotency_key`` makes it repeatable.
    """

    __tablename__ = "request_amendment"
    __table_args__ = (UniqueConstraint("request_id", "number"), UniqueConstraint("request_id", "idempotency_key"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    number: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(String(255))
    fields: Mapped[list[str]] = mapped_column(JsonData)
    reason_code: Mapped[str] = mapped_column(String(60), default="")
    sealed_before: Mapped[bytes] = mapped_column(LargeBinary)
    amended_at: Mapped[datetime]
    amended_by: Mapped[UUID]
    mandate_id: Mapped[UUID | None]


class FollowUp(Base):
    """How a person without an account comes back to a request: keyed fingerprints of its code and of its form.

    Neither is kept itself: the code is known to whoever sent the form, and to nobody else.
    """

    __tablename__ = "follow_up"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), unique=True)
    code_key: Mapped[str] = mapped_column(String(64))
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Forwarding(Base):
    """One recipient of a request: what the partner calls it, and how far it got there.

    ``prepared_at``: a letter is ready; ``posted_on``: the day an agent posted it.
    ``carried_amendment``: the number of the last correction that the recipient has, 0 for the request as submitted.
    ``closing`` tells what a person did of a sending that failed for good, and ``closing_note_id`` the message that says
    it in words: the trace of the sending itself is erased sooner than the request.
    """

    __tablename__ = "forwarding"
    __table_args__ = (
        UniqueConstraint("request_id", "connection"),
        Index("ix_forwarding_connection_external_ref", "connection", "external_ref"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    connection: Mapped[str] = mapped_column(String(60))
    external_ref: Mapped[str | None] = mapped_column(String(200))
    transmitted_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    taken_into_account_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure_code: Mapped[str | None] = mapped_column(String(80))
    carried_amendment: Mapped[int] = mapped_column(default=0)
    prepared_at: Mapped[datetime | None]
    posted_on: Mapped[date | None]
    closing: Mapped[Closing | None] = mapped_column(StrEnumType(Closing))
    closed_at: Mapped[datetime | None]
    closing_note_id: Mapped[UUID | None]

    @property
    def is_held_there(self) -> bool:
        """The recipient has the request, or a letter to it is ready: what follows must follow it there."""
        return self.transmitted_at is not None or self.prepared_at is not None or self.closing is Closing.OTHER_WAY


class Acknowledgement(Base):
    """The acknowledgement of receipt (CRPA R112-11-1), frozen. ``content_hash`` is the SHA-256 of its data."""

    __tablename__ = "acknowledgement"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), unique=True)
    sealed_data: Mapped[bytes] = mapped_column(LargeBinary)
    content_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]


class RequestMessage(Base):
    """A message between the resident and the department, or a partner's note; ``sealed`` holds words and signature.

    ``read_at``: when the other side first opened it: the department for what the resident wrote, and conversely.
    """

    __tablename__ = "request_message"
    __table_args__ = (
        UniqueConstraint("request_id", "idempotency_key"),
        Index("ix_request_message_request_posted", "request_id", "posted_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    kind: Mapped[MessageKind] = mapped_column(StrEnumType(MessageKind))
    author_kind: Mapped[ActorKind] = mapped_column(StrEnumType(ActorKind))
    author_id: Mapped[UUID | None]
    idempotency_key: Mapped[str] = mapped_column(String(255))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    posted_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class AppliedUpdate(Base):
    """A status already reported: hearing it again changes nothing. ``connection`` is empty for an act of ours."""

    __tablename__ = "applied_update"
    __table_args__ = (UniqueConstraint("request_id", "connection", "update_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    connection: Mapped[str] = mapped_column(String(60), default="")
    update_id: Mapped[str] = mapped_column(String(255))
    status: Mapped[RequestStatus | None] = mapped_column(StrEnumType(RequestStatus))
    outcome: Mapped[ApplyOutcome] = mapped_column(StrEnumType(ApplyOutcome))
    occurred_at: Mapped[datetime]
    applied_at: Mapped[datetime] = mapped_column(default=now)


class Opinion(Base):
    """What another department was asked about a request, and what it answered, both sealed.

    That department reads the request while the opinion is open: neither answered nor closed, and the request not ended.
    """

    __tablename__ = "opinion"
    __table_args__ = (
        UniqueConstraint("request_id", "idempotency_key"),
        Index("ix_opinion_department_open", "department_id", "closed_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    idempotency_key: Mapped[str] = mapped_column(String(255))
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    sealed_question: Mapped[bytes] = mapped_column(LargeBinary)
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    sealed_answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    closed_at: Mapped[datetime | None]


class InternalNote(Base):
    """A note between agents, sealed under the key of the request. Never shown to the person on a page.

    ``edited_at``: its author changed it, within the time allowed for that.
    """

    __tablename__ = "internal_note"
    __table_args__ = (
        UniqueConstraint("request_id", "idempotency_key"),
        Index("ix_internal_note_request_written", "request_id", "written_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    idempotency_key: Mapped[str] = mapped_column(String(255))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


class RequestTransfer(Base):
    """A request that went from one department to another: what the first one may still know of it."""

    __tablename__ = "request_transfer"
    __table_args__ = (Index("ix_request_transfer_from_department", "from_department_id", "transferred_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    from_department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    to_department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    transferred_by: Mapped[UUID]
    transferred_at: Mapped[datetime]


class DuplicateMark(Base):
    """A request found to be the same as another, ``kept_request_id``. It is closed at ``close_at``, unless undone.

    ``sealed_words``: what the person will read, under the key of the request that closes.
    """

    __tablename__ = "duplicate_mark"
    __table_args__ = (Index("ix_duplicate_mark_close_at", "close_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    kept_request_id: Mapped[UUID]
    marked_by: Mapped[UUID]
    marked_at: Mapped[datetime]
    close_at: Mapped[datetime]
    sealed_words: Mapped[bytes] = mapped_column(LargeBinary)
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20), default="")
