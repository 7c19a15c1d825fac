"""At the desk: a person found by two clues and a mandate; another without an account, who follows with a code."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import read_reference, sign_in

pytestmark = pytest.mark.browser
CARD = "/demarches/carte-mediatheque"
DESK = "/agents/guichet"


@pytest.mark.parametrize("way", ["keyboard"])
def test_a_draft_begun_at_home_is_finished_under_a_mandate(stack: Stack, open_browser: Opener) -> None:
    home = open_browser()
    sign_in(home, stack, "Angela Claire Louise DUBOIS", then=CARD)
    if home.page.get_by_role("link", name="Effacer ce brouillon").count():  # of another scene
        home.follow("Effacer ce brouillon")
        home.press("Effacer mes réponses")
    home.press("Commencer")
    home.write("Adresse électronique", "mandat@usagers.example")
    home.press("Enregistrer et quitter")

    desk = open_browser()
    sign_in(desk, stack, "Karim Haddad", agent=True, then=DESK)
    desk.write("Personne, référence ou code", "Dub 1962")
    desk.choose("Pourquoi cherchez-vous cette personne", "Faire ou finir")
    desk.press("Chercher")
    desk.press("Ouvrir la fiche de Angela DUBOIS, ligne 1")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Angela DUBOIS")
    desk.choose("Comment avez-vous vérifié", "pièce d’identité")
    desk.press("Noter la vérification")
    expect(desk.page.locator("main")).to_contain_text("24 août 1962")
    desk.follow("Proposer un mandat")
    desk.tick("Loisirs, sports, culture")
    desk.choose("Durée", "1 jour")
    desk.choose("Comment la personne donne son accord", "présente")
    desk.select("Pièce d’identité vérifiée", "Carte d’identité")
    desk.press("Proposer le mandat")
    expect(desk.page.locator("main")).to_contain_text("Le mandat est actif")
    desk.press("Finir « ")
    for line in (("Numéro et voie", "4 rue des Tanneurs"), ("Code postal", "38999"), ("Commune", "Valmont-sur-Iselle")):
        desk.write(*line)
    desk.press("Continuer")
    desk.choose("Carte souhaitée", "Adulte")
    desk.choose("Lieu de retrait", "centre")
    desk.press("Continuer")
    desk.press("Envoyer la demande de cette personne")
    reference = read_reference(desk)
    desk.press("C’est imprimé : tout fermer")
    expect(desk.page.locator("main")).to_contain_text("L’écran est vide pour la personne suivante")
    expect(desk.page.locator("main")).not_to_contain_text("Angela DUBOIS")

    home.page.goto(f"{stack.url}/demandes/{reference}")
    expect(home.page.locator("main")).to_contain_text("Karim Haddad")
    home.page.goto(f"{stack.url}/mon-espace/consultations")
    expect(home.page.locator("main")).to_contain_text("Fiche refermée au guichet")
    home.follow("Voir la suite de la liste")
    expect(home.page.locator("main")).to_contain_text("Fiche ouverte au guichet")


@pytest.mark.parametrize("way", ["no-script"])
def test_a_request_without_an_account_is_followed_then_attached(stack: Stack, open_browser: Opener) -> None:
    desk = open_browser()
    sign_in(desk, stack, "Karim Haddad", agent=True, then="/agents/saisie/carte-mediatheque")
    desk.choose("Comment la demande est arrivée", "Au guichet")
    today = desk.page.evaluate("[new Date().getDate(), new Date().getMonth() + 1, new Date().getFullYear()]")
    for label, value in zip(("Jour", "Mois", "Année"), today, strict=True):
        desk.write(label, str(value))
    desk.write("Nom et prénom de la personne", "Zoé Essai")
    desk.choose("Comment lui répondre", "Par courrier")
    desk.write("Où lui répondre", "1 rue Fictive, 38999 Valmont-sur-Iselle")
    desk.press("Continuer")
    desk.follow("Continuer vers les réponses")
    desk.write("Nom de naissance", "Essai")
    desk.write("Prénom", "Zoé")
    for label, value in (("Jour", "24"), ("Mois", "8"), ("Année", "1990")):
        desk.write(label, value)
    desk.write("Adresse électronique", "zoe@usagers.example")
    desk.press("Continuer")
    for line in (("Numéro et voie", "4 rue des Tanneurs"), ("Code postal", "38999"), ("Commune", "Valmont-sur-Iselle")):
        desk.write(*line)
    desk.press("Continuer")
    desk.choose("Carte souhaitée", "Adulte")
    desk.choose("Lieu de retrait", "centre")
    desk.press("Continuer")
    desk.press("Envoyer la demande de cette personne")
    reference = read_reference(desk)
    code = re.search(r"Code de suivi : (\w{4}-\w{4})", desk.page.locator("main").inner_text())
    assert code

    zoe = open_browser(width=320, height=640)
    zoe.page.goto(f"{stack.url}/suivre")
    zoe.write("Référence", reference)
    zoe.write("Code de suivi", code[1])
    zoe.press("Voir où ça en est")
    expect(zoe.page.locator("main")).to_contain_text("ne vont pas ensemble")
    zoe.write("Code de suivi", code[1])
    zoe.write("Date de naissance ou code postal", "24/08/1990")
    zoe.press("Voir où ça en est")
    expect(zoe.page.locator("main")).to_contain_text(reference)
    sign_in(zoe, stack, "Lucienne Andrée ANCIENNET", then=f"/suivre/{reference}")
    zoe.press("Rattacher à mon compte")
    zoe.page.wait_for_url(re.compile(r"/demandes/"))
