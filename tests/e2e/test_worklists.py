"""The head of the departments at work, by keyboard alone: a view, ten requests at once, another department, a file."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import sign_in

pytestmark = pytest.mark.browser
QUEUE = "/agents/dossiers"


@pytest.mark.parametrize("way", ["keyboard"])
def test_the_head_of_the_departments_works_through_the_queue(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser(width=1440, height=900)
    sign_in(hand, stack, "Samira Amrani", agent=True, then=QUEUE)
    main = hand.page.locator("main")

    hand.follow("Plus de filtres")
    hand.select("Suivie par", "Personne")
    hand.press("Filtrer la liste")
    expect(main).to_contain_text("Sans agent.")
    hand.follow("Enregistrer cette vue")
    hand.write("Nom de la vue", "À confier")
    hand.press("Enregistrer la vue")
    expect(main).to_contain_text("La vue est enregistrée")
    hand.follow("À confier")

    hand.follow("Agir sur plusieurs demandes à la fois")
    boxes = hand.page.get_by_role("checkbox")
    expect(boxes.nth(9)).to_be_visible()
    for number in range(10):
        boxes.nth(number).focus()
        hand.page.keyboard.press("Space")
    hand.press("Agir sur les demandes cochées")
    hand.choose("Que voulez-vous faire", "Confier à une personne")
    hand.select("Qui s’en occupera", "Moi")
    hand.press("Relire avant de confirmer")
    hand.press("Confirmer pour 10 demandes")
    for _try in range(40):
        if hand.page.get_by_role("link", name="Télécharger le résultat").count():
            break
        hand.page.wait_for_timeout(500)
        hand.page.reload()
    expect(main).to_contain_text("10 demandes : confiées")

    hand.page.goto(f"{stack.url}{QUEUE}?vue=miennes&tri=depot")
    first = hand.page.locator(".grid tbody th a").first
    hand.page.keyboard.press("j")
    expect(first).to_be_focused()
    reference = str(first.get_attribute("href")).rsplit("/", 1)[1]
    hand.page.keyboard.press("Enter")
    hand.page.wait_for_url(f"**/{reference}")

    hand.page.keyboard.press("n")
    hand.page.wait_for_url("**/notes")
    hand.write("Votre note", "À voir avec la voirie.")
    hand.press("Enregistrer la note")
    expect(main).to_contain_text("À voir avec la voirie.")
    hand.follow("Transmettre à un autre service")
    options = hand.page.get_by_label("Service").locator("option").all_inner_texts()
    hand.select("Service", next(one for one in options if "Urbanisme" in one or "Sports" in one))
    hand.write("Pourquoi", "Ce service connaît mieux votre dossier.")
    hand.press("Transmettre la demande")
    expect(main).to_contain_text(f"{reference} est transmise")

    hand.page.goto(f"{stack.url}{QUEUE}?vue=miennes")
    hand.follow("Préparer un fichier")
    hand.press("Préparer le fichier")
    for _try in range(40):
        if hand.page.get_by_role("button", name="Télécharger le fichier").count():
            break
        hand.page.wait_for_timeout(500)
        hand.page.reload()
    with hand.page.expect_download() as download:
        hand.page.get_by_role("button", name="Télécharger le fichier").focus()
        hand.page.keyboard.press("Enter")
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert archive.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"

    hand.page.goto(f"{stack.url}/agents/touches")
    hand.page.get_by_role("button", name="Désactiver les touches").focus()
    hand.page.keyboard.press("Enter")
    expect(hand.page.get_by_role("button", name="Activer les touches")).to_be_visible()
    hand.page.goto(f"{stack.url}{QUEUE}")
    hand.page.keyboard.press("j")
    expect(hand.page.locator(".grid tbody th a").first).not_to_be_focused()
