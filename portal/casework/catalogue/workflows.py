"""The ready-made workflows, and the one that a procedure means. Pure."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.workflow import Workflow

ReadyMade = Literal["case", "forward", "report", "booking"]
READY_MADE: tuple[ReadyMade, ...] = ("case", "forward", "report", "booking")


@cache
def ready_made() -> Mapping[str, Workflow]:
    """The four workflows that a document may name, by name."""
    text = (Path(__file__).parent / "workflows.yaml").read_text(encoding="utf-8")
    return {name: Workflow.model_validate(data) for name, data in yaml.safe_load(text).items()}


def workflow_of(document: ProcedureDocument) -> Workflow | None:
    """The workflow of a procedure: its own, or the ready-made one that it names; None for the standard one."""
    if isinstance(document.workflow, Workflow):
        return document.workflow
    return ready_made().get(document.workflow)
