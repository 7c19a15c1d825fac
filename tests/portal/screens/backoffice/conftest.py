"""The sample commune for the agents' pages, a crowd of requests, and the agents' browsers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import make_transient

from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.reference import ALPHABET, format_reference
from portal.casework.requests.service.findable import keep_words
from portal.ground.db import Database, new_id
from portal.people.accounts.service import name_key
from tests.support.client import Browser
from tests.support.town import Town, angela, app, sent_request, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]

MORNING = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
NAMES = (
    "Angela Dubois",
    "Ô Y",
    "Élodie Ångström",
    "Zoë O’Tèstù-d’Òrœuf",
    "ليلى حسن",
    "Nguyễn Thị Ánh",
    "Jean-Loup d’Œuvre",
    "Łucja Żółć",
    "Ndèye Diop",
    "Li",
)


def crowd(
    database: Database, town: Town, count: int, *, agent_id: UUID | None = None, names: tuple[str, ...] = NAMES
) -> list[str]:
    """So many requests to the library, one made through the services and copied with other names and dates.

    Deadlines and instants repeat, and one deadline in four is missing: what sorts must not lose a row for it.
    """
    with database.reading() as session:
        model = session.scalars(select(ServiceRequest).limit(1)).one_or_none()
    if model is None:
        sent_request(database, town.angela)
    with database.writing() as session:
        model = session.scalars(select(ServiceRequest).order_by(ServiceRequest.id).limit(1)).one()
        session.expunge(model)
        references = []
        for number in range(count):
            make_transient(model)
            model.id = new_id()
            model.reference = format_reference("VSI", _body(number))
            model.form_key = f"crowd-{number}"
            model.applicant_name = names[number % len(names)]
            model.applicant_key = name_key(model.applicant_name)
            model.submitted_at = model.updated_at = MORNING + timedelta(hours=number // 3)
            model.deadline = None if number % 4 == 0 else date(2026, 5, 1) + timedelta(days=number % 5)
            model.status = RequestStatus.SUBMITTED
            model.assigned_agent_id = agent_id
            references.append(model.reference)
            session.add(model)
            session.flush()
            keep_words(session, model)
            session.expunge(model)
    return references


def _body(number: int) -> str:
    digits = []
    for _place in range(5):
        number, rest = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


@pytest.fixture
def jonas(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """The browser of an agent of another department."""
    return sign_in(town.commune.agents["j.ferrand"])


@pytest.fixture
def odile(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """The browser of the operator."""
    return sign_in(town.commune.agents["o.operateur"])


@pytest.fixture
def reference(database: Database, town: Town) -> str:
    """A request of Angela's to the library."""
    return sent_request(database, town.angela)
