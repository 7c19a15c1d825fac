"""A passer-by reports a lamp on a narrow screen, the department repairs it: mouse, keyboard alone, scripts off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import read_reference, sign_in

pytestmark = pytest.mark.browser


def test_a_passer_by_reports_and_follows_without_an_account(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser(width=320, height=640)
    page = hand.page
    main = page.locator("main")
    page.goto(f"{stack.url}/quotidien")
    hand.follow("Voir les signalements")
    hand.follow("Signaler un problème")
    assert page.locator("[data-locate]").is_visible() is (way != "no-script")
    hand.choose("Ce qui ne va pas", "Panneau ou feu abîmé")
    hand.write("Le lieu", f"en haut de l’escalier {way}")
    hand.press("Continuer")
    if "Est-ce ici" in page.get_by_role("heading", level=1).inner_text():
        hand.pick("Non, garder ce que j’ai écrit")
        hand.press("Continuer")
    hand.choose("Quelqu’un peut-il se blesser", "Oui")
    hand.write("Ce que vous voyez", "Le panneau est tombé.")
    hand.press("Envoyer le signalement")
    expect(main).to_contain_text("notez votre code de suivi")
    reference = read_reference(hand)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", main.inner_text())
    assert code
    assert page.evaluate("document.documentElement.scrollWidth") <= 320 if way != "no-script" else True

    agent = open_browser()
    sign_in(agent, stack, "Jonas Ferrand", agent=True, then=f"/agents/signalements/{reference}")
    agent.press("Prendre en charge")
    agent.write("Un mot pour la personne", "Panneau revissé.")
    agent.press("Marquer réparé")
    expect(agent.page.locator("main")).to_contain_text("Réparé")

    later = open_browser(width=320, height=640)
    later.page.goto(f"{stack.url}/suivre")
    later.write("Référence", reference)
    later.write("Code de suivi", code.group())
    later.press("Voir où ça en est")
    expect(later.page.locator("main")).to_contain_text("Panneau revissé.")
