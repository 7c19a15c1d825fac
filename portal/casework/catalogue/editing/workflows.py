"""The workflow of a draft, status by status and move by move. Pure: a document in, another out.

A procedure that names a ready-made workflow has nothing to change: it first begins one of its own from it.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any, Literal

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing.outline import Data, changed
from portal.casework.catalogue.ranking import fold
from portal.casework.catalogue.workflow import ENDS, Transition, Workflow
from portal.casework.catalogue.workflows import ready_made
from portal.ground.errors import NotFound

Kind = Literal["statuses", "transitions"]
MAX_CODE = 40


def own_workflow(document: ProcedureDocument) -> Workflow:
    """The workflow that the document carries.

    :raises NotFound: it names a ready-made one.
    """
    if not isinstance(document.workflow, Workflow):
        raise NotFound("workflow_ready_made")
    return document.workflow


def begin_workflow(document: ProcedureDocument, name: str) -> ProcedureDocument:
    """The procedure with a workflow of its own, which is a copy of a ready-made one.

    :raises NotFound: no ready-made one has this name.
    """
    model = ready_made().get(name)
    if model is None:
        raise NotFound("workflow_unknown")
    copied = model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    return changed(document, lambda data: data.update(workflow=copied))


def use_ready_made(document: ProcedureDocument, name: str) -> ProcedureDocument:
    """The procedure with a ready-made workflow, ``standard`` included; one of its own is lost.

    :raises Invalid: there is none of this name.
    """
    return changed(document, lambda data: data.update(workflow=name))


def place_of(document: ProcedureDocument, kind: Kind, code: str) -> int:
    """The place of a status or of a move.

    :raises NotFound: there is none, or the workflow is a ready-made one.
    """
    for place, one in enumerate(getattr(own_workflow(document), kind)):
        if one.code == code:
            return place
    raise NotFound("workflow_part_unknown")


def shift(document: ProcedureDocument, kind: Kind, code: str, by: int) -> ProcedureDocument:
    """A status or a move, up or down the list; at its end, it stays where it is."""
    place = place_of(document, kind, code)

    def edit(data: Data) -> None:
        items, target = data["workflow"][kind], place + by
        if 0 <= target < len(items):
            items[place], items[target] = items[target], items[place]

    return changed(document, edit)


def add_status(document: ProcedureDocument, status: Data) -> ProcedureDocument:
    """One more status, before those that end; what ends comes last. Its code comes from its words."""
    known = own_workflow(document)
    made = {"code": _code(status["label"]["fr"], "etat", (one.code for one in known.statuses)), **status}
    last = len(known.statuses)
    first_end = next((place for place, one in enumerate(known.statuses) if one.is_end), last)
    place = last if status.get("status") in ENDS else first_end
    return changed(document, lambda data: data["workflow"]["statuses"].insert(place, made))


def add_move(document: ProcedureDocument, move: Data) -> ProcedureDocument:
    """One more move, at the end. Its code comes from its words."""
    known = own_workflow(document)
    made = {"code": _code(move["label"]["fr"], "action", (one.code for one in known.transitions)), **move}
    return changed(document, lambda data: data["workflow"].setdefault("transitions", []).append(made))


def _code(words: str, default: str, taken: Iterable[str]) -> str:
    plain = "_".join(re.findall(r"[a-z0-9]+", fold(words)))[: MAX_CODE - 4].strip("_")
    base = plain if plain[:1].isalpha() else f"{default}_{plain}".strip("_")
    known, number, found = set(taken), 2, base
    while found in known:
        found, number = f"{base}_{number}", number + 1
    return found


def remove_move(document: ProcedureDocument, code: str) -> ProcedureDocument:
    """The workflow without this move."""
    place = place_of(document, "transitions", code)
    return changed(document, lambda data: data["workflow"]["transitions"].pop(place) and None)


def lost_with(workflow: Workflow, code: str, instead: str = "") -> list[Transition]:
    """The moves that go with a status: those that lead to it, unless they lead elsewhere ``instead``, and those that
    start nowhere else.
    """
    return [one for one in workflow.transitions if set(one.sources) <= {code} or (one.target == code and not instead)]


def remove_status(document: ProcedureDocument, code: str, instead: str = "") -> ProcedureDocument:
    """The workflow without this status, nor the moves that go with it.

    :param instead: the status where the moves that led to it lead from now on; they are removed without one.
    :raises Invalid: it is the last one.
    """
    place, known = place_of(document, "statuses", code), own_workflow(document)
    if instead:
        place_of(document, "statuses", instead)
    lost = {one.code for one in lost_with(known, code, instead)}

    def edit(data: Data) -> None:
        flow = data["workflow"]
        flow["statuses"].pop(place)
        kept = [one for one in flow.get("transitions", []) if one["code"] not in lost]
        flow["transitions"] = [_without(one, code, instead) for one in kept]

    return changed(document, edit)


def _without(move: dict[str, Any], code: str, instead: str) -> dict[str, Any]:
    kept: Collection[str] = [source for source in move["from"] if source != code]
    return {**move, "from": kept, "to": instead if move["to"] == code else move["to"]}
