"""A request that the school has is withdrawn: asked, sent and confirmed are told apart, with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import fill_school, school_files, send, sign_in
from tests.e2e.test_scenes import ANGELA, reload_until

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_the_school_confirms_that_it_has_stopped(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser()
    sign_in(hand, stack, ANGELA)
    fill_school(hand, stack, "Romy-Lou", email="angela.retrait@exemple.example", day=21)
    reference = send(hand)
    hand.follow("Suivre ma demande")
    reload_until(hand, "Le destinataire confirme l’avoir")
    hand.follow("Retirer ma demande")
    expect(hand.page.locator("main")).to_contain_text("Nous lui enverrons votre retrait")
    hand.press("Retirer ma demande")
    reload_until(hand, "Le destinataire confirme l’arrêt")
    expect(hand.page.locator("main")).to_contain_text("Vous avez retiré cette demande : elle est arrêtée.")
    [file] = school_files(stack, reference)
    assert file["status"] == "cancelled"
