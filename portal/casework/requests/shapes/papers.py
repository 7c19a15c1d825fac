"""What is said in writing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.catalogue.document import Recourse
from portal.casework.requests.acknowledgements import AcknowledgedService, AcknowledgementData
from portal.casework.requests.enums import RequestStatus


@dataclass(frozen=True, slots=True)
class AcknowledgementView:
    """An acknowledgement as issued. ``data_key_id`` seals all that belongs to the request."""

    number: str
    data: AcknowledgementData
    content_hash: str
    request_id: UUID
    data_key_id: UUID


@dataclass(frozen=True, slots=True)
class DecisionLetterView:
    """A decision made by an agent, with what its letter says: reasons, author, contacts, ways to contest."""

    reference: str
    subject: str
    applicant: str
    submitted_at: datetime
    decision: RequestStatus
    reason: str
    agent_name: str
    agent_role: str
    decided_at: datetime
    service: AcknowledgedService
    recourse: Recourse | None
    language: str
    request_id: UUID
    data_key_id: UUID
