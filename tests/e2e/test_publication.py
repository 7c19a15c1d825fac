"""A draft is read, tried and published; a resident who was in the middle of the former version chooses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT, Opener, Stack
from tests.e2e.scenes import sign_in

pytestmark = pytest.mark.browser

SLUG = "pret-ordinateur"
FILE = ROOT / "journeys/daily_services/procedures/pret-ordinateur.yaml"
QUESTION = "Avez-vous une table ?"
DESK = f"/agents/demarches/{SLUG}"


def write_draft(stack: Stack, folder: Path) -> None:
    """The next version, as somebody else wrote it: the phone is no longer asked, and one question is new."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    del document["cases"]  # they do not answer the new question
    fields = document["steps"][0]["fields"]
    fields[:] = [one for one in fields if one["concept"] != "contact.phone"]
    own = {"id": "department.table", "label": {"fr": QUESTION}, "type": "boolean"}
    document["steps"][1]["fields"].append({"concept": own["id"], "name": "table", "own": own})
    file = folder / "demarche.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
    subprocess.run(
        [sys.executable, "-m", "portal.cli", "import-procedure", str(file)],
        cwd=ROOT, env=environ | {"PARVIS_DATA_DIR": str(stack.data_dir)}, check=True, capture_output=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_a_version_is_published_while_somebody_fills_in(stack: Stack, open_browser: Opener, tmp_path: Path) -> None:
    resident = open_browser(width=320)
    sign_in(resident, stack, "Angela", then=f"/demarches/{SLUG}/commencer")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Vous")
    resident.write("Adresse électronique", "usager@usagers.example")
    resident.write("Téléphone", "06 39 98 12 34")
    resident.press("Continuer")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Le matériel")
    write_draft(stack, tmp_path)

    officer = open_browser()
    page, main = officer.page, officer.page.locator("main")
    sign_in(officer, stack, "Inès", agent=True, then=f"{DESK}/relecture")
    expect(main).to_contain_text("Rien n’empêche de publier")
    officer.follow("Aperçu")
    expect(main).to_contain_text("Aperçu : rien n’est envoyé, rien n’est gardé.")
    box = page.locator(".as-read").bounding_box()
    assert box is not None
    assert box["width"] == 320, "as wide as a phone"
    assert page.locator(".as-read").evaluate("one => one.scrollWidth <= one.clientWidth"), "nothing sticks out"
    officer.press("Continuer")
    expect(main).to_contain_text("Il y a 1 erreur")
    officer.write("Nom de l’essai", "Sans courriel")
    officer.press("Garder comme essai")
    expect(main).to_contain_text("1 essai, réussi")
    officer.follow("Ce qui change")
    expect(main).to_contain_text("La question « Téléphone » a été retirée de la page « Vous ».")
    officer.follow("Destinataires")
    expect(main).to_contain_text("Base légale")
    officer.follow("Publier")
    expect(main).to_contain_text("2 personnes remplissent cette démarche")
    officer.write("Mot pour les collègues", "Le téléphone ne servait pas.")
    officer.press("Publier la version")
    expect(main).to_contain_text("est en ligne. Les demandes déjà faites gardent leur version.")

    resident.page.goto(f"{stack.url}/demarches/{SLUG}/materiel")
    resident.follow("Voir ce qui change et choisir")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Cette démarche a changé")
    told = resident.page.locator("main")
    expect(told).to_contain_text("06 39 98 12 34")
    expect(told).to_contain_text(QUESTION)
    assert resident.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    resident.press("Continuer avec la nouvelle version")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text("Le matériel")
    expect(told).to_contain_text(QUESTION)
    resident.page.goto(f"{stack.url}/demarches/{SLUG}/abandonner")
    resident.press("Effacer")
