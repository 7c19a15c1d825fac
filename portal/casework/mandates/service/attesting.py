"""The attestation: as a page at once, as a PDF made by the worker, and verified by its code."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sdk import Receipt
from portal.casework.mandates.composing import compose_attestation
from portal.casework.mandates.enums import EventKind
from portal.casework.mandates.models import Mandate
from portal.casework.mandates.service.codes import revocation_code
from portal.casework.mandates.service.rows import content_of, held_row, note, own_row, text_of, view_of
from portal.casework.receipts.codes import code_key, normalise_code
from portal.casework.receipts.composing import for_the_press
from portal.casework.receipts.enums import PaperKind
from portal.casework.receipts.service import (
    VERIFICATION_PATH,
    Making,
    PaperFile,
    PaperView,
    Printed,
    VerifiedPaper,
    draw_code,
    print_content,
)
from portal.casework.receipts.shapes import Paper
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import SYSTEM, Actor
from portal.ground.vault.service import VaultDestroyed, seal, unseal
from portal.people.accounts.service import get_authority
from portal.records.outbox.enums import MessageState
from portal.records.outbox.service import delivery_state

_STILL_COMING = frozenset({MessageState.PENDING, MessageState.CLAIMED, MessageState.RETRYING})


@dataclass(frozen=True, slots=True)
class AttestationOrder:
    """What the press needs."""

    mandate_id: UUID
    content: dict[str, object]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class AttestationReceipt(Receipt):
    """What came out of the press."""

    printed: Printed | None = None


def show_attestation(session: Session, actor: Actor, mandate_id: UUID, *, public_url: str) -> PaperView:
    """The attestation as a page, and how far its PDF is; before the person agreed, the paper to be signed.

    :raises NotFound: none of theirs.
    """
    row = (held_row if actor.is_agent else own_row)(session, actor, mandate_id)
    return PaperView(
        content=_compose(session, row, public_url),
        making=Making.READY if row.sealed_pdf is not None else _making(session, row),
        size=row.pdf_size,
        code=str(content_of(session, row)["check"]),
    )


def read_attestation_pdf(session: Session, actor: Actor, mandate_id: UUID) -> PaperFile:
    """The PDF of the attestation.

    :raises NotFound: none of theirs, or its PDF is not ready.
    """
    row = (held_row if actor.is_agent else own_row)(session, actor, mandate_id)
    if row.sealed_pdf is None:
        raise NotFound("paper_not_ready")
    pdf = unseal(session, row.data_key_id, row.sealed_pdf, context=_place(row.id))
    return PaperFile(f"mandat-{row.created_at:%Y-%m-%d}.pdf", pdf)


def order_attestation(session: Session, mandate_id: UUID, *, public_url: str) -> AttestationOrder | None:
    """What the press needs, for the worker; None when the PDF exists, or the mandate is erased."""
    row = session.get(Mandate, mandate_id)
    if row is None or row.sealed_pdf is not None or row.confirmed_at is None:
        return None
    try:
        paper = _compose(session, row, public_url)
    except VaultDestroyed:
        return None
    drawing = draw_code(f"{public_url.rstrip('/')}{VERIFICATION_PATH}?code={paper.number}")
    return AttestationOrder(row.id, dict(for_the_press(paper, drawing)), row.confirmed_at)


def print_attestation(order: AttestationOrder) -> AttestationReceipt:
    """Make the PDF, outside any transaction. The same order gives the same bytes.

    :raises RetryableError, ProtocolError: see :func:`portal.casework.receipts.press.print_paper`.
    """
    return AttestationReceipt(external_ref="", printed=print_content(order.content, made_at=order.made_at))


def keep_attestation(session: Session, mandate_id: UUID, printed: Printed) -> None:
    """Keep the PDF, sealed. A second one is dropped: the first may already have been shown."""
    row = session.get(Mandate, mandate_id)
    if row is None or row.sealed_pdf is not None:
        return
    row.sealed_pdf = seal(session, row.data_key_id, printed.pdf, context=_place(row.id))
    row.pdf_size, row.pdf_hash = len(printed.pdf), hashlib.sha256(printed.pdf).hexdigest()
    session.flush()
    note(session, row, SYSTEM, EventKind.ATTESTATION_MADE, {"file_hash": row.pdf_hash})


def verify_attestation(session: Session, typed: str) -> VerifiedPaper | None:
    """What can be said of the attestation that bears this code; None when there is none.

    Neither the person nor the themes: the paper shows them to whoever holds it.
    """
    code = normalise_code(typed)
    if code is None:
        return None
    row = session.scalars(select(Mandate).where(Mandate.check_key == code_key(code))).one_or_none()
    if row is None or row.confirmed_at is None:
        return None
    return VerifiedPaper(
        kind=PaperKind.MANDATE,
        authority=get_authority(session).name,
        subject=text_of(session, row).department,
        issued_on=clock.local(row.confirmed_at).date(),
        masked_reference=f"{code[:3]}••-•••••-•••{code[-2:]}",
        content_hash=row.text_hash,
        file_hash=row.pdf_hash,
        standing=view_of(session, row, named=False).state.value,
    )


def _compose(session: Session, row: Mandate, public_url: str) -> Paper:
    content = content_of(session, row)
    return compose_attestation(
        view_of(session, row, named=False),
        text_of(session, row),
        get_authority(session),
        revocation=revocation_code(row.id),
        check=str(content["check"]),
        public_url=public_url,
    )


def _making(session: Session, row: Mandate) -> Making:
    """How far the PDF is while there is none. A dead order is somebody's task."""
    orders = [one.state for one in delivery_state(session, str(row.id))]
    if orders and orders[-1] in _STILL_COMING:
        return Making.PREPARING
    return Making.FAILED if orders and orders[-1] is MessageState.DEAD else Making.ABSENT


def _place(mandate_id: UUID) -> str:
    return f"mandate:{mandate_id}:pdf"
