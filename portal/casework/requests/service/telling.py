"""Having the applicant told, or knowing that nobody can be."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.service import get_version
from portal.casework.notifications.service import LANE, NoticeChannel, NotificationEvent, notify
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.sealed import answers_of
from portal.ground.dictionary.service import Value
from portal.ground.permissions import Actor
from portal.people.accounts.service import get_account, get_department, heads_of
from portal.records.outbox.service import enqueue

EMAIL = "contact.email"
TOLD_BY_EMAIL = "email"
TOLD_BY_SMS = "sms"
TOLD_IN_SPACE = "space"
TOLD_BEFORE = "before"
NOT_TOLD = "none"
DEPARTMENT_ALERT = "department_alert"
# What else a department is told of by e-mail: the ``about`` of an alert that concerns no sending.
OPINION_ASKED = "opinion_asked"
OPINION_ANSWERED = "opinion_answered"
DEADLINE_NEAR = "deadline_near"


def address_of(session: Session, request: ServiceRequest) -> str:
    """Where the applicant is written to: the address given in the request, else the account's; empty when none."""
    document = get_version(session, request.procedure_id, request.procedure_version).document
    given = address_in(document, answers_of(session, request))
    if given or request.account_id is None:
        return given
    return get_account(session, request.account_id).email


def address_in(document: ProcedureDocument, answers: Mapping[str, Value]) -> str:
    """The address given in the answers; empty when the procedure asks for none or it was left out."""
    for _step, field in document.fields():
        if field.concept == EMAIL and answers.get(field.name):
            return str(answers[field.name])
    return ""


def tell_applicant(
    session: Session, request: ServiceRequest, event: NotificationEvent, *, cause: str = "", actor: Actor | None = None
) -> str:
    """Write the notification; say in a code for the timeline how the person is told.

    Without an address nor a number, it waits in the space of who has an account, and the code is ``none``.
    """
    address = address_of(session, request)
    if not address and request.account_id is None:
        return NOT_TOLD
    agent_id: UUID | None = actor.id if actor and actor.is_agent else None
    channels = notify(
        session,
        event=event,
        request_id=request.id,
        account_id=request.account_id,
        address=address,
        cause=cause,
        agent_id=agent_id,
        language=request.language,
    )
    if channels:
        return TOLD_BY_EMAIL if NoticeChannel.EMAIL in channels else TOLD_BY_SMS
    return TOLD_IN_SPACE if address else NOT_TOLD


def address_in_charge(session: Session, request: ServiceRequest) -> str:
    """Where the department that has the request now is written to; empty when it has no address.

    What its procedure says, while it is in the department of the procedure; after a transfer, that department's own
    address, or one of its heads' when it has none.
    """
    procedure = get_version(session, request.procedure_id, request.procedure_version)
    if request.department_id == procedure.department_id:
        return procedure.document.acknowledgement.service.email or ""
    heads = heads_of(session, request.department_id)
    return get_department(session, request.department_id).email or next((one.email for one in heads if one.email), "")


def warn_department(session: Session, request: ServiceRequest, connection: str, about: str, death: str) -> None:
    """Have the department in charge told, by one e-mail, that a sending waits for a person. Nothing without an address.

    :param about: the kind of the message that failed.
    :param death: what tells this failure from any other: the same one is told once.
    """
    if not address_in_charge(session, request):
        return
    enqueue(
        session,
        lane=LANE,
        kind=DEPARTMENT_ALERT,
        payload={"request_id": str(request.id), "connection": connection, "about": about},
        idempotency_key=f"alert:{death}",
    )


def alert_department(session: Session, request: ServiceRequest, about: str, *, opinion_id: UUID | None = None) -> None:
    """Have a department told by one e-mail of what it has to do: the one asked for an opinion, else the one in charge.

    :param about: ``OPINION_ASKED``, ``OPINION_ANSWERED`` or ``DEADLINE_NEAR``; each is told once to a department.
    """
    payload = {"request_id": str(request.id), "connection": "", "about": about}
    if opinion_id is not None:
        payload["opinion_id"] = str(opinion_id)
    enqueue(
        session,
        lane=LANE,
        kind=DEPARTMENT_ALERT,
        payload=payload,
        idempotency_key=f"alert:{about}:{opinion_id or f'{request.id}:{request.department_id}'}",
    )
