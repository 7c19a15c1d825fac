"""The drill: fill a portal, change its master key, back it up, destroy it, restore it, prove that nothing is missing.

    python -m bench.drill --requests 10000
    python -m bench.drill --requests 1000 --database-url postgresql+psycopg://… --restore-url postgresql+psycopg://…

Each step is the operator's own command, timed. Nothing outside a temporary folder is touched, except the two databases
named, which must be empty.
"""

import argparse
import base64
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_published, list_published
from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import Actor, ActorKind
from portal.ground.settings import Settings, load_settings
from portal.ground.vault.service import (
    VaultDestroyed,
    create_data_key,
    destroy_data_key,
    fingerprint,
    install_keys,
)
from portal.people.accounts.service import AccountView, ResidentClaims, link_resident
from portal.safekeeping.databases import read_counts
from portal.seed import plant
from portal.seed.answers import answers_for

PASSPHRASE = "agrafe cheval pile lanterne"
ERASED_SINCE = 10


def main() -> None:
    """Run the drill and print one line per step."""
    options = parse()
    with tempfile.TemporaryDirectory(prefix="parvis-exercice-", dir=options.folder) as name:
        Drill(Path(name), options).run()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--document-kb", type=int, default=60, help="size of the file that goes with each request")
    parser.add_argument("--database-url", default="")
    parser.add_argument("--restore-url", default="")
    parser.add_argument("--folder", default=None, help="where to work; must hold the data three times")
    return parser.parse_args()


