"""Two children with a file each, then a correction of the second: at phone width, with the keyboard alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT, Opener, Stack
from tests.e2e.hands import Hand
from tests.e2e.scenes import LUCIENNE, send, sign_in
from tests.support import files
from tests.support.children import SLUG, for_children

pytestmark = pytest.mark.browser


def offer(stack: Stack, folder: Path) -> None:
    """Publish the procedure about children, as a department does from a file."""
    file = folder / "enfants.yaml"
    file.write_text(yaml.safe_dump(for_children(), allow_unicode=True), encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
    subprocess.run(
        [sys.executable, "-m", "portal.cli", "import-procedure", "--publish", str(file)],
        cwd=ROOT, env=environ | {"PARVIS_DATA_DIR": str(stack.data_dir)}, check=True, capture_output=True, timeout=60,
    )  # fmt: skip


def check_width(hand: Hand) -> None:
    """Nothing sticks out of the page."""
    assert hand.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def attach(hand: Hand, name: str, pages: int) -> None:
    """Choose a file in the control that the tab key reaches."""
    control = hand.page.locator("input[type=file]").first
    control.set_input_files({"name": name, "mimeType": "application/pdf", "buffer": files.pdf(pages=pages)})


def tell(hand: Hand, name: str, pages: int) -> None:
    hand.write("Nom de naissance de l’enfant", "D’Exemple-O’Tèstù")
    hand.write("Prénoms de l’enfant", name)
    for part, value in (("Jour", "2"), ("Mois", "3"), ("Année", "2021")):
        hand.write(part, value)
    hand.choose("Va déjà à l’école", "Oui")
    hand.press("Continuer")
    expect(hand.page.locator("main")).to_contain_text(name)
    check_width(hand)
    attach(hand, f"carnet-{pages}.pdf", pages)
    hand.press("Ajouter ce fichier")
    expect(hand.page.locator("main")).to_contain_text(f"carnet-{pages}.pdf")
    hand.press("Continuer")


@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_a_file_for_each_child_then_another_for_the_second(stack: Stack, open_browser: Opener, tmp_path: Path) -> None:
    offer(stack, tmp_path)
    hand = open_browser(width=320)
    page, main = hand.page, hand.page.locator("main")
    sign_in(hand, stack, LUCIENNE)
    page.goto(f"{stack.url}/demarches/{SLUG}")
    hand.press("Commencer")
    tell(hand, "Nour", 1)
    hand.follow("Ajouter un enfant")
    tell(hand, "عمر", 2)
    check_width(hand)
    hand.press("Continuer")
    hand.write("Adresse électronique", "lucienne@exemple.example")
    hand.press("Continuer")
    hand.press("Continuer")
    expect(main).to_contain_text("Vos enfants, 2 sur 2")
    expect(main).to_contain_text("carnet-2.pdf")
    check_width(hand)
    reference = send(hand)

    agent = open_browser(width=1440)
    sign_in(agent, stack, "Claire Le Goff", agent=True)
    agent.page.goto(f"{stack.url}/agents/dossiers/{reference}")
    check_width(agent)
    agent.follow("Demander de corriger des réponses")
    agent.tick("Vos enfants, 2 : Carnet de vaccinations")
    agent.tick("Vos enfants, 2 : Date de naissance")
    agent.write("Ce qu’il faut corriger", "La photo est floue, et la date ne va pas avec.")
    check_width(agent)
    agent.press("Relire avant d’envoyer")
    agent.press("Demander de corriger des réponses")

    page.goto(f"{stack.url}/demandes/{reference}")
    hand.follow("Revoir mes réponses")
    expect(main).to_contain_text("La photo est floue")
    expect(main).not_to_contain_text("carnet-1.pdf")
    hand.write("Année", "2020")
    attach(hand, "carnet-net.pdf", 3)
    check_width(hand)
    hand.press("Envoyer ces réponses")
    expect(main).to_contain_text("Vos réponses sont envoyées")
    agent.page.reload()
    expect(agent.page.locator("main")).to_contain_text("Après : carnet-net.pdf")
    check_width(agent)
