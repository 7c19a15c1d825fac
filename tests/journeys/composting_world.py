"""Run in a process of its own by ``test_add_a_journey.py``: opens the portal with one more journey, says what it saw.

Arguments: the folder that holds ``journeys/composting`` and the metadata of its entry point; a data folder.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import journeys

FOLDER, DATA = map(Path, sys.argv[1:3])
sys.path.insert(0, str(FOLDER))
journeys.__path__.append(str(FOLDER / "journeys"))


def open_portal() -> tuple[Any, Any, Any]:
    """Settings, database and application, with the sample commune in it."""
    from portal.app import create_app
    from portal.ground.db import Database
    from portal.ground.settings import ConnectionSettings, load_settings
    from portal.ground.vault.service import install_keys
    from portal.migrations.upgrade import is_current, upgrade_database
    from portal.seed.plant import plant
    from tests.conftest import CONFIG, MASTER_KEY

    secrets = {"PARVIS_MASTER_KEY": MASTER_KEY, "PARVIS_SECRET_KEY": "k" * 50}
    secrets |= {"PARVIS_SECRET_RESIDENT": "r" * 30, "PARVIS_SECRET_AGENT": "a" * 30}
    url = f"sqlite:///{DATA / 'parvis.sqlite3'}"
    read = load_settings(CONFIG, {"PARVIS_DATA_DIR": str(DATA), "PARVIS_DATABASE_URL": url, **secrets})
    known = read.model_copy(update={"connections": {"demo": ConnectionSettings(connector="demo", title="Essai")}})
    install_keys(known)
    upgrade_database(url)
    database = Database(url)
    assert is_current(database)
    plant(known, database, size="empty")
    return known, database, create_app(known, database, propagate=True)


def visit(known: Any, database: Any, app: Any) -> dict[str, Any]:
    """What a visitor meets."""
    from portal.ground import clock
    from tests.support.client import Browser

    browser = Browser(app, known, database)
    home = browser.get("/composter")
    start = clock.today() + timedelta(days=60)
    parts = {"day": start.day, "month": start.month, "year": start.year}
    answers = {f"q_debut-{part}": str(value) for part, value in parts.items()} | {"q_lieu": "immeuble"}
    made = browser.post("/composter", answers)
    return {
        "door": browser.get("/").links().get("Composter"),
        "procedure": home.links().get("Demander un composteur"),
        "without": "la recherche d’adresse est fermée" in home.text,
        "list": sorted(browser.follow(made).links()),
        "personal": browser.get("/donnees-personnelles").text,
    }


def work(known: Any, database: Any, app: Any) -> list[int]:
    """How many loans there are before and after the job, two of which one is over."""
    from journeys.composting.jobs import periodic_jobs  # type: ignore[import-not-found]  # written by the test
    from journeys.composting.models import CompostLoan  # type: ignore[import-not-found]
    from portal.app import connections_of
    from portal.ground import clock
    from portal.people.accounts.service import ResidentClaims, link_resident

    with database.writing() as session:
        claims = ResidentClaims(family_name="ESSAI", given_names=("Ada",))
        person = link_resident(session, issuer="https://essai.example", sub="essai", claims=claims).person_id
        for days in (10, 731):
            session.add(CompostLoan(person_id=person, ends_on=clock.today() - timedelta(days=days)))
    counts = []
    for job in [None, *periodic_jobs(known, database, connections_of(app))]:
        if job is not None:
            job.run()
        with database.reading() as session:
            counts.append(session.scalar(select(func.count()).select_from(CompostLoan)))
    return counts


if __name__ == "__main__":
    opened = open_portal()
    seen = visit(*opened) | {"loans": work(*opened)}
    sys.stdout.write(f"\n{json.dumps(seen)}\n")
