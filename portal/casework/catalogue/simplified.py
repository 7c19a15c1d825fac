"""The simplified twin of a procedure: which of its texts have one. Pure."""

from collections.abc import Iterator

from portal.casework.catalogue.document import ProcedureDocument, Workflow
from portal.ground.dictionary.service import SIMPLIFIED, LocalText

Text = tuple[str, LocalText]
# « Votre adresse », « Les pièces » are simple as they are.
SIMPLE_ENOUGH = 6


def public_texts(document: ProcedureDocument) -> Iterator[Text]:
    """Every text that people read before and while they answer, with its path in the document."""
    yield "title", document.title
    yield "summary", document.summary
    if document.next:
        yield "next", document.next
    for number, need in enumerate(document.needs):
        yield f"needs.{number}", need
    if document.conditions:
        for number, text in enumerate(document.conditions.may_ask):
            yield f"conditions.may_ask.{number}", text
        for number, text in enumerate(document.conditions.otherwise):
            yield f"conditions.otherwise.{number}", text
    for number, way in enumerate(document.alternatives):
        yield f"alternatives.{number}", way.text
    if document.acknowledgement.exemption:
        yield "acknowledgement.exemption", document.acknowledgement.exemption
    yield from _fee(document)
    yield from _steps(document)
    yield from _workflow(document)


def _workflow(document: ProcedureDocument) -> Iterator[Text]:
    """What the person reads of the procedure's own workflow: its statuses, and what time says by itself."""
    if not isinstance(document.workflow, Workflow):
        return
    for status in document.workflow.statuses:
        yield f"workflow.statuses.{status.code}.label", status.label
    for move in document.workflow.transitions:
        action = move.action("message")
        if "timeout" in move.who and action and action.text:
            yield f"workflow.transitions.{move.code}.text", action.text


def _fee(document: ProcedureDocument) -> Iterator[Text]:
    if document.fee is None:
        return
    for number, band in enumerate(document.fee.bands):
        yield f"fee.bands.{number}", band.who
    if document.fee.note:
        yield "fee.note", document.fee.note


def _steps(document: ProcedureDocument) -> Iterator[Text]:
    for step in document.steps:
        yield f"steps.{step.slug}.title", step.title
        if step.lead:
            yield f"steps.{step.slug}.lead", step.lead
        for field in step.fields:
            if field.hint:
                yield f"fields.{field.name}.hint", field.hint
        for way_out in step.exits:
            yield f"steps.{step.slug}.exits.{way_out.slug}.title", way_out.title
            yield f"steps.{step.slug}.exits.{way_out.slug}.text", way_out.text


def without_twin(document: ProcedureDocument) -> list[str]:
    """The paths of the public texts that lack a simplified twin: they are shown in plain French.

    A few words need none.
    """
    return [
        path
        for path, text in public_texts(document)
        if SIMPLIFIED not in text.root and len(str(text).split()) > SIMPLE_ENOUGH
    ]
