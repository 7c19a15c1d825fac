"""An appointment at phone width: without an account and without scripts; then with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack
from tests.e2e.hands import Hand
from tests.e2e.scenes import LUCIENNE, sign_in

pytestmark = pytest.mark.browser
FREE = re.compile("heures? libres?")


def fits(hand: Hand) -> None:
    """Nothing sticks out of a narrow screen."""
    assert hand.page.evaluate("document.documentElement.scrollWidth") <= 320


def choose_time(hand: Hand, *, last: bool = False) -> None:
    """Choose the last day that is offered, then its first hour, or its last one."""
    day = hand.page.get_by_role("link", name=FREE).last
    hand.follow(day.inner_text().split(" (")[0])
    hours = hand.page.locator("ul.hours").last.get_by_role("link")
    hand.follow((hours.last if last else hours.first).inner_text())


@pytest.mark.parametrize("way", ["no-script"])
def test_somebody_without_an_account_books_then_cancels_with_a_code(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser(width=320, height=640)
    page = hand.page
    page.goto(f"{stack.url}/rendez-vous")
    fits(hand)
    hand.follow("Aide au numérique avec un médiateur")
    fits(hand)
    choose_time(hand)
    hand.write("Nom et prénom", "Lou Passant-Essai")
    hand.write("Adresse électronique", "lou.essai@usagers.example")
    hand.press("Réserver ce rendez-vous")
    expect(page.locator("main")).to_contain_text("Votre rendez-vous est pris")
    fits(hand)
    words = page.locator("main").inner_text()
    code, reference = re.search(r"Code de suivi : (\w{4}-\w{4})", words), page.url.rpartition("/")[2].split("?")[0]
    assert code
    hand.press("Oublier ce rendez-vous sur cet appareil")
    hand.write("Référence", reference)
    hand.write("Code de suivi", code[1])
    hand.press("Voir ce rendez-vous")
    hand.follow("Annuler ce rendez-vous")
    hand.press("Annuler ce rendez-vous")
    expect(page.locator("main")).to_contain_text("Votre rendez-vous est annulé")
    fits(hand)


@pytest.mark.parametrize("way", ["keyboard"])
def test_a_resident_books_and_moves_with_the_keyboard(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser()
    page = hand.page
    sign_in(hand, stack, LUCIENNE, then="/mon-espace/rendez-vous")
    hand.follow("Prendre rendez-vous")
    hand.follow("Dépôt d’un dossier d’état civil")
    choose_time(hand)
    hand.press("Réserver ce rendez-vous")
    expect(page.locator("main")).to_contain_text("Votre rendez-vous est pris")
    hand.follow("Déplacer")
    choose_time(hand, last=True)
    hand.press("Prendre cette heure à la place")
    expect(page.locator("main")).to_contain_text("Votre rendez-vous est déplacé")
