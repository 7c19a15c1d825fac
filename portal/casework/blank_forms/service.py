"""The door of the room: a form as a page, its PDF, its making by the worker. Everything flushes, nothing commits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sdk import ProtocolError
from portal.casework.blank_forms.composing import compose_form, for_the_press
from portal.casework.blank_forms.enums import Answering
from portal.casework.blank_forms.models import PrintedForm
from portal.casework.blank_forms.shapes import BlankForm, FormFile, FormOrder, PaperPart, PaperQuestion
from portal.casework.catalogue.service import ProcedureView, get_published, list_published
from portal.casework.receipts.service import Printed, print_form
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.people.accounts.service import get_authority

__all__ = [
    "Answering",
    "BlankForm",
    "FormFile",
    "FormOrder",
    "PaperPart",
    "PaperQuestion",
    "form_size",
    "keep_form",
    "print_order",
    "read_form",
    "show_form",
    "waiting_forms",
]

# What the press refused is tried again after a day: a new version of the press may take it.
TRY_AGAIN: Final = timedelta(days=1)
AT_ONCE: Final = 10


def show_form(session: Session, procedure: ProcedureView) -> BlankForm:
    """The blank form of an open procedure: the same content as its PDF."""
    return compose_form(procedure.document, procedure.version, get_authority(session))


def form_size(session: Session, procedure: ProcedureView) -> int:
    """The size in bytes of the PDF of this version; 0 while the worker has not made it."""
    query = select(PrintedForm.size).where(
        PrintedForm.procedure_id == procedure.id, PrintedForm.version == procedure.version
    )
    return session.scalar(query) or 0


def read_form(session: Session, slug: str) -> FormFile:
    """The PDF of the form of an open procedure.

    :raises NotFound: ``procedure_unknown``, or ``form_not_ready``: the worker has not made it yet.
    """
    procedure = get_published(session, slug)
    row = _find(session, procedure.id, procedure.version)
    if row is None or not row.size or row.pdf is None:
        raise NotFound("form_not_ready")
    return FormFile(f"formulaire-{procedure.slug}-v{procedure.version}.pdf", row.pdf)


def waiting_forms(session: Session, *, limit: int = AT_ONCE) -> list[FormOrder]:
    """The forms of open procedures that are still to be printed, for the worker. Reads only."""
    rows = {(row.procedure_id, row.version): row for row in session.scalars(select(PrintedForm))}
    orders: list[FormOrder] = []
    for one in list_published(session):
        if len(orders) == limit:
            break
        procedure = get_published(session, one.slug)
        form = show_form(session, procedure)
        if _is_needed(rows.get((procedure.id, procedure.version)), form.code):
            orders.append(FormOrder(procedure.id, procedure.version, form.code, for_the_press(form), clock.now()))
    return orders


def _is_needed(row: PrintedForm | None, code: str) -> bool:
    if row is None or row.code != code:
        return True
    return not row.size and row.made_at <= clock.now() - TRY_AGAIN


def print_order(order: FormOrder) -> Printed | None:
    """Make the PDF, outside any transaction; None when the press says that it cannot be made.

    :raises RetryableError: the press failed for a reason that may pass.
    """
    try:
        return print_form(order.content, made_at=order.made_at)
    except ProtocolError:
        return None


def keep_form(session: Session, order: FormOrder, printed: Printed | None) -> None:
    """Keep the PDF of a version, instead of the one that had another content."""
    row = _find(session, order.procedure_id, order.version)
    if row is None:
        row = PrintedForm(procedure_id=order.procedure_id, version=order.version)
        session.add(row)
    row.code, row.made_at = order.code, order.made_at
    row.pdf, row.size = (printed.pdf, len(printed.pdf)) if printed else (None, 0)
    session.flush()


def _find(session: Session, procedure_id: UUID, version: int) -> PrintedForm | None:
    found: Sequence[PrintedForm] = session.scalars(
        select(PrintedForm).where(PrintedForm.procedure_id == procedure_id, PrintedForm.version == version)
    ).all()
    return found[0] if found else None
