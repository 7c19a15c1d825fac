"""A second procedure retypes nothing: on a narrow screen, with the keyboard alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal.ground import clock
from tests.e2e.conftest import Opener, Stack
from tests.e2e.hands import Hand
from tests.e2e.scenes import send, sign_in

pytestmark = pytest.mark.browser

MAMADOU = "Mamadou"
NURSERY, SCHOOL = "/demarches/place-en-creche", "/demarches/inscription-scolaire"


def fits(hand: Hand) -> bool:
    return bool(hand.page.evaluate("document.documentElement.scrollWidth <= 320"))


def typed(hand: Hand) -> dict[str, str]:
    """What the text fields of the page hold."""
    fields = hand.page.locator("main form input[type=text], main form input[type=email], main form input[type=tel]")
    return {one.get_attribute("name") or "": one.input_value() for one in fields.all()}


def ask_for_a_place(hand: Hand, stack: Stack) -> None:
    """The first procedure: everything is typed, and what may serve again is kept."""
    hand.page.goto(f"{stack.url}{NURSERY}")
    hand.press("Commencer")
    hand.choose("Votre lien avec l’enfant", "Son père")
    hand.write("Adresse électronique", "mamadou@exemple.example")
    hand.write("Téléphone", "06 39 98 12 34")
    hand.press("Continuer")
    hand.write("Numéro et voie", "4 rue des Tanneurs")
    hand.write("Code postal", "38999")
    hand.write("Commune", "Valmont-sur-Iselle")
    hand.press("Continuer")
    hand.write("Nom de naissance de l’enfant", "N’Essai")
    hand.write("Prénoms de l’enfant", "Aïssatou")
    for label, value in (("Jour", "3"), ("Mois", "4"), ("Année", "2021")):
        hand.write(label, value)
    hand.press("Continuer")
    hand.choose("Type d’accueil", "Occasionnel")
    day = clock.today() + timedelta(days=20)
    for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
        hand.page.locator(f'[name="r_childcare_start_date-{part}"]').fill(str(number))
    hand.choose("Structure souhaitée", "Peu importe")
    hand.press("Continuer")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    for box in ("Garder mes coordonnées", "Garder mon adresse", "Garder l’enfant"):
        hand.tick(box)
    send(hand)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_a_second_procedure_retypes_nothing(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser(width=320, height=640)
    page, main = hand.page, hand.page.locator("main")
    sign_in(hand, stack, MAMADOU)
    ask_for_a_place(hand, stack)
    page.goto(f"{stack.url}/mon-espace/foyer")
    expect(main).to_contain_text("Aïssatou N’Essai")
    assert fits(hand)

    page.goto(f"{stack.url}{SCHOOL}")
    hand.press("Commencer")
    known = typed(hand)
    assert [known[f"r_contact_{name}"] for name in ("email", "phone")] == ["mamadou@exemple.example", "+33639981234"]
    expect(page.get_by_role("radio", name="Son père")).to_be_checked()
    expect(main).to_contain_text("Déclaré par vous le")
    hand.choose("Exercez-vous l’autorité parentale", "Oui")
    hand.press("Continuer")
    assert "" not in typed(hand).values(), "the address is there"
    hand.press("Continuer")
    expect(main).to_contain_text("Pour quel enfant ?")
    assert set(typed(hand).values()) == {""}, "nothing is presumed of a child"
    hand.follow("Reprendre : Aïssatou N’Essai, 3 avril 2021")
    known = typed(hand)
    assert [known[f"r_household_child_{name}"] for name in ("given_names", "family_name")] == ["Aïssatou", "N’Essai"]
    assert fits(hand)
    hand.choose("Sexe de l’enfant", "Féminin")
    hand.write("Commune de naissance de l’enfant", "Grenoble")
    hand.press("Continuer")
    page.goto(f"{stack.url}{SCHOOL}/verifier")
    expect(main).to_contain_text(re.compile("Votre foyer, déclaré par vous le"))
    assert fits(hand)