class Drill:
    """One drill: where it takes place, what was there before."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.options = options
        self.before, self.after = folder / "portail", folder / "restaure"
        self.archive, self.list = folder / "sauvegarde.tar", folder / "effacements"
        self.started = time.monotonic()

    def run(self) -> None:
        """Every step, in order."""
        with step(f"filled: {self.options.requests} requests, each with a {self.options.document_kb} kB document"):
            self.fill()
        with step("master key rotated"):
            self.command("keys", "rotate")
            self.command("keys", "rotate", "--finish")
        counts, digests, pseudonym = self.look(self.before, self.options.database_url)
        with step("backed up"):
            self.command("backup", str(self.archive))
        with step(f"verified: {self.archive.stat().st_size / 1e6:.0f} MB"):
            self.command("verify-backup", str(self.archive))
        self.erase_since()
        shutil.copytree(self.before / "erasures", self.list)
        shutil.rmtree(self.before)
        with step("destroyed, then restored"):
            said = self.command(
                "restore", str(self.archive), "--into", str(self.after), "--erasures", str(self.list),
                url=self.options.restore_url,
            )  # fmt: skip
            sys.stdout.write(said)
        with step("compared"):
            self.compare(counts, digests, pseudonym)
        print(f"total {time.monotonic() - self.started:.0f} s")

    def fill(self) -> None:
        """A commune made through the services, and one file per request."""
        (self.before / "keys").mkdir(parents=True, mode=0o700)
        (self.before / "keys" / "master.key").write_text(base64.urlsafe_b64encode(os.urandom(32)).decode())
        (self.before / "keys" / "secret.key").write_text("k" * 48)
        (self.before / "parvis.toml").write_text('[connections.ecoles]\nconnector = "school"\ntitle = "Écoles"\n')
        self.command("upgrade-db")
        settings, database = self.open(self.before, self.options.database_url)
        plant(settings, database, size="empty")
        send(database, self.options.requests)
        for number in range(self.options.requests):
            file = self.before / "documents" / f"{number % 256:02x}" / f"{number:08d}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(os.urandom(self.options.document_kb * 1_000))
        database.dispose()

    def look(self, place: Path, url: str) -> tuple[dict[str, int], dict[str, str], str]:
        """Rows per table, digest per file, and a pseudonym as partners know it."""
        settings, database = self.open(place, url)
        database.dispose()
        files = sorted((place / "documents").rglob("*"))
        digests = {
            file.relative_to(place).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in files
            if file.is_file()
        }
        return read_counts(settings.resolved_database_url).counts, digests, fingerprint("somebody", sector="ecoles")

    def erase_since(self) -> None:
        """Erasures that the backup does not know."""
        _settings, database = self.open(self.before, self.options.database_url)
        with database.writing() as session:
            rows = session.scalars(select(ServiceRequest.data_key_id).limit(ERASED_SINCE)).all()
            for key in rows:
                destroy_data_key(session, key)
        database.dispose()

    def compare(self, counts: dict[str, int], digests: dict[str, str], pseudonym: str) -> None:
        """Stop at the first difference."""
        found, same_digests, same_pseudonym = self.look(self.after, self.options.restore_url)
        assert same_digests == digests
        assert same_pseudonym == pseudonym
        found["audit_entry"] -= 1  # the restore itself
        different = {name for name in counts if found[name] != counts[name]}
        assert different <= {"session"}, different
        _settings, database = self.open(self.after, self.options.restore_url)
        opened = sum(self.opened(database))
        with database.writing() as session:
            create_data_key(session)
        database.dispose()
        assert opened == self.options.requests - ERASED_SINCE, opened
        print(f"{opened} requests opened and read, {ERASED_SINCE} still erased, {len(digests)} files identical,")
        print(f"{sum(counts.values())} rows in {len(counts)} tables")

    def opened(self, database: Database) -> Iterator[bool]:
        """For each request, whether its person can read it; one that was erased cannot be."""
        with database.reading() as session:
            rows = session.execute(
                select(ServiceRequest.reference, ServiceRequest.account_id, ServiceRequest.person_id)
            ).all()
        for row in rows:
            who = Actor(ActorKind.RESIDENT, id=row.account_id, subject=row.person_id)
            with database.reading() as session:
                try:
                    yield bool(requests.get_request(session, who, row.reference).steps)
                except VaultDestroyed:
                    yield False

    def open(self, place: Path, url: str) -> tuple[Settings, Database]:
        """Keys and database of one place."""
        settings = load_settings(
            environ={"PARVIS_DATA_DIR": str(place), **({"PARVIS_DATABASE_URL": url} if url else {})}
        )
        install_keys(settings)
        return settings, Database(settings.resolved_database_url)

    def command(self, *arguments: str, url: str = "") -> str:
        """What ``parvis`` answers.

        :raises SystemExit: it refused.
        """
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
        environ |= {"PARVIS_DATA_DIR": str(self.before), "PARVIS_BACKUP_PASSPHRASE": PASSPHRASE}
        if url or self.options.database_url:
            environ["PARVIS_DATABASE_URL"] = url or self.options.database_url
        done = subprocess.run(
            [sys.executable, "-m", "portal.cli", *arguments], env=environ, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout


def send(database: Database, count: int) -> None:
    """So many requests over a hundred days, twenty at most by each person."""
    draw, start = random.Random(1), clock.now() - timedelta(days=100)
    with database.writing() as session:
        accounts = [resident(session, number) for number in range(count // 20 + 1)]
        procedures = [get_published(session, one.slug) for one in list_published(session)]
    for number in range(count):
        account, procedure = accounts[number % len(accounts)], procedures[number % len(procedures)]
        who = Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)
        at = start + timedelta(days=100) * number / count
        with clock.frozen(at), database.writing() as session:
            draft = requests.start_draft(session, who, procedure)
            for name, values in answers_for(procedure.document, account, draw):
                draft = requests.save_step(session, who, draft.id, step=name, answers=values, version=draft.version)
            requests.submit(session, who, draft.id, idempotency_key=str(uuid4()), version=draft.version)


def resident(session: Session, number: int) -> AccountView:
    """Somebody who does not exist."""
    claims = ResidentClaims(
        family_name="EXERCICE " + "".join("ABCDEFGHIJ"[int(digit)] for digit in str(number)),
        given_names=("Essai",),
        birthdate="1980-01-01",
        email=f"exercice-{number}@usagers.example",
    )
    return link_resident(session, issuer="https://identite.exemple.example", sub=f"exercice-{number}", claims=claims)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say how long something took."""
    started = time.monotonic()
    yield
    print(f"{time.monotonic() - started:8.1f} s  {title}", flush=True)


if __name__ == "__main__":
    main()
