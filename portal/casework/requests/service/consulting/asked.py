"""The opinions asked about a request, as the department in charge reads them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests import policy
from portal.casework.requests.models import Opinion, ServiceRequest
from portal.casework.requests.service.sealed import opinion_words
from portal.casework.requests.shapes import OpinionView


def opinions_of(session: Session, request: ServiceRequest) -> tuple[OpinionView, ...]:
    """The opinions asked about a request, for the department in charge. One statement."""
    query = select(Opinion).where(Opinion.request_id == request.id).order_by(Opinion.asked_at, Opinion.id)
    return tuple(
        OpinionView(
            id=row.id,
            department_id=row.department_id,
            asked_at=row.asked_at,
            question=opinion_words(session, request, row.id, "question", row.sealed_question),
            answered_by=row.answered_by,
            answered_at=row.answered_at,
            answer=opinion_words(session, request, row.id, "answer", row.sealed_answer) if row.sealed_answer else "",
            is_open=row.closed_at is None and request.status in policy.OPEN,
        )
        for row in session.scalars(query)
    )
