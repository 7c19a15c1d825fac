"""Papers that are safe, papers that hold, and who was there: with the mouse, the keyboard alone, scripts off."""

from __future__ import annotations

import io
import re
import urllib.request
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Opener, Stack, wait_until
from tests.e2e.hands import Hand
from tests.e2e.scenes import LUCIENNE, fill_school, send, sign_in

pytestmark = pytest.mark.browser

ANGELA = "Angela Claire Louise DUBOIS"
# A file is chosen in a window of the system, which no page drives: the browser is handed it in all three ways.
DAYS = {"mouse": 21, "keyboard": 22, "no-script": 23}


def photo() -> bytes:
    """A photograph of a bill, with a place in its metadata."""
    image, held = Image.new("RGB", (640, 480), (220, 210, 190)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "4 rue des Tanneurs"
    image.save(held, "JPEG", exif=exif)
    return held.getvalue()


def paper() -> bytes:
    """A PDF of one page."""
    made, held = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(held)
    return held.getvalue()


def choose(hand: Hand, name: str, kind: str, content: bytes) -> Locator:
    """Choose a file and add it; the main part of the page that comes."""
    field = hand.page.locator("input[type=file]")
    field.set_input_files({"name": name, "mimeType": kind, "buffer": content})
    hand.press("Ajouter ce fichier")
    return hand.page.locator("main")


def download(hand: Hand, name: str, way: str) -> Path:
    """Follow a link that gives a file, and where the browser saved it."""
    link = hand.page.get_by_role("link", name=re.compile(re.escape(name))).first
    with hand.page.expect_download() as started:
        if way == "keyboard":
            link.press("Enter")
        else:
            link.click()
    return Path(started.value.path())


def test_files_are_examined_then_go_with_the_request(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser()
    page = hand.page
    sign_in(hand, stack, ANGELA)

    def attach() -> None:
        word = "application/vnd.ms-word.document.macroEnabled.12"
        for name, kind, content, sentence in (
            ("facture.docm", word, b"PK\x03\x04" + bytes(64), "macros"),
            ("facture.pdf", "application/pdf", b"PK\x03\x04" + bytes(64), ""),
            ("vide.pdf", "application/pdf", b"", ""),
        ):
            main = choose(hand, name, kind, content)
            expect(page).to_have_title(re.compile("^Erreur"))
            expect(main.locator(".sum")).to_contain_text(sentence)
            expect(main.get_by_role("button", name="Retirer")).to_have_count(0)
        expect(choose(hand, "facture d’eau.jpg", "image/jpeg", photo())).to_contain_text("facture d’eau.jpg")
        expect(choose(hand, "quittance.pdf", "application/pdf", paper())).to_contain_text("quittance.pdf")
        expect(page.get_by_role("button", name="Retirer")).to_have_count(2)
        hand.press("Retirer quittance.pdf")
        expect(page.get_by_role("button", name="Retirer")).to_have_count(1)

    fill_school(hand, stack, "Inès", email=f"pieces.{way}@exemple.example", day=DAYS[way], attach=attach)
    expect(page.locator("main")).to_contain_text("facture d’eau.jpg")
    reference = send(hand)
    page.goto(f"{stack.url}/demandes/{reference}/reponses")
    with Image.open(download(hand, "facture d’eau.jpg", way)) as kept:
        found = (kept.format, kept.size, dict(kept.getexif()))
    assert found == ("JPEG", (640, 480), {}), "nothing but the picture"
    hand.page.goto(f"{stack.url}/mon-espace/documents")
    expect(page.locator("main")).to_contain_text("facture d’eau.jpg")


def test_an_acknowledgement_is_downloaded_and_a_clerk_checks_it(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser()
    page = hand.page
    sign_in(hand, stack, LUCIENNE)
    fill_school(hand, stack, "Naël", email=f"accuse.{way}@exemple.example", day=DAYS[way] - 10, born="")
    reference = send(hand)

    def printed() -> bool:
        page.reload()
        return page.get_by_role("link", name=re.compile("Télécharger en PDF")).count() == 1

    wait_until(printed, "the PDF is printed", 60)
    file = download(hand, "Télécharger en PDF", way)
    with pikepdf.open(file) as made:
        assert made.Root.MarkInfo.Marked
        assert str(made.Root.Lang).startswith("fr")
    code = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}\b", page.locator("main").inner_text())
    assert code, page.locator("main").inner_text()

    clerk = open_browser()
    clerk.page.goto(f"{stack.url}/verifier")
    clerk.write("Code de vérification", "AAAAA-AAAAA-AAAAA")
    clerk.press("Vérifier")
    expect(clerk.page.locator("main")).to_contain_text("Aucun document émis ici ne porte ce code")
    clerk.write("Code de vérification", code.group().lower())
    clerk.page.locator("input[type=file]").set_input_files(file)
    clerk.press("Vérifier")
    main = clerk.page.locator("main")
    expect(main).to_contain_text("Ce document est authentique")
    expect(main).to_contain_text("exactement celui que nous avons émis")
    expect(main).to_contain_text("Inscription scolaire et restauration")
    assert reference not in main.inner_text()
    assert "ANCIENNET" not in main.inner_text()


def test_she_sees_who_was_there_and_signs_out_everywhere(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser()
    page = hand.page
    sign_in(hand, stack, LUCIENNE)
    fill_school(hand, stack, "Lina", email=f"presence.{way}@exemple.example", day=DAYS[way] - 20, born="")
    reference = send(hand)

    agent = open_browser()
    sign_in(agent, stack, "Claire Le Goff", agent=True)
    agent.page.goto(f"{stack.url}/agents/dossiers/{reference}")
    expect(agent.page.get_by_role("heading", level=1)).to_contain_text(reference)

    page.goto(f"{stack.url}/mon-espace")
    hand.follow("Qui a consulté mon dossier")
    expect(page.locator("main")).to_contain_text("Claire Le Goff")

    elsewhere = open_browser()
    sign_in(elsewhere, stack, LUCIENNE)
    page.goto(f"{stack.url}/mon-espace")
    hand.follow("Ma connexion")
    expect(page.locator("main")).to_contain_text("Cet appareil")
    hand.press("Me déconnecter partout")
    for one in (hand, elsewhere):
        one.page.goto(f"{stack.url}/mon-espace")
        expect(one.page).to_have_url(re.compile("/connexion"))


def test_nothing_of_a_document_is_given_to_a_visitor(stack: Stack) -> None:
    address = f"{stack.url}/documents/018f0000-0000-7000-8000-000000000001"
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert "/connexion" in answer.url, "sent to sign in"
