"""A copy of one's data is asked and downloaded, and a blank form opened, with the keyboard alone."""

from __future__ import annotations

import json
import zipfile

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import sign_in
from tests.e2e.test_scenes import ANGELA, reload_until

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_a_copy_is_downloaded_and_a_form_opened(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser()
    sign_in(hand, stack, ANGELA, then="/mon-espace/mes-donnees")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("Mes données")
    hand.press("Préparer la copie")
    reload_until(hand, "Téléchargez-la avant le")
    hand.follow("Télécharger la copie")
    with hand.page.expect_download() as waited:
        hand.page.get_by_role("button", name="Télécharger le fichier").focus()
        hand.page.keyboard.press("Enter")
    with zipfile.ZipFile(waited.value.path()) as copy:
        assert json.loads(copy.read("donnees.json"))["identity"]["family_name"] == "DUBOIS"
    hand.page.goto(f"{stack.url}/demarches/carte-mediatheque")
    hand.follow("Imprimer le formulaire")
    reload_until(hand, "Télécharger en PDF", timeout=180)  # forty of them are printed at the first start
    with hand.page.expect_download() as waited:
        hand.page.get_by_role("link", name="Télécharger en PDF").focus()
        hand.page.keyboard.press("Enter")
    assert waited.value.path().read_bytes().startswith(b"%PDF-")
