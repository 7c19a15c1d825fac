"""An agent is invited, comes in with ProConnect, and is out at the click that follows a suspension: keyboard only."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack, wait_until
from tests.e2e.scenes import mails_to, sign_in

pytestmark = pytest.mark.browser
TEAMS = "/agents/equipes"
NEWCOMER = "b.dumoulin@valmont-sur-iselle.example"


@pytest.mark.parametrize("way", ["keyboard"])
def test_an_agent_is_invited_then_suspended(stack: Stack, open_browser: Opener, way: str) -> None:
    keeper = open_browser(width=1440)
    sign_in(keeper, stack, "Aurore Ngoma-Lestrade", agent=True, then=TEAMS)
    keeper.follow("Inviter un agent")
    keeper.write("Prénom et nom", "Basile Dumoulin-Essai")
    keeper.write("Adresse professionnelle", NEWCOMER.upper())
    keeper.select("Rôle", "Agent de guichet")
    keeper.press("Envoyer l’invitation")
    expect(keeper.page.get_by_role("alert")).to_contain_text("1 erreur")
    assert keeper.page.get_by_label("Prénom et nom").input_value() == "Basile Dumoulin-Essai"
    keeper.tick("Maison France Services")
    keeper.press("Envoyer l’invitation")
    expect(keeper.page.locator("main")).to_contain_text("L’invitation part par courriel")
    record = keeper.page.url

    wait_until(lambda: bool(mails_to(stack, NEWCOMER)), "the invitation is delivered")
    newcomer = open_browser()
    sign_in(newcomer, stack, "Basile Dumoulin-Essai", agent=True, then="/agents/guichet")
    expect(newcomer.page.get_by_role("heading", level=1)).to_contain_text("Guichet")

    keeper.page.goto(record)
    keeper.follow("Suspendre l’accès")
    keeper.press("Suspendre l’accès")
    expect(keeper.page.locator("main")).to_contain_text("Les sessions de cet agent sont fermées")
    newcomer.page.goto(f"{stack.url}/agents/guichet")
    expect(newcomer.page.get_by_role("heading", level=1)).to_have_text("Connexion des agents")


@pytest.mark.parametrize("way", ["keyboard"])
def test_a_department_head_without_two_factors_is_asked_for_them(stack: Stack, open_browser: Opener, way: str) -> None:
    head = open_browser()
    sign_in(head, stack, "Viviane Sorel-Okafor", agent=True, then="/agents/dossiers")
    expect(head.page.get_by_role("heading", level=1)).to_have_text("Une identification plus sûre")
