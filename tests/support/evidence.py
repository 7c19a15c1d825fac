"""Going to the step of the school procedure that asks for a supporting document, and adding files there."""

import io
import random
from typing import Any

from portal.casework.catalogue.service import get_published
from portal.casework.requests import service as requests
from portal.people.accounts.service import AccountView
from portal.seed.answers import answers_for
from tests.support import files
from tests.support.client import Browser, Page
from tests.support.town import Town

SCHOOL = "/demarches/inscription-scolaire"
STEP = f"{SCHOOL}/pieces"
QUESTION = "evidence_proof_of_address"


def reach_evidence(browser: Browser) -> Page:
    """Every step before the supporting documents, answered through the services; then that step's page."""
    assert isinstance(browser.who, AccountView)
    actor = Town.resident(browser.who)
    with browser.database.writing() as session:
        procedure = get_published(session, "inscription-scolaire")
        draft = requests.start_draft(session, actor, procedure)
        for step, answers in answers_for(procedure.document, browser.who, random.Random(1)):
            if step != "pieces":
                version = draft.version
                draft = requests.save_step(session, actor, draft.id, step=step, answers=answers, version=version)
    return browser.get(STEP)


def add_file(
    browser: Browser, content: bytes | None = None, name: str = "facture.pdf", declared: str = "", **how: Any
) -> Page:
    """Choose a file and press the button. ``how``: ``expect`` and ``state`` of the answer."""
    sent = (io.BytesIO(files.pdf() if content is None else content), name, declared or "application/octet-stream")
    return browser.post(f"{STEP}/pieces", {"question": QUESTION, "fichier": sent}, **how)


def choose(browser: Browser, **what: str) -> Page:
    """Press « Retirer » (``retirer``) or « Reprendre ce document » (``reprendre``)."""
    return browser.post(f"{STEP}/pieces/choix", {"question": QUESTION, **what})


def documents_on(page: Page) -> list[str]:
    """The ids of the documents that the step shows, in order."""
    return [one.get("value", "") for one in page.all("button", name="retirer")]
