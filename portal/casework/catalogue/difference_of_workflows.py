"""What changed in the workflow of a procedure, in sentences. Pure."""

from collections.abc import Iterator

from flask_babel import gettext as _

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.saying import say_value
from portal.casework.catalogue.saying_workflows import MODELS, say_sense, say_state
from portal.casework.catalogue.workflow import Workflow
from portal.casework.catalogue.workflows import workflow_of

# The sentence, what was, what is.
Told = tuple[str, str, str]


def compare_workflows(before: ProcedureDocument, after: ProcedureDocument) -> Iterator[Told]:
    """Every change from one workflow to the other."""
    if before.workflow == after.workflow:
        return
    names = _name(before), _name(after)
    if names[0] != names[1]:
        yield _("Déroulement : un autre a été choisi."), *names
    old, new = workflow_of(before), workflow_of(after)
    if old is None or new is None or not isinstance(after.workflow, Workflow):
        return
    yield from _statuses(after, old, new)
    yield from _moves(before, after, old, new)


def _name(document: ProcedureDocument) -> str:
    named = document.workflow
    return str(MODELS[named]) if isinstance(named, str) else _("Propre à cette démarche")


def _statuses(document: ProcedureDocument, old: Workflow, new: Workflow) -> Iterator[Told]:
    was, now = ({one.code: one for one in workflow.statuses} for workflow in (old, new))
    for code, status in now.items():
        if code not in was:
            yield _("Déroulement : l’état « %(name)s » a été ajouté.", name=str(status.label)), "", say_state(status)
            continue
        former, present = (f"{say_value(document, one.label)} : {say_state(one)}" for one in (was[code], status))
        if former != present:
            yield _("Déroulement : l’état « %(name)s » a changé.", name=str(status.label)), former, present
    for code, status in was.items():
        if code not in now:
            yield _("Déroulement : l’état « %(name)s » a été retiré.", name=str(status.label)), say_state(status), ""
    if [code for code in was if code in now] != [code for code in now if code in was]:
        first, then = (", ".join(str(one.label) for one in workflow.statuses) for workflow in (old, new))
        yield _("Déroulement : l’ordre des états a changé."), first, then


def _moves(before: ProcedureDocument, after: ProcedureDocument, old: Workflow, new: Workflow) -> Iterator[Told]:
    was, now = ({one.code: one for one in workflow.transitions} for workflow in (old, new))
    for code, move in now.items():
        said, name = say_sense(after, move, new), str(move.label)
        if code not in was:
            yield _("Déroulement : l’action « %(name)s » a été ajoutée.", name=name), "", said
        elif was[code] != move:
            former = f"{say_value(before, was[code].label)} : {say_sense(before, was[code], old)}"
            present = f"{say_value(after, move.label)} : {said}"
            yield _("Déroulement : l’action « %(name)s » a changé.", name=name), former, present
    for code, move in was.items():
        if code not in now:
            sentence = _("Déroulement : l’action « %(name)s » a été retirée.", name=str(move.label))
            yield sentence, say_sense(before, move, old), ""
    if [code for code in was if code in now] != [code for code in now if code in was]:
        yield _("Déroulement : l’ordre des actions a changé."), "", ", ".join(str(one.label) for one in new.transitions)
