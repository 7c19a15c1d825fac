"""The door of the room: a paper as a page, its PDF, its making by the worker, its verification. Nothing commits."""

import hashlib
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.receipts.codes import code_key, mask_reference, new_code, normalise_code
from portal.casework.receipts.composing import (
    compose_acknowledgement,
    compose_decision,
    flat_lines,
    for_the_press,
    line,
)
from portal.casework.receipts.enums import Making, PaperKind
from portal.casework.receipts.models import Paper as PaperRow
from portal.casework.receipts.press import FORM_TEMPLATE, print_paper
from portal.casework.receipts.shapes import Line, Paper, PaperFile, PaperView, Printed, PrintOrder, VerifiedPaper
from portal.casework.receipts.wording import FILE_NAMES, say_remark
from portal.casework.requests import service as requests
from portal.casework.requests.service import AcknowledgementView, DecisionLetterView
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import VaultDestroyed, seal, unseal
from portal.people.accounts.service import get_authority
from portal.records.outbox.enums import MessageState
from portal.records.outbox.service import delivery_state

__all__ = [
    "OUTBOX_KINDS",
    "VERIFICATION_PATH",
    "Line",
    "Making",
    "PaperFile",
    "PaperKind",
    "PaperView",
    "PrintOrder",
    "Printed",
    "VerifiedPaper",
    "ask_for_pdf",
    "draw_code",
    "flat_lines",
    "keep_pdf",
    "line",
    "order_for_press",
    "print_content",
    "print_form",
    "print_order",
    "read_pdf",
    "say_remark",
    "show_paper",
    "verify_paper",
]

VERIFICATION_PATH: Final = "/verifier"
OUTBOX_KINDS: Final[Mapping[PaperKind, str]] = {
    PaperKind.ACKNOWLEDGEMENT: requests.ACKNOWLEDGEMENT_PAPER,
    PaperKind.DECISION: requests.DECISION_PAPER,
}
_KINDS: Final = {kind: paper for paper, kind in OUTBOX_KINDS.items()}
_STILL_COMING: Final = frozenset({MessageState.PENDING, MessageState.CLAIMED, MessageState.RETRYING})
Source = AcknowledgementView | DecisionLetterView


def show_paper(
    session: Session, actor: Actor, reference: str, kind: PaperKind, *, public_url: str, journal: Session | None = None
) -> PaperView:
    """A paper as a page: the same content as its PDF, and how far the PDF is.

    :param public_url: the address of the portal.
    :param journal: the session that writes the line of the journal; mandatory for an agent.
    :raises NotFound: no such paper of theirs.
    """
    source = _source_for(session, actor, reference, kind, journal)
    row = _find(session, source.request_id, kind)
    code = _code_of(session, row) if row else ""
    return PaperView(
        content=_compose(session, source, code, public_url),
        making=Making.READY if row else _making(_orders(session, source.request_id, kind)),
        size=row.size if row else 0,
        code=code,
    )


def read_pdf(
    session: Session, actor: Actor, reference: str, kind: PaperKind, *, journal: Session | None = None
) -> PaperFile:
    """The PDF of a paper.

    :param journal: the session that writes the line of the journal; mandatory for an agent.
    :raises NotFound: no such paper of theirs, or its PDF is not ready.
    """
    source = _source_for(session, actor, reference, kind, journal)
    row = _find(session, source.request_id, kind)
    if row is None:
        raise NotFound("paper_not_ready")
    pdf = unseal(session, row.data_key_id, row.sealed_pdf, context=_place(row.id, "pdf"))
    return PaperFile(f"{FILE_NAMES[kind]}-{row.reference}.pdf", pdf)


def ask_for_pdf(session: Session, actor: Actor, reference: str, kind: PaperKind) -> None:
    """Have the worker make the PDF of a paper that has none and will have none by itself. Else changes nothing.

    :raises NotFound: no such paper of theirs.
    """
    source = _source_for(session, actor, reference, kind, session)
    states = _orders(session, source.request_id, kind)
    if _find(session, source.request_id, kind) is None and _making(states) is Making.ABSENT:
        requests.order_paper(session, source.request_id, OUTBOX_KINDS[kind], time=len(states))


def order_for_press(session: Session, request_id: UUID, outbox_kind: str, *, public_url: str) -> PrintOrder | None:
    """What the press needs, for the worker; None when the PDF exists, or when the request is erased.

    :raises NotFound: there is no such paper.
    """
    kind = _KINDS[outbox_kind]
    if _find(session, request_id, kind) is not None:
        return None
    try:
        source = _source(session, request_id, kind)
    except VaultDestroyed:
        return None
    code = new_code()
    paper = _compose(session, source, code, public_url)
    subject, issued_at = _subject_and_date(source)
    return PrintOrder(
        request_id=request_id,
        data_key_id=source.data_key_id,
        kind=kind,
        code=code,
        reference=paper.number,
        subject=subject,
        content_hash=_hash_of(source),
        issued_at=issued_at,
        content=for_the_press(paper, draw_code(f"{public_url}{VERIFICATION_PATH}?code={code}")),
    )


def print_order(order: PrintOrder) -> Printed:
    """Make the PDF, outside any transaction. The same order gives the same bytes.

    :raises RetryableError, ProtocolError: see :func:`portal.casework.receipts.press.print_paper`.
    """
    return print_paper(dict(order.content), made_at=order.issued_at)


