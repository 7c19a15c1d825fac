"""The content of an acknowledgement of receipt, frozen at submission (CRPA L112-11, R112-11-1). Pure."""

import hashlib
import json
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from portal.casework.catalogue.document import AcknowledgementRule, Delay, ProcedureDocument, Recourse
from portal.casework.catalogue.enums import Regime
from portal.casework.requests.deadlines import implicit_decision_date
from portal.casework.requests.enums import Channel
from portal.ground import clock


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AcknowledgedService(_Frozen):
    """The service in charge, as named to the person."""

    designation: str
    postal_address: str = ""
    email: str = ""
    phone: str


class AcknowledgementData(_Frozen):
    """Everything the acknowledgement says.

    ``kind`` ARE: accusé de réception électronique, never an accusé d'enregistrement; AR: that of a request received on
    paper, by phone or at the counter (CRPA R112-5). ``received_at`` is in the authority's zone.
    ``implicit_decision_date`` holds if the file is complete.
    """

    number: str
    kind: Literal["ARE", "AR"] = "ARE"
    received_at: AwareDatetime
    channel: Channel
    applicant: str
    subject: str
    procedure: str
    procedure_version: int
    service: AcknowledgedService
    is_request: bool
    regime: Regime
    delay: Delay | None = None
    implicit_decision_date: date | None = None
    exemption: str = ""
    attestation: str = ""
    recourse: Recourse | None = None
    evidence_received: tuple[str, ...] = ()
    evidence_missing: tuple[str, ...] = ()
    evidence_deadline_days: int | None = None
    evidence_effect: str = ""
    issued_at: AwareDatetime
    sent_to: str = ""
    language: str = "fr"


def build_acknowledgement(
    document: ProcedureDocument,
    *,
    version: int,
    number: str,
    received_at: datetime,
    channel: Channel,
    applicant: str,
    sent_to: str,
    evidence_received: tuple[str, ...] = (),
    language: str = "fr",
    issued_at: datetime | None = None,
    on_paper: bool = False,
) -> AcknowledgementData:
    """Freeze what the procedure says on the day of receipt; ``evidence_received``: the names of what came with it.

    :param issued_at: when it is made, where that is not when the request was received.
    :param on_paper: the request did not come by the portal (CRPA R112-5).
    """
    rule = document.acknowledgement
    evidence = rule.missing_evidence
    return AcknowledgementData(
        number=number,
        kind="AR" if on_paper else "ARE",
        received_at=received_at,
        channel=channel,
        applicant=applicant,
        subject=document.title.get(language),
        procedure=document.slug,
        procedure_version=version,
        service=AcknowledgedService.model_validate(rule.service.model_dump(exclude_none=True)),
        is_request=rule.is_request,
        regime=rule.regime or Regime.NONE,
        delay=rule.delay,
        implicit_decision_date=decision_date(rule, received_at),
        exemption=rule.exemption.get(language) if rule.exemption else "",
        attestation=rule.attestation.get(language) if rule.attestation else "",
        recourse=rule.recourse,
        evidence_received=evidence_received,
        evidence_deadline_days=evidence.deadline_days if evidence else None,
        evidence_effect=evidence.effect.get(language) if evidence else "",
        issued_at=clock.local(issued_at) if issued_at else received_at,
        sent_to=sent_to,
        language=language,
    )


def decision_date(rule: AcknowledgementRule, received_at: datetime) -> date | None:
    """The day silence becomes a decision, from the civil day of receipt; None where silence decides nothing."""
    if rule.regime not in {Regime.ACCEPTANCE, Regime.REJECTION} or rule.delay is None:
        return None
    return implicit_decision_date(clock.local(received_at).date(), rule.delay)


def content_hash(data: AcknowledgementData) -> str:
    """SHA-256 of the canonical JSON: what was said can be proven later."""
    canonical = json.dumps(data.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
