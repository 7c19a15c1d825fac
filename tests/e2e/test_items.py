"""A page asked for each child, a way out, a number worked out: with the keyboard alone, and without any script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.ground import clock
from tests.e2e.conftest import Opener, Stack
from tests.e2e.hands import Hand, Keyboard
from tests.e2e.scenes import PASQUALE, send, sign_in

pytestmark = pytest.mark.browser
LEISURE = "/demarches/place-accueil-loisirs"


def _child(hand: Hand, name: str, years: int) -> None:
    hand.write("Nom de naissance de l’enfant", "Dubois")
    hand.write("Prénoms de l’enfant", name)
    hand.write("Jour", "1")
    hand.write("Mois", "1")
    hand.write("Année", str(clock.today().year - years))


@pytest.mark.parametrize("way", ["no-script"], indirect=True)
def test_children_are_told_one_by_one(stack: Stack, open_browser: Opener) -> None:
    hand = Keyboard(open_browser(width=320, height=800).page)
    page, main = hand.page, hand.page.locator("main")
    sign_in(hand, stack, PASQUALE)
    page.goto(f"{stack.url}{LEISURE}")
    hand.press("Commencer")
    hand.choose("Votre lien avec l’enfant", "Sa mère")
    hand.write("Adresse électronique", "angela.loisirs@exemple.example")
    hand.write("Téléphone", "06 39 98 12 34")
    hand.press("Continuer")
    hand.write("Numéro et voie", "4 rue des Tanneurs")
    hand.write("Code postal", "38999")
    hand.write("Commune", "Valmont-sur-Iselle")
    hand.press("Continuer")

    expect(page.get_by_role("heading", level=1)).to_have_text("Vos enfants, fiche 1")
    _child(hand, "Nour", 13)
    hand.press("Continuer")
    expect(main).to_contain_text("D’après vos réponses, il reste une question")
    hand.choose("rentre-t-il seul", "Non")
    hand.press("Continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("L’accueil de loisirs s’arrête à 11 ans")
    hand.follow("Corriger ma réponse")
    hand.follow("Modifier Dubois Nour")
    hand.write("Année", str(clock.today().year - 9))
    hand.press("Continuer")
    hand.follow("Ajouter un enfant")
    _child(hand, "Ilyès", 4)
    hand.press("Continuer")
    hand.follow("Ajouter un enfant")
    _child(hand, "Erreur", 5)
    hand.press("Continuer")
    hand.follow("Retirer Dubois Erreur")
    hand.press("Retirer cette fiche")
    expect(main).not_to_contain_text("Erreur")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    hand.press("Continuer")

    expect(main).to_contain_text("Nombre d’enfants 2")
    hand.choose("Période", "Les mercredis, pendant l’école")
    hand.choose("Formule", "La journée, avec le repas")
    for part in ("1", "9", str(clock.today().year + 1)):  # « jour » and « année » are also in answers above
        page.keyboard.press("Tab")
        page.keyboard.insert_text(part)
    hand.press("Continuer")
    hand.press("Continuer")
    hand.press("Continuer")
    expect(main).to_contain_text("Vos enfants, 2 sur 2")
    reference = send(hand)
    page.goto(f"{stack.url}/demandes/{reference}/reponses")
    expect(main).to_contain_text("Ilyès")