def print_content(content: Mapping[str, Any], *, made_at: datetime) -> Printed:
    """Make the PDF of a content of the template of papers, outside any transaction.

    :raises RetryableError, ProtocolError: see :func:`portal.casework.receipts.press.print_paper`.
    """
    return print_paper(dict(content), made_at=made_at)


def print_form(content: Mapping[str, Any], *, made_at: datetime) -> Printed:
    """Make the PDF of a content of the template of blank forms, outside any transaction.

    :raises RetryableError, ProtocolError: see :func:`portal.casework.receipts.press.print_paper`.
    """
    return print_paper(dict(content), made_at=made_at, template=FORM_TEMPLATE)


def keep_pdf(session: Session, order: PrintOrder, printed: Printed) -> None:
    """Keep a PDF, sealed. A second one of the same paper is dropped: the first may already have been shown."""
    if _find(session, order.request_id, order.kind) is not None:
        return
    paper_id = new_id()

    def sealed(data: bytes, what: str) -> bytes:
        return seal(session, order.data_key_id, data, context=_place(paper_id, what))

    row = PaperRow(
        id=paper_id,
        request_id=order.request_id,
        kind=order.kind,
        data_key_id=order.data_key_id,
        reference=order.reference,
        subject=order.subject[:300],
        code_key=code_key(order.code),
        sealed_code=sealed(order.code.encode(), "code"),
        sealed_pdf=sealed(printed.pdf, "pdf"),
        size=len(printed.pdf),
        content_hash=order.content_hash,
        file_hash=hashlib.sha256(printed.pdf).hexdigest(),
        missing_glyphs=_ranges(printed.missing),
        issued_at=order.issued_at,
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()


def verify_paper(session: Session, typed: str) -> VerifiedPaper | None:
    """What can be said of the paper that bears this code, loosely typed or not; None when there is none."""
    code = normalise_code(typed)
    if code is None:
        return None
    row = session.scalars(select(PaperRow).where(PaperRow.code_key == code_key(code))).one_or_none()
    if row is None:
        return None
    return VerifiedPaper(
        kind=row.kind,
        authority=get_authority(session).name,
        subject=row.subject,
        issued_on=clock.local(row.issued_at).date(),
        masked_reference=mask_reference(row.reference),
        content_hash=row.content_hash,
        file_hash=row.file_hash,
    )


def draw_code(address: str) -> str:
    """An address as a code to be scanned (QR, ISO/IEC 18004), drawn in SVG."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, nl=False
    )
    return drawn.getvalue().decode()


def _source(session: Session, request_id: UUID, kind: PaperKind) -> Source:
    if kind is PaperKind.DECISION:
        return requests.issued_decision(session, request_id)
    return requests.issued_acknowledgement(session, request_id)


def _source_for(session: Session, actor: Actor, reference: str, kind: PaperKind, journal: Session | None) -> Source:
    if kind is PaperKind.DECISION:
        return requests.get_decision_letter(session, actor, reference, journal=journal)
    return requests.get_acknowledgement(session, actor, reference, journal=journal)


def _compose(session: Session, source: Source, code: str, public_url: str) -> Paper:
    authority, address = get_authority(session), f"{public_url}{VERIFICATION_PATH}"
    if isinstance(source, AcknowledgementView):
        return compose_acknowledgement(source.data, source.content_hash, authority, code=code, address=address)
    return compose_decision(source, _hash_of(source), authority, code=code, address=address)


def _subject_and_date(source: Source) -> tuple[str, datetime]:
    if isinstance(source, AcknowledgementView):
        return source.data.subject, source.data.issued_at
    return source.subject, source.decided_at


def _hash_of(source: Source) -> str:
    """The fingerprint printed on the paper: SHA-256 of what was frozen."""
    if isinstance(source, AcknowledgementView):
        return source.content_hash
    said = [
        source.reference,
        source.decision.value,
        source.reason,
        source.agent_name,
        source.agent_role,
        source.decided_at.isoformat(),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _ranges(missing: tuple[str, ...]) -> list[str]:
    """Enough to know which font is lacking, and too little to read a name: ``U+4E2D`` is kept as ``U+4E00``."""
    return sorted({f"{one[:-2]}00" for one in missing})


def _find(session: Session, request_id: UUID, kind: PaperKind) -> PaperRow | None:
    query = select(PaperRow).where(PaperRow.request_id == request_id, PaperRow.kind == kind)
    return session.scalars(query).one_or_none()


def _code_of(session: Session, row: PaperRow) -> str:
    return unseal(session, row.data_key_id, row.sealed_code, context=_place(row.id, "code")).decode()


def _place(paper_id: UUID, what: str) -> str:
    return f"paper:{paper_id}:{what}"


def _orders(session: Session, request_id: UUID, kind: PaperKind) -> list[MessageState]:
    """What became of each order to the worker, the oldest first."""
    return [one.state for one in delivery_state(session, str(request_id)) if one.kind == OUTBOX_KINDS[kind]]


def _making(orders: list[MessageState]) -> Making:
    """How far the PDF is while there is none. A dead order is somebody's task; a closed one may be given again."""
    if orders and orders[-1] in _STILL_COMING:
        return Making.PREPARING
    return Making.FAILED if orders and orders[-1] is MessageState.DEAD else Making.ABSENT
