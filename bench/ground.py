"""The portal that is measured: a sample commune in a temporary folder, residents with sessions, drafts and requests."""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session

from bench.large_step import publish_large_step
from portal.casework.catalogue.service import ProcedureView, get_published
from portal.casework.requests import service as requests
from portal.ground.db import Database
from portal.ground.permissions import Actor, ActorKind
from portal.ground.settings import Settings, load_settings
from portal.ground.vault.service import install_keys
from portal.migrations.upgrade import upgrade_database
from portal.people.accounts.service import AccountView, AgentView, ResidentClaims, agents_of, link_resident
from portal.people.identity.cookies import session_cookie_name
from portal.people.identity.enums import Realm
from portal.people.identity.service import Evidence, open_session
from portal.seed import plant

SLUG = "carte-mediatheque"
FORM = f"/demarches/{SLUG}/adresse"
ISSUER = "https://identite.exemple.example"
REQUESTS_EACH = 4
CONFIGURATION = """[connections.ecoles]
connector = "school"
title = "Écoles"
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """A portal ready to be served."""

    folder: Path
    settings: Settings
    database: Database
    cookie: str
    tokens: tuple[str, ...]
    residents: tuple[AccountView, ...]
    agent: AgentView
    agent_token: str

    @property
    def reference_url(self) -> str:
        """The database of the reference: a file beside, or tables of its own on the same server."""
        url = self.settings.resolved_database_url
        return f"sqlite:///{self.folder / 'reference.sqlite3'}" if url.startswith("sqlite") else url

    def environment(self) -> dict[str, str]:
        """What the processes of both sides need."""
        return {
            "PARVIS_DATA_DIR": str(self.folder),
            "PARVIS_PUBLIC_URL": self.settings.public_url,
            "PARVIS_DATABASE_URL": self.settings.resolved_database_url,
            "BENCH_REFERENCE_URL": self.reference_url,
        }


def lay(folder: Path, port: int, people: int, url: str = "") -> Ground:
    """Make the commune through the services, with so many residents signed in, each with a draft and four requests."""
    (folder / "keys").mkdir(parents=True, mode=0o700)
    (folder / "keys" / "master.key").write_text(base64.urlsafe_b64encode(os.urandom(32)).decode())
    (folder / "keys" / "secret.key").write_text("k" * 48)
    (folder / "parvis.toml").write_text(CONFIGURATION, encoding="utf-8")
    settings = load_settings(
        environ={
            "PARVIS_DATA_DIR": str(folder),
            "PARVIS_PUBLIC_URL": f"http://127.0.0.1:{port}",
            **({"PARVIS_DATABASE_URL": url} if url else {}),
        }
    )
    install_keys(settings)
    upgrade_database(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    plant(settings, database, size="small")
    with database.writing() as session:
        procedure = get_published(session, SLUG)
        large = publish_large_step(session)
    accounts, tokens = [], []
    for number in range(people):
        account, token = _resident(database, number, procedure, large)
        accounts.append(account)
        tokens.append(token)
    with database.writing() as session:
        agent = agents_of(session, procedure.department_id)[0]
        agent_token = _open(session, agent)
    cookie = session_cookie_name(settings, Realm.RESIDENT)
    return Ground(folder, settings, database, cookie, tuple(tokens), tuple(accounts), agent, agent_token)


def _open(session: Session, who: AccountView | AgentView) -> str:
    """A session, as after a checked sign-in; its token."""
    return open_session(session, who=who, evidence=Evidence(attempt_id=uuid4(), id_token="bench", acr=""))


def _resident(
    database: Database, number: int, procedure: ProcedureView, large: ProcedureView
) -> tuple[AccountView, str]:
    """Somebody who does not exist, and the token of their session."""
    claims = ResidentClaims(
        family_name=f"MESURE {chr(65 + number % 26)}",
        given_names=("Essai",),
        birthdate="1980-01-01",
        email=f"mesure-{number}@usagers.example",
    )
    with database.writing() as session:
        account = link_resident(session, issuer=ISSUER, sub=f"mesure-{number}", claims=claims)
        token = _open(session, account)
    for _ in range(REQUESTS_EACH):
        send_one(database, account, procedure)
    with database.writing() as session:
        _draft(session, account, procedure, whole=False)
        requests.start_draft(session, actor_of(account), large)
    return account, token


def settle(database: Database, *tables: str) -> None:
    """What PostgreSQL does by itself within a minute of so many new rows: marks of what is visible, statistics."""
    if database.dialect != "postgresql":
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(tables)}")
        connection.exec_driver_sql("RESET statement_timeout")


def answers(account: AccountView) -> dict[str, dict[str, object]]:
    """Answers to each step of the procedure."""
    return {
        "vous": {
            "person_family_name": account.family_name,
            "person_given_names": account.given_names,
            "person_birthdate": account.birthdate,
            "contact_email": "mesure@exemple.example",
        },
        "adresse": {
            "address_current_line": "8 quai des Moulins",
            "address_current_postcode": "38999",
            "address_current_city": "Valmont-sur-Iselle",
        },
        "carte": {"library_card_kind": "adult", "library_branch": "centre"},
    }


def _draft(session: Session, account: AccountView, procedure: ProcedureView, *, whole: bool) -> requests.DraftView:
    who = actor_of(account)
    draft = requests.start_draft(session, who, procedure)
    for step, said in answers(account).items():
        if step == "carte" and not whole:
            break
        draft = requests.save_step(session, who, draft.id, step=step, answers=said, version=draft.version)
    return draft


def actor_of(account: AccountView) -> Actor:
    """The resident, acting for themselves."""
    return Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)


def send_one(database: Database, account: AccountView, procedure: ProcedureView) -> None:
    """One request, through the services."""
    with database.writing() as session:
        draft = _draft(session, account, procedure, whole=True)
        requests.submit(session, actor_of(account), draft.id, idempotency_key=str(uuid4()), version=draft.version)
