"""Looking for a bike in a real browser: with the keyboard alone, and without scripts on a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.hands import Hand

pytestmark = pytest.mark.browser


def _search(hand: Hand, stack: Stack) -> None:
    hand.page.goto(f"{stack.url}/quotidien")
    hand.follow("Trouver un vélo partagé")
    hand.write("Près de quelle adresse", "3 quai des moulins")
    hand.press("Chercher les stations")


@pytest.mark.parametrize("way", ["keyboard"])
def test_bikes_are_found_with_the_keyboard(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser()
    _search(hand, stack)
    main = hand.page.locator("main")
    expect(main).to_contain_text("3 Quai des Moulins 38999 Valmont-sur-Iselle")
    expect(main.get_by_role("heading", level=3).first).to_have_text("Quai des Moulins")
    expect(main).to_contain_text("Mis à jour il y a")
    stack.incident("adresses", "down")
    try:
        hand.write("Près de quelle adresse", "5 rue des Noyers")
        hand.press("Chercher les stations")
        expect(main).to_contain_text("La recherche d’adresses ne répond pas")
        hand.follow("Marché des Halles")
        expect(main.get_by_role("heading", level=3).first).to_have_text("Halles")
    finally:
        stack.incident("adresses", "ok")


@pytest.mark.parametrize("way", ["no-script"])
def test_bikes_are_found_without_scripts_on_a_narrow_screen(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser(width=320, height=640)
    _search(hand, stack)
    expect(hand.page.locator("main")).to_contain_text("places libres pour rendre un vélo")
    widths = [box["width"] for one in hand.page.locator("main li").all() if (box := one.bounding_box())]
    assert widths
    assert max(widths) <= 320
