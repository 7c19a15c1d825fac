"""The scene of a flash poll: on a phone, with the keyboard alone, with scripts off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import sign_in

pytestmark = pytest.mark.browser

# One person, one vote: each way of using the page needs somebody of its own.
VOTERS = {
    "mouse": "Angela Claire Louise DUBOIS",
    "keyboard": "Lucienne Andrée ANCIENNET",
    "no-script": "Pasquale Ghjuvanni FINTUCCI",
}


def test_a_poll_is_answered_in_four_pages_and_once(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser(width=320) if way == "mouse" else open_browser()
    page = hand.page
    page.goto(f"{stack.url}/participer")
    hand.follow("La cour de l’école des Tilleuls")
    door = page.get_by_role("link", name="S’identifier et répondre").get_attribute("href")
    assert door is not None
    sign_in(hand, stack, VOTERS[way], then=door.partition("suite=")[2])
    hand.choose("Habitez-vous la commune", "Oui")
    hand.choose("Que planter", "Un potager")
    hand.press("Relire ma réponse")
    expect(page.get_by_role("alert")).to_contain_text("Ouvrir la cour aux familles")
    hand.choose("Ouvrir la cour", "Oui, l’été seulement")
    hand.press("Relire ma réponse")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez votre réponse")
    expect(page.locator("main")).to_contain_text("Un potager")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hand.press("Voter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre vote est pris en compte")
    code = page.locator("main strong").first.inner_text()
    assert re.fullmatch(r"([A-Z2-7]{4}-){4}[A-Z2-7]{4}", code)
    hand.follow("Revenir au sondage")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Votre vote est pris en compte")
    expect(page.locator("form")).to_have_count(0)
    page.goto(f"{stack.url}/participer")
    hand.follow("La rue des Tanneurs le dimanche")
    expect(page.get_by_role("img", name="arrive en tête")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("Oui, d’avril à septembre")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hand.follow("Croiser les deux premières questions")
    expect(page.get_by_role("img", name="arrive en tête")).to_be_visible()
