"""A move told to three organisations, one of them down: with the mouse at 320 px, the keyboard alone, scripts off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack, wait_until
from tests.e2e.hands import Hand
from tests.e2e.scenes import sign_in

pytestmark = pytest.mark.browser

ANGELA = "Angela Claire Louise DUBOIS"
# Each way has its own pass and its own day: the network and the school keep what the other scenes told them.
WAYS = {"mouse": 1, "keyboard": 2, "no-script": 3}


def write_day(hand: Hand, name: str, day: date) -> None:
    """The three boxes of a date."""
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        hand.page.locator(f"[name=r_{name}-{part}]").fill(str(value))


def tell_facts(hand: Hand, stack: Stack, number: int, day: date) -> str:
    """The screen of facts; the address of the file."""
    hand.page.goto(f"{stack.url}/je-demenage")
    hand.follow("Commencer")
    expect(hand.page.get_by_text("FranceConnect, vérifié")).to_have_count(3)
    hand.choose("Qui déménage", "Tout le foyer")
    hand.page.locator("[name=r_address_current_line]").fill("38 rue des Tanneurs")
    hand.page.locator("[name=r_address_current_postcode]").fill("38999")
    hand.page.locator("[name=r_address_current_city]").fill("Valmont-sur-Iselle")
    hand.choose("Où allez-vous", "Dans une autre commune")
    hand.write("Numéro et voie de la nouvelle adresse", "5 chemin des Lavandières")
    hand.write("Code postal de la nouvelle adresse", "26998")
    hand.write("Commune de la nouvelle adresse", "Clairval")
    write_day(hand, "move_date", day)
    hand.choose("Une décision de justice", "Non")
    hand.write("Numéro de votre abonnement", f"VAL-E2E-000{number}")
    hand.write("Numéro d’allocataire", "1234567")
    hand.press("Enregistrer")
    return hand.page.url.split("?")[0]


def add_child(hand: Hand, number: int) -> None:
    """A child who changes school; each way its own."""
    hand.follow("Ajouter un enfant")
    hand.write("Nom de naissance de l’enfant", "Dubois")
    hand.write("Prénoms de l’enfant", f"Nour {'ABC'[number - 1]}")
    write_day(hand, "household_child_birthdate", date(2018, 5, 4))
    hand.choose("Votre lien avec l’enfant", "Sa mère")
    hand.choose("Exercez-vous l’autorité parentale", "Oui")
    hand.choose("École que votre enfant quitte", "École des Deux-Rives")
    hand.choose("Et l’autre parent", "Il ou elle est d’accord")
    hand.press("Enregistrer")


def test_a_move_is_told_corrected_and_seen_as_it_is(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser(width=320, height=700) if way == "mouse" else open_browser()
    page = hand.page
    sign_in(hand, stack, ANGELA)
    day = date.today() + timedelta(days=30 + WAYS[way])  # noqa: DTZ011  the day of the machine that runs the portal too
    file = tell_facts(hand, stack, WAYS[way], day)
    expect(page.locator("main")).to_contain_text("Rien n’est encore envoyé")
    if way == "mouse":
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    add_child(hand, WAYS[way])
    stack.incident("ecoles", "down")
    for who in ("L’école de Nour", "Iselle Mobilité", "La caisse d’allocations familiales"):
        hand.follow(f"Lire et choisir : {who}")
        hand.choose("Prévenir", "Oui, transmettez")
        hand.press("Enregistrer mon choix")

    def says(sentence: str) -> bool:
        page.goto(file)
        return sentence in page.locator("main").inner_text()

    wait_until(lambda: says("Iselle Mobilité dit l’avoir reçu"), "the network has it")
    wait_until(lambda: says("La lettre est prête"), "the letter is made")
    wait_until(lambda: says("Nouvel essai"), "the school does not answer, and is asked again")
    expect(page.locator("main")).to_contain_text("1 organisme prévenu sur 3")
    expect(page.locator("main")).to_contain_text("N’ont rien reçu de nous")
    hand.follow("Changer la date")
    write_day(hand, "move_date", day + timedelta(days=7))
    hand.press("Enregistrer")
    expect(page.get_by_role("status").filter(has_text="recevoir la correction")).to_be_visible()
    wait_until(lambda: says("Votre changement lui a été envoyé."), "the network has the new date")
    stack.incident("ecoles", "ok")
    hand.follow("Récapitulatif")
    expect(page.get_by_role("table")).to_contain_text("Envoyé, bien arrivé")
    page.goto(file)
    hand.follow("Annuler ce déménagement")
    hand.press("Annuler ce déménagement")
    wait_until(lambda: says("Iselle Mobilité confirme avoir arrêté"), "the network has stopped")
