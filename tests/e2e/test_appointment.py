"""An appointment asked, proposed, and accepted at phone width: a workflow on both sides, with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import PASQUALE, send, sign_in

pytestmark = pytest.mark.browser
PROPOSAL = "Mardi à 10 h, au 4 place du Parvis."


@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_a_date_is_proposed_and_accepted(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser(width=320)
    page = hand.page
    sign_in(hand, stack, PASQUALE)
    page.goto(f"{stack.url}/demarches/rendez-vous-nouvel-arrivant")
    hand.press("Commencer")
    hand.write("Téléphone", "06 39 98 12 34")
    hand.press("Continuer")
    for label, value in (("Jour", "3"), ("Mois", "3"), ("Année", "2026")):
        hand.write(label, value)
    hand.choose("Qui arrive", "Deux adultes")
    hand.choose("Ce dont vous voulez parler", "Le bus")
    hand.press("Continuer")
    hand.choose("Moment qui vous convient", "Le matin")
    hand.choose("interprète", "Non")
    hand.press("Continuer")
    reference = send(hand)

    agent = open_browser()
    sign_in(agent, stack, "Karim Haddad", agent=True)
    agent.page.goto(f"{stack.url}/agents/dossiers/{reference}")
    agent.follow("Proposer une date")
    agent.write("Le rendez-vous proposé", PROPOSAL)
    agent.press("Relire avant d’envoyer")
    expect(agent.page.locator("main")).to_contain_text(PROPOSAL)
    agent.press("Proposer une date")
    expect(agent.page.locator("main")).to_contain_text("Une date vous est proposée")

    page.goto(f"{stack.url}/mon-espace")
    expect(page.locator("main")).to_contain_text("Accepter ou refuser un rendez-vous")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    hand.follow(f"Lire la proposition : {reference}")
    expect(page.locator("main")).to_contain_text("À vous de répondre")
    expect(page.locator("main")).to_contain_text(PROPOSAL)
    hand.follow("Accepter cette date")
    hand.write("Un mot pour le service", "Merci, à mardi.")
    hand.press("Accepter cette date")
    expect(page.locator("main")).to_contain_text("Rendez-vous confirmé")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(f"{stack.url}/mon-espace/courriers")
    expect(page.locator("main")).to_contain_text(reference)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    agent.page.reload()
    expect(agent.page.locator("main")).to_contain_text("Merci, à mardi.")
