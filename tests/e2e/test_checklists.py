"""A newcomer’s list in a real browser: with the mouse on a narrow screen, with the keyboard alone, with scripts off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import answer_arrival

pytestmark = pytest.mark.browser

PEOPLE = {"mouse": "Mamadou", "keyboard": "Olena", "no-script": "Pasquale"}


def test_a_list_made_without_an_account_is_kept_after_the_sign_in(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser(width=320 if way == "mouse" else 1280)
    page = hand.page
    page.goto(f"{stack.url}/bienvenue")
    answer_arrival(hand)
    hand.press("Voir ma liste")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ma liste d’arrivée")
    expect(page.locator("main")).to_contain_text("0 chose faite sur 13")
    hand.press("C’est fait : Assurer votre logement")
    expect(page.locator("main")).to_contain_text("« Assurer votre logement » est fait.")
    address = page.url.partition("?")[0]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hand.follow("Me connecter pour la garder dans mon espace")
    hand.press("S’identifier avec FranceConnect")
    page.wait_for_url(re.compile(re.escape(stack.sandbox)))
    hand.pick(PEOPLE[way])
    hand.press("Continuer vers le portail")
    page.wait_for_url(f"{address}")
    hand.press("La garder dans mon espace")
    expect(page.locator("main")).to_contain_text("Elle ne s’ouvre plus que pour vous.")
    hand.follow("Mon espace")
    expect(page.locator("main")).to_contain_text("1 chose faite sur 13")
    other = open_browser()
    other.page.goto(address)
    expect(other.page).to_have_url(re.compile("/connexion"))
