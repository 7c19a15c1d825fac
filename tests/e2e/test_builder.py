"""The scene of the builder: an officer writes a page for parents of twins, with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import sign_in

pytestmark = pytest.mark.browser

TWINS = "Attendez-vous des jumeaux ?"


@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_an_officer_adds_a_page_for_parents_of_twins_to_a_copy(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser()
    page = hand.page
    sign_in(hand, stack, "Inès Moreau", agent=True, then="/agents/demarches")
    expect(page.get_by_role("heading", level=1)).to_have_text("Démarches")
    hand.write("Titre ou service", "crèche")
    hand.press("Filtrer")
    hand.press("Dupliquer : Demander une place en crèche")
    expect(page.get_by_role("status").last).to_contain_text("La copie est prête")
    hand.follow("Votre enfant")
    hand.follow("Ajouter une question")
    hand.follow("Décrire une donnée propre à votre service")
    hand.write("Nom de la donnée", TWINS)
    hand.select("Forme de la réponse", "Oui ou non")
    hand.press("Demander cette donnée")
    expect(page.get_by_role("heading", level=1)).to_contain_text(TWINS)
    hand.follow("Revenir aux questions")
    hand.follow("Ajouter une page")
    hand.write("Titre de la page", "Le second enfant")
    hand.press("Ajouter la page")
    hand.follow("Ajouter une question")
    hand.write("Chercher une donnée", "date de naissance")
    hand.press("Chercher")
    hand.pick("Date de naissance")
    hand.press("Demander cette donnée")
    expect(page.locator("main")).to_contain_text("bday")
    expect(page.locator("main")).to_contain_text("FranceConnect")
    hand.follow("Revenir aux questions")
    hand.follow("Ses conditions")
    hand.select("Question posée avant", TWINS.replace(" ?", "\N{NO-BREAK SPACE}?"))
    hand.press("Continuer")
    hand.select("Réponse", "oui")
    hand.press("Ajouter cette condition")
    expect(page.locator("main")).to_contain_text(f"“{TWINS}” est “oui”")
    hand.follow("Questions")
    expect(page.locator("main")).to_contain_text(f"Montrée seulement si “{TWINS}” est “oui”.")
    hand.follow("Le second enfant")
    hand.press("Monter : Le second enfant")
    hand.press("Annuler le dernier changement")
    expect(page.get_by_role("status").last).to_contain_text("Le dernier changement est annulé")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("way", ["keyboard", "no-script"], indirect=True)
def test_an_officer_writes_the_workflow_of_a_copy(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser()
    page = hand.page
    sign_in(hand, stack, "Inès Moreau", agent=True, then="/agents/demarches")
    hand.write("Titre ou service", "ordinateur")
    hand.press("Filtrer")
    hand.press("Dupliquer : Emprunter")
    hand.follow("Déroulement")
    hand.pick("Dossier : corrections, pièces, avis, puis décision")
    hand.press("En partir pour écrire le mien")
    expect(page.get_by_role("status").last).to_contain_text("un déroulement à elle")
    hand.follow("Ajouter un état")
    hand.write("Nom de l’état", "Composteur prêt")
    hand.select("Ce que cet état veut dire", "En cours")
    hand.press("Ajouter l’état")
    expect(page.locator("main")).to_contain_text("Rien ne mène à cet état : Composteur prêt.")
    hand.follow("Ajouter une action")
    hand.write("Nom de l’action", "Annoncer que c’est prêt")
    hand.tick("En cours d’étude")
    hand.select("Vers", "Composteur prêt")
    hand.tick("tout agent du service")
    hand.press("Ajouter l’action")
    hand.select("Ce que la personne reçoit", "Un message")
    hand.write("Texte proposé à l’agent", "Votre composteur vous attend au dépôt.")
    hand.press("Enregistrer")
    expect(page.get_by_role("status").last).to_contain_text("Enregistré")
    hand.follow("Déroulement")
    hand.follow("Composteur prêt")
    expect(page.locator("main")).to_contain_text("De cet état, on ne peut plus terminer")
    hand.follow("Reçue")
    hand.follow("Accepter la demande")
    hand.tick("Composteur prêt")
    hand.press("Enregistrer")
    hand.follow("Déroulement")
    expect(page.locator("main")).not_to_contain_text("À revoir")
    hand.follow("Ce que lit la personne")
    expect(page.locator("main")).to_contain_text("Votre composteur vous attend au dépôt.")
    hand.follow("Déroulement")
    hand.pick("Simple : un agent étudie et décide")
    hand.press("Prendre ce déroulement")
    expect(page.locator("main")).to_contain_text("sont perdus")
    hand.press("Prendre ce déroulement")
    hand.press("Annuler le dernier changement")
    expect(page.locator("main")).to_contain_text("Composteur prêt")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
