"""The words by which a request is found, kept beside it in the unit that writes its name or moves it."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from portal.casework.requests.models import RequestWord, ServiceRequest
from portal.casework.requests.search_words import kept_words, spellings_of


def keep_words(session: Session, request: ServiceRequest) -> None:
    """Make a new request findable; for the room's own use."""
    _insert(session, request, kept_words(request.applicant_key, request.reference))


def keep_spellings(session: Session, request: ServiceRequest) -> None:
    """Make a request without an account findable in spite of a fault; of others, the keys of the person do it."""
    _insert(session, request, spellings_of(request.applicant_name))


def rename_words(session: Session, request: ServiceRequest) -> None:
    """The applicant is shown under another name; for the room's own use."""
    session.execute(delete(RequestWord).where(RequestWord.request_id == request.id))
    keep_words(session, request)


def move_words(session: Session, request: ServiceRequest) -> None:
    """Another department is in charge; for the room's own use."""
    mine = update(RequestWord).where(RequestWord.request_id == request.id)
    session.execute(mine.values(department_id=request.department_id))


def _insert(session: Session, request: ServiceRequest, words: Iterable[str]) -> None:
    common = {"request_id": request.id, "department_id": request.department_id}
    rows = [{**common, "word": word} for word in sorted(words)]
    if rows:
        session.execute(insert(RequestWord), rows)
