"""A resident begins on a phone, goes on at home, and finishes at a desk with the code: keyboard, no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import mails_to, read_reference, sign_in

pytestmark = pytest.mark.browser
CARD = "/demarches/carte-mediatheque"


@pytest.mark.parametrize("way", ["keyboard", "no-script"])
def test_a_draft_begun_on_a_phone_is_finished_at_the_desk(stack: Stack, open_browser: Opener, way: str) -> None:
    phone = open_browser(width=320, height=640)
    sign_in(phone, stack, "Angela Claire Louise DUBOIS", then=CARD)
    if phone.page.get_by_role("link", name="Effacer ce brouillon").count():  # of the scene played the other way
        phone.follow("Effacer ce brouillon")
        phone.press("Effacer mes réponses")
    phone.press("Commencer")
    phone.write("Adresse électronique", f"guichet-{way}@usagers.example")
    phone.press("Enregistrer et quitter")
    expect(phone.page.locator("main")).to_contain_text("Vos réponses sont enregistrées")

    home = open_browser()
    sign_in(home, stack, "Angela Claire Louise DUBOIS", then=CARD)
    home.page.goto(f"{stack.url}{CARD}/commencer")
    expect(home.page.get_by_role("heading", level=1)).to_have_text("Vous avez déjà un brouillon")
    home.follow("Reprendre")
    home.write("Numéro et voie", "4 rue des Tanneurs")
    home.write("Code postal", "38999")
    home.write("Commune", "Valmont-sur-Iselle")
    home.press("Continuer")
    home.follow("Continuer ailleurs")
    home.press("Avoir un code")
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", home.page.locator("main").inner_text())
    assert code

    desk = open_browser()
    sign_in(desk, stack, "Karim Haddad", agent=True, then="/agents/guichet")
    desk.write("Personne, référence ou code", code.group().lower())
    desk.choose("Pourquoi cherchez-vous cette personne", "Faire ou finir")
    desk.press("Chercher")
    desk.choose("Son accord", "présente")
    desk.press("Ouvrir le brouillon")
    expect(desk.page.locator("main")).to_contain_text("Vous aidez Angela")
    desk.choose("Carte souhaitée", "Adulte")
    desk.choose("Lieu de retrait", "centre")
    desk.press("Continuer")
    desk.press("Envoyer la demande de cette personne")
    expect(desk.page.locator("main")).to_contain_text("Le dossier est fermé")
    reference = read_reference(desk)

    home.page.goto(f"{stack.url}/demandes/{reference}")
    expect(home.page.locator("main")).to_contain_text("Karim Haddad")
    home.page.goto(f"{stack.url}/mon-espace/consultations")
    expect(home.page.locator("main")).to_contain_text("Brouillon ouvert avec votre code")
    for page in (phone.page, home.page):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if way == "keyboard" else True
    for _try in range(30):
        if mails_to(stack, f"guichet-{way}@usagers.example"):
            break
        desk.page.wait_for_timeout(500)
    assert mails_to(stack, f"guichet-{way}@usagers.example")
