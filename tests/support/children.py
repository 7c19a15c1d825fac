"""A procedure that asks the same questions, and a file, about each of several children."""

import io
from typing import Any

from tests.portal.casework.world import document
from tests.support import files
from tests.support.client import Browser, Page
from tests.support.walking import step_form

SLUG = "essai-enfants"
BASE = f"/demarches/{SLUG}"
LIST, CHECK = f"{BASE}/enfants", f"{BASE}/verifier"
STEPS: list[dict[str, Any]] = [
    {
        "slug": "enfants",
        "title": {"fr": "Vos enfants"},
        "repeat": {"name": "enfants", "item": {"fr": "un enfant"}, "at_least": 1, "at_most": 20},
        "fields": [
            {"concept": "household.child.family_name", "name": "nom"},
            {"concept": "household.child.given_names", "name": "prenom"},
            {"concept": "household.child.birthdate", "name": "naissance"},
            {
                "concept": "department.ecole",
                "name": "ecole",
                "own": {"id": "department.ecole", "label": {"fr": "Va déjà à l’école"}, "type": "boolean"},
            },
            {
                "concept": "evidence.vaccinations",
                "name": "vaccins",
                "when": {"field": "ecole", "equals": True},
                "max_files": 1,
            },
        ],
    },
    {
        "slug": "joindre",
        "title": {"fr": "Vous joindre"},
        "fields": [{"concept": "contact.email", "name": "courriel"}],
    },
    {
        "slug": "domicile",
        "title": {"fr": "Votre domicile"},
        "fields": [{"concept": "evidence.proof_of_address", "name": "domicile", "required": False}],
    },
]


def for_children(**changes: Any) -> dict[str, Any]:
    """The document; its workflow lets an agent ask for corrections."""
    plain = {"slug": SLUG, "steps": STEPS, "title": {"fr": "Vos enfants à l’école"}, "workflow": "case"}
    return document(**plain | {"routing": []} | changes)


def child(name: str, family: str = "Dubois", *, at_school: bool = True, **more: str) -> dict[str, str]:
    """What is typed about a child."""
    born = {"r_naissance-day": "2", "r_naissance-month": "3", "r_naissance-year": "2021"}
    return {"r_nom": family, "r_prenom": name, **born, "r_ecole": "oui" if at_school else "non", **more}


def tell(browser: Browser, number: int, given: dict[str, str], **how: Any) -> Page:
    """Answer the questions about one child."""
    path = f"{LIST}/{number}"
    return browser.post(path, {**step_form(browser.get(path)), **given}, **how)


def join(browser: Browser, number: int, name: str = "carnet.pdf", content: bytes | None = None, **how: Any) -> Page:
    """Add a file about one child, from the page as it stands unless ``version`` says otherwise."""
    path = f"{LIST}/{number}/pieces"
    version = how.pop("version", None) or browser.get(path).form(path)["version"]
    sent = (io.BytesIO(files.pdf() if content is None else content), name, "application/pdf")
    return browser.post(path, {"question": "vaccins", "fichier": sent, "version": version}, **how)


def documents_on(page: Page) -> list[str]:
    """The ids of the documents that the page shows, in order."""
    return [one.get("value", "") for one in page.all("button", name="retirer")]
