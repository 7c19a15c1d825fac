"""What each kind of page may ask of the database, and that it never grows with what the database holds."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from portal.casework.catalogue.service import get_published
from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.ground.db import Database
from portal.ground.web.access import access_of
from tests.portal.screens.backoffice.conftest import crowd
from tests.support.client import Browser
from tests.support.states import NOT_PAGES
from tests.support.town import LIBRARY, Town, counted, sent_request

SLUG = "carte-mediatheque"
DASHBOARD, FORM, QUEUE = "/mon-espace", f"/demarches/{SLUG}/adresse", "/agents/dossiers"
RETURNS = ("/connexion/", "/agents/connexion/")  # of the identity providers: nothing to show without a departure
# Who opens the page, its address, how many statements at most.
GATES = (
    ("visitor", "/", 2),
    ("visitor", "/demarches", 2),
    ("visitor", "/demarches?q=carte", 2),
    ("visitor", f"/demarches/{SLUG}", 2),
    ("angela", f"/demarches/{SLUG}", 3),
    ("angela", FORM, 5),
    ("angela", DASHBOARD, 6),
    ("angela", "/mon-espace/demandes", 2),
    ("angela", "/mon-espace/messages", 2),
    ("angela", "/mon-espace/foyer", 2),
    ("angela", "/mon-espace/adresses", 2),
    ("angela", "/mon-espace/informations", 2),
    ("angela", "/mon-espace/propositions", 4),
    ("angela", "/mon-espace/administrations", 4),
    ("angela", "/mon-espace/effacer", 7),
    ("meryem", QUEUE, 8),
    ("meryem", "/agents/rendez-vous", 8),
    ("meryem", f"{QUEUE}?vue=terminees&tri=personne", 8),
)


def cost(browser: Browser, path: str) -> int:
    """The statements of one opening, once what a process reads only at first is read."""
    browser.get(path)
    with counted(browser.database) as statements:
        browser.get(path)
    return len(statements)


@pytest.fixture
def people(
    visitor: Browser, angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> dict[str, Browser]:
    """The browsers of the table; Angela is in the middle of a form."""
    who = town.resident(town.angela)
    with database.writing() as session:
        draft = requests.start_draft(session, who, get_published(session, SLUG))
        identity = {
            "person_family_name": town.angela.family_name,
            "person_given_names": town.angela.given_names,
            "person_birthdate": town.angela.birthdate,
        }
        answers = {**identity, **LIBRARY["vous"]}
        requests.save_step(session, who, draft.id, step="vous", answers=answers, version=draft.version)
    return {"visitor": visitor, "angela": angela, "meryem": sign_in(town.meryem)}


def test_no_page_asks_more_than_its_kind_may_whatever_there_is(
    people: dict[str, Browser], town: Town, database: Database
) -> None:
    sent_request(database, town.layla)
    crowd(database, town, 10)
    few = {(who, path): cost(people[who], path) for who, path, _most in GATES}
    with database.writing() as session:
        session.execute(
            update(ServiceRequest).values(
                reference="A" + ServiceRequest.reference,
                form_key="a" + ServiceRequest.form_key,
                account_id=town.angela.id,
                person_id=town.angela.person_id,
            )
        )
    crowd(database, town, 60)
    many = {(who, path): cost(people[who], path) for who, path, _most in GATES}
    assert few == many
    assert {path: many[who, path] for who, path, most in GATES if many[who, path] > most} == {}


# Who opens the page of a request, what follows its reference, how many statements at most once it was read.
REQUEST = (
    ("angela", "/demandes/", "", 9),
    ("meryem", f"{QUEUE}/", "", 16),
    ("meryem", f"{QUEUE}/", "/modeles", 14),
)


def test_the_page_of_a_request_asks_no_more_however_long_its_story(
    people: dict[str, Browser], town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    resident, agent = town.resident(town.angela), town.agent(town.meryem)

    def talk(times: int) -> dict[tuple[str, str], int]:
        """The cost of each page, once both sides have written that many times."""
        for _time in range(times):
            with database.writing() as session:
                requests.assign(session, agent, reference, town.meryem.id)
                requests.request_information(session, agent, reference, "Quel âge ?", idempotency_key=str(uuid4()))
                requests.post_message(session, resident, reference, "Dix ans.", idempotency_key=str(uuid4()))
        return {(before, after): cost(people[who], before + reference + after) for who, before, after, _ in REQUEST}

    few, many = talk(1), talk(3)
    assert many[QUEUE + "/", ""] == few[QUEUE + "/", ""]
    assert {each: many[each] for *each_, most in REQUEST if many[each := (each_[1], each_[2])] > most} == {}


def test_every_public_page_is_two_statements_at_most(app: Flask, visitor: Browser) -> None:
    """Those of journeys included: whatever is added to the portal stands here by itself."""
    seen = {}
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if rule.arguments or rule.endpoint in NOT_PAGES or access is None or access.kind != "public":
            continue
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(RETURNS):
            seen[rule.rule] = cost(visitor, rule.rule)
    assert {"/", "/demarches", "/accessibilite", "/donnees-personnelles", "/plan-du-site"} <= seen.keys()
    assert {path: number for path, number in seen.items() if number > 2} == {}
