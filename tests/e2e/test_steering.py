"""The dashboard by keyboard on a wide screen, the public page on a phone, and an opinion given after an answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_a_head_of_departments_reads_the_figures(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser(width=1440)
    page, main = hand.page, hand.page.locator("main")
    sign_in(hand, stack, "Samira Amrani", agent=True, then="/agents/pilotage")
    page.goto(f"{stack.url}/agents/pilotage")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pilotage : volumes")
    expect(page.get_by_role("img")).to_have_count(1)
    hand.follow("Délais")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("La moitié des demandes")
    hand.select("Période", "24 mois")
    hand.press("Afficher")
    assert "mois=24" in page.url
    assert "vue=delais" in page.url
    expect(main.get_by_role("table")).to_contain_text("9 sur 10 en")
    hand.follow("Égalité d’accès")
    expect(main.get_by_role("table").first).to_contain_text("Sans aide")


@pytest.mark.parametrize("way", ["no-script"], indirect=True)
def test_anybody_reads_the_service_levels_on_a_phone(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser(width=320)
    page, main = hand.page, hand.page.locator("main")
    page.goto(stack.url)
    hand.follow("Qualité de service")
    expect(page.get_by_role("heading", level=1)).to_have_text("Qualité de service")
    expect(main).to_contain_text("La moitié des demandes reçoivent une réponse")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
