"""The rules of a department put in another order, by keyboard alone, without JavaScript too: the focus stays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import sign_in

pytestmark = pytest.mark.browser
RULES = "/agents/repartition"
SLUG = "carte-mediatheque"
NAMES = ("Essai nord", "Essai sud")


@pytest.mark.parametrize("way", ["keyboard", "no-script"])
def test_the_focus_stays_on_the_rule_that_moves(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser(width=1440, height=900)
    sign_in(hand, stack, "Samira Amrani", agent=True, then=RULES)
    for name in NAMES:
        hand.page.goto(f"{stack.url}{RULES}/nouvelle/{SLUG}")
        hand.write("Nom de la règle", name)
        hand.tick("Samira Amrani")
        hand.press("Enregistrer la règle")
    hand.page.get_by_role("button", name="Descendre : Essai nord").focus()
    hand.page.keyboard.press("Enter")
    back = hand.page.get_by_role("button", name="Monter : Essai nord")
    expect(back).to_be_focused()
    expect(back).to_have_accessible_description(re.compile("« Essai nord » est la règle 2 sur 2 de "))
    hand.page.keyboard.press("Enter")
    expect(hand.page.get_by_role("button", name="Descendre : Essai nord")).to_be_focused()
    for name in NAMES:
        hand.page.get_by_role("button", name=f"Retirer : {name}").focus()
        hand.page.keyboard.press("Enter")
        expect(hand.page.get_by_role("button", name=f"Retirer : {name}")).to_have_count(0)
