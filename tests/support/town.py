"""The sample commune with its procedures, people with hard names, and browsers: fixtures of the pages' tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event

from journeys.daily_services.journey import JOURNEY
from portal.app import create_app
from portal.casework.catalogue.journeys import import_journey
from portal.casework.catalogue.service import get_published, list_published
from portal.casework.requests import service as requests
from portal.ground.db import Database
from portal.ground.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, ActorKind
from portal.ground.settings import ConnectionSettings, Settings
from portal.people.accounts.service import AccountView, AgentView, ResidentClaims, link_resident
from portal.records.outbox import service as outbox
from portal.seed.commune import Commune, create_commune
from tests.support.client import Browser

CONNECTIONS = {"ecoles", "demo", "courriel"}
ISSUER = "https://identite.exemple.example"
LIBRARY: dict[str, dict[str, Any]] = {
    "vous": {"contact_email": "lecture@exemple.example"},
    "adresse": {
        "address_current_line": "8 quai des Moulins",
        "address_current_postcode": "38999",
        "address_current_city": "Valmont-sur-Iselle",
    },
    "carte": {"library_card_kind": "adult", "library_branch": "centre"},
}


@dataclass(frozen=True)
class Town:
    """Who there is."""

    commune: Commune
    angela: AccountView
    yves: AccountView
    layla: AccountView

    @property
    def claire(self) -> AgentView:
        """Of the departments for children."""
        return self.commune.agents["c.legoff"]

    @property
    def meryem(self) -> AgentView:
        """Of the library."""
        return self.commune.agents["m.yildiz"]

    @staticmethod
    def resident(account: AccountView) -> Actor:
        """A resident acting for themselves."""
        return Actor(ActorKind.RESIDENT, account.id, account.person_id, label=account.display_name)

    @staticmethod
    def agent(view: AgentView) -> Actor:
        """An agent with the rights of their role."""
        return Actor(
            ActorKind.AGENT,
            view.id,
            permissions=ROLE_PERMISSIONS[view.role],
            department_ids=view.department_ids,
            label=view.display_name,
        )


def found_town(database: Database) -> Town:
    """Fill an empty database with the commune, its procedures, and three residents."""
    with database.writing() as session:
        commune = create_commune(session)
        import_journey(session, JOURNEY, actor=SYSTEM, connections=CONNECTIONS)

        def resident(sub: str, **claims: Any) -> AccountView:
            return link_resident(session, issuer=ISSUER, sub=sub, claims=ResidentClaims(**claims))

        return Town(
            commune,
            angela=resident(
                "angela",
                family_name="DUBOIS",
                given_names=("Angela", "Claire", "Louise"),
                birthdate="1962-08-24",
                gender="female",
                birth_place="75107",
                birth_country="99100",
                email="angela@usagers.example",
            ),
            yves=resident("yves", family_name="Y", given_names=("Ô",), birthdate="1957-00-00", gender="male"),
            layla=resident(
                "layla",
                family_name="حسن",
                given_names=("ليلى",),
                preferred_name="O’Tèstù-d’Òrœuf",
                birthdate="1993-11-29",
                email="layla@usagers.example",
            ),
        )


@pytest.fixture
def town(inhabited: tuple[str, Town], database: Database) -> Town:
    """Who there is: ``database_url`` gives the tests that ask for it a copy of the inhabited database."""
    return inhabited[1]


class CompiledOnce(BytecodeCache):
    """Templates compiled once for all the applications of a run."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what was compiled from the same source."""
        if bucket.key + bucket.checksum in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key + bucket.checksum])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self.compiled[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


COMPILED = CompiledOnce()


@pytest.fixture
def app(settings: Settings, database: Database, town: Town) -> Flask:
    """The whole portal, with a connection to the schools; nobody answers at the other end."""
    schools = ConnectionSettings(connector="school", title="Logiciel des écoles")
    made = create_app(settings.model_copy(update={"connections": {"ecoles": schools}}), database, propagate=True)
    made.jinja_env.bytecode_cache = COMPILED
    with database.reading() as session:
        list_published(session)  # a process reads published documents once: tests count what comes after
    return made


@pytest.fixture
def visitor(app: Flask, settings: Settings, database: Database) -> Browser:
    """A browser nobody is signed in with."""
    return Browser(app, settings, database)


@pytest.fixture
def sign_in(app: Flask, settings: Settings, database: Database) -> Callable[[AccountView | AgentView], Browser]:
    """Open a browser as somebody."""

    def open_as(who: AccountView | AgentView) -> Browser:
        return Browser(app, settings, database).sign_in(who)

    return open_as


@pytest.fixture
def angela(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """Angela's browser."""
    return sign_in(town.angela)


def sent_request(
    database: Database, account: AccountView, slug: str = "carte-mediatheque", **changes: dict[str, Any]
) -> str:
    """A request of this person, made through the services; its reference."""
    who = Town.resident(account)
    with database.writing() as session:
        procedure = get_published(session, slug)
        draft = requests.start_draft(session, who, procedure)
        identity = {
            "person_family_name": account.family_name or "Y",
            "person_given_names": account.given_names,
            "person_birthdate": account.birthdate,
        }
        for step in LIBRARY:
            answers = {**(identity if step == "vous" else {}), **LIBRARY[step], **changes.get(step, {})}
            draft = requests.save_step(session, who, draft.id, step=step, answers=answers, version=draft.version)
        done = requests.submit(session, who, draft.id, idempotency_key=str(uuid4()), version=draft.version)
        return done.reference


def request_id_of(database: Database, reference: str) -> UUID:
    """The id behind a reference."""
    with database.reading() as session:
        found = requests.find_request_id(session, reference)
    assert found is not None
    return found


def fail_delivery(database: Database, reference: str, *, dead: bool = False) -> datetime | None:
    """The worker's first attempt, refused by the network."""
    request_id = request_id_of(database, reference)
    with database.writing() as session:
        claimed = outbox.claim(session, worker="essai", lane="ecoles", limit=1)[0]
        if dead:
            outbox.bury(session, claimed, code="refused")
            requests.record_delivery_failure(session, request_id, "ecoles", code="refused")
            return None
        at = outbox.retry_later(session, claimed, code="network")
        assert at is not None
        requests.record_delivery_retry(session, request_id, "ecoles", code="network", next_attempt_at=at)
        return at


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent to the database inside the block, transaction control apart."""
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
