"""The kinds of appointment that a workflow may name."""

from portal.casework.appointments.service import list_kind_names
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.workflow import kinds_named
from portal.casework.catalogue.workflows import workflow_of
from portal.ground import web
from portal.people.accounts.service import list_departments


def kinds_of(document: ProcedureDocument) -> dict[str, str]:
    """Those of the department in charge, slug → title."""
    mine = next((one.id for one in list_departments(web.unit()) if one.slug == document.department), None)
    return {one.slug: one.title for one in list_kind_names(web.unit()) if one.department_id == mine}


def known_kinds(document: ProcedureDocument) -> dict[str, str]:
    """Every kind that exists, slug → title; none, without asking, for a workflow that names none."""
    flow = workflow_of(document)
    if flow is None or not kinds_named(flow):
        return {}
    return {one.slug: one.title for one in list_kind_names(web.unit())}
