"""An answer that is printed: what the paper says, and the person who comes back to it with its reference."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import sign_in
from tests.support.pdf_text import TaggedText

pytestmark = pytest.mark.browser
LOG = "/agents/contacts"
ADDRESS = "1 rue Fictive, 38999 Valmont-sur-Iselle"


@pytest.mark.parametrize("way", ["keyboard"])
def test_the_printed_answer_says_how_to_come_back_to_it(stack: Stack, open_browser: Opener) -> None:
    desk = open_browser()
    sign_in(desk, stack, "Karim Haddad", agent=True, then=f"{LOG}/nouveau")
    desk.choose("Comment la personne vous a joint", "Appel")
    desk.write("Nom donné par la personne", "Zoé Essai")
    desk.select("De quoi il s’agit", "Autre chose")
    desk.select("Service qui répondra", "Maison France Services")
    desk.write("Ce que la personne a dit ou demandé", "Demande les horaires de la piscine fictive.")
    desk.choose("Comment lui répondre", "Par courrier")
    desk.write("Où lui répondre", ADDRESS)
    desk.press("Noter l’échange")
    reference = desk.page.locator("dt", has_text="Référence").locator("xpath=following-sibling::dd").inner_text()
    assert re.fullmatch(r"VSIE-[2-9B-Y]{4}-[2-9B-Y]{2}", reference)
    desk.write("Réponse", "Elle est ouverte de 9 h à 19 h.")
    desk.press("Répondre")
    desk.follow("Imprimer la lettre")

    with pikepdf.open(io.BytesIO(desk.page.pdf(tagged=True))) as made:
        said = TaggedText(made).text
        assert len(made.pages) == 1
    day = desk.page.locator("article time").inner_text()
    told = ("Zoé Essai", ADDRESS, day, "Elle est ouverte de 9 h à 19 h.", "Karim Haddad", "Maison France Services")
    for words in (*told, "par téléphone : 04 65 71 20", "par courrier, ou sur place"):
        assert words in said
    assert said.count(reference) == 2
    for words in ("Demande les horaires", "Revenir à l’échange", "Accessibilité", "Agents ·"):
        assert words not in said

    desk.page.goto(f"{stack.url}{LOG}")
    desk.write("Référence d’un échange", reference.lower().replace("-", " "))
    desk.press("Ouvrir")
    expect(desk.page.locator("main")).to_contain_text("Demande les horaires de la piscine fictive.")
