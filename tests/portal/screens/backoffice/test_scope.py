"""An agent works for departments: what belongs to another does not exist, to the last byte."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.people.accounts.models import Agent
from tests.support.client import Browser
from tests.support.town import Town, sent_request

SECRETS = ("Dubois", "DUBOIS", "Angela", "1962-08-24", "août 1962", "lecture@exemple.example", "Moulins", "médiathèque")
FORMS = {
    "affecter": {"agent": ""},
    "messages": {"text": "Bonjour", "kind": "message"},
    "decider": {"decision": "accepted", "reason": "Oui", "then": "send"},
}


@pytest.mark.parametrize("login", ["j.ferrand", "k.haddad", "c.legoff"])
@pytest.mark.parametrize("page", ["", "/accuse", "/decider"])
def test_reading_the_request_of_another_department(
    sign_in: Callable[..., Browser], town: Town, reference: str, login: str, page: str
) -> None:
    browser = sign_in(town.commune.agents[login])
    found = browser.get(f"/agents/dossiers/{reference}{page}", 404)
    absent = browser.get(f"/agents/dossiers/VSI-2222-22{page}", 404)
    assert [secret for secret in SECRETS if secret in found.html] == []
    assert found.title == absent.title
    assert len(found.html.replace(reference, "")) == len(absent.html.replace("VSI-2222-22", ""))


@pytest.mark.parametrize("path", sorted(FORMS))
def test_acting_on_the_request_of_another_department(
    jonas: Browser, database: Database, reference: str, path: str
) -> None:
    page = jonas.post(f"/agents/dossiers/{reference}/{path}", FORMS[path], 404)
    assert [secret for secret in SECRETS if secret in page.html] == []
    with database.reading() as session:
        row = session.scalars(select(ServiceRequest)).one()
        assert row.status is RequestStatus.SUBMITTED
        assert row.assigned_agent_id is None
        assert session.scalars(select(RequestMessage)).all() == []


def test_a_refused_reading_is_not_a_reading(jonas: Browser, database: Database, reference: str) -> None:
    jonas.get(f"/agents/dossiers/{reference}", 404)
    with database.reading() as session:
        assert "request_read" not in session.scalars(select(AuditEntry.action)).all()


def test_an_operator_opens_no_request(odile: Browser, reference: str) -> None:
    for page in ("", "/accuse", "/decider"):
        assert "Angela" not in odile.get(f"/agents/dossiers/{reference}{page}", 403).html
    assert odile.get("/agents/", 303).location == "/agents/connexions"


def test_a_counter_agent_works_like_an_agent_of_their_house(
    sign_in: Callable[..., Browser], database: Database, town: Town
) -> None:
    karim = sign_in(town.commune.agents["k.haddad"])
    assert karim.get("/agents/", 303).location == "/agents/dossiers"
    for path in ("/agents/connexions", "/agents/envois"):
        karim.get(path, 403)
    assert set(karim.get("/agents/dossiers").links()) >= {"À traiter (0)"}
    menu = [
        one.text for one in karim.get("/agents/dossiers").all("a") if (one.get("href") or "").startswith("/agents/")
    ]
    assert "Envois" not in menu
    assert "Connexions" not in menu


def test_a_colleague_who_is_not_of_the_department_cannot_be_given_the_request(
    meryem: Browser, database: Database, town: Town, reference: str
) -> None:
    for stranger in (town.commune.agents["j.ferrand"].id, town.angela.id):
        page = meryem.post(f"/agents/dossiers/{reference}/affecter", {"agent": str(stranger)}, None)
        assert page.status in {404, 422}
    with database.reading() as session:
        assert session.scalars(select(ServiceRequest.assigned_agent_id)).one() is None


def test_an_agent_disabled_is_out_at_the_next_click(
    meryem: Browser, database: Database, town: Town, reference: str
) -> None:
    meryem.get(f"/agents/dossiers/{reference}")
    with database.writing() as session:
        session.get_one(Agent, town.meryem.id).active = False
    answer = meryem.get(f"/agents/dossiers/{reference}", 303)
    assert answer.location.startswith("/agents/connexion?suite=")


def test_fields_that_are_not_of_the_form_change_nothing(
    meryem: Browser, database: Database, town: Town, reference: str
) -> None:
    extra = {
        "status": "accepted",
        "department_id": str(town.commune.departments["voirie"].id),
        "applicant_name": "Autre",
        "account_id": str(town.layla.id),
    }
    meryem.post(f"/agents/dossiers/{reference}/messages", {"text": "Bonjour", "kind": "message", **extra})
    with database.reading() as session:
        row = session.scalars(select(ServiceRequest)).one()
        assert row.status is RequestStatus.SUBMITTED
        assert row.applicant_name == "Angela DUBOIS"
        assert row.department_id == town.commune.departments["mediatheque"].id
        assert row.account_id == town.angela.id


def test_a_request_without_a_reader_among_residents(
    sign_in: Callable[..., Browser], database: Database, town: Town
) -> None:
    reference = sent_request(database, town.layla)
    with database.writing() as session:
        requests.post_message(session, town.agent(town.meryem), reference, "Pour Layla", idempotency_key="a")
    page = sign_in(town.angela).get(f"/demandes/{reference}", 404)
    assert "Layla" not in page.html
