"""A mandate from the desk to its end: given, used to finish a draft begun at home, stopped while a page is open."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import PASQUALE, read_reference, sign_in

pytestmark = pytest.mark.browser
CARD = "/demarches/carte-mediatheque"


@pytest.mark.parametrize("way", ["keyboard"])
def test_a_mandate_is_given_used_and_stopped(stack: Stack, open_browser: Opener, way: str) -> None:
    home = open_browser(width=320, height=640)
    sign_in(home, stack, PASQUALE, then=CARD)
    home.press("Commencer")
    home.write("Adresse électronique", "mandat@usagers.example")
    home.press("Continuer")
    home.follow("Continuer ailleurs")
    home.press("Avoir un code")
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", home.page.locator("main").inner_text())
    assert code

    desk = open_browser()
    sign_in(desk, stack, "Karim Haddad", agent=True, then="/agents/guichet")
    desk.follow("Mandats")
    desk.write("code de la personne", code.group())
    desk.press("Proposer un mandat")
    expect(desk.page.locator("main")).to_contain_text("Pasquale")
    desk.tick("Loisirs, sports, culture")
    desk.choose("Durée", "31 jours")
    desk.choose("Comment la personne donne son accord", "présente")
    desk.select("Pièce d’identité vérifiée", "Carte d’identité")
    desk.press("Proposer le mandat")
    expect(desk.page.locator("main")).to_contain_text("Le mandat est actif")
    mandate = desk.page.url.partition("?")[0]

    desk.press("Finir «")
    expect(desk.page.locator("main")).to_contain_text("Vous aidez Pasquale")
    desk.write("Numéro et voie", "4 rue des Tanneurs")
    desk.write("Code postal", "38999")
    desk.write("Commune", "Valmont-sur-Iselle")
    desk.press("Continuer")
    desk.choose("Carte souhaitée", "Adulte")
    desk.choose("Lieu de retrait", "centre")
    desk.press("Continuer")
    desk.press("Envoyer la demande de cette personne")
    expect(desk.page.locator("main")).to_contain_text("Le dossier est fermé")
    reference = read_reference(desk)

    home.page.goto(f"{stack.url}/demandes/{reference}")
    expect(home.page.locator("main")).to_contain_text("a complété votre demande, avec votre mandat")
    desk.page.goto(mandate)
    desk.select("Commencer une démarche", "Obtenir une carte de la médiathèque")
    desk.press("Commencer en son nom")
    desk.write("Adresse électronique", "trop-tard@usagers.example")

    home.page.goto(f"{stack.url}/mon-espace/mandats")
    home.follow("Maison France Services")
    expect(home.page.locator("main")).to_contain_text("a envoyé une demande")
    home.follow("Arrêter le mandat")
    home.press("Oui, arrêter")
    expect(home.page.locator("main")).to_contain_text("Le mandat est arrêté")
    assert home.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    desk.press("Continuer")
    expect(desk.page.locator("main")).to_contain_text("Le mandat ne permet plus d’agir ici")
    expect(desk.page.locator("main")).not_to_contain_text("trop-tard")
    home.page.goto(f"{stack.url}{CARD}")
    expect(home.page.locator("main")).not_to_contain_text("trop-tard")
