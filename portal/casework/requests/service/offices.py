"""The department in charge of a request, as people are told of it: the procedure's own, or the one it went to."""

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import ProcedureView
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.shapes import DepartmentContact
from portal.people.accounts.service import get_department


def office_of(session: Session, request: ServiceRequest, procedure: ProcedureView) -> DepartmentContact:
    """How to reach the department in charge. A statement more once the request has gone to another one."""
    if request.department_id != procedure.department_id:
        other = get_department(session, request.department_id)
        return DepartmentContact(other.id, other.name, "", other.email, other.phone)
    service = procedure.document.acknowledgement.service
    return DepartmentContact(
        id=procedure.department_id,
        designation=service.designation or "",
        postal_address=service.postal_address or "",
        email=service.email or "",
        phone=service.phone or "",
    )
