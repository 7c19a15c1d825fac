"""Choosing to be told by SMS, in a real browser; the notice is read on the simulated phone."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack, wait_until
from tests.e2e.scenes import LUCIENNE, fill_school, send, sign_in

pytestmark = pytest.mark.browser

NUMBERS = {"mouse": "0639980101", "keyboard": "0639980102", "no-script": "0639980103"}
CHILDREN = {"mouse": ("Suzanne-Lou", 21), "keyboard": ("Idriss", 22), "no-script": ("Maëlys", 23)}


def texts(stack: Stack, number: str) -> list[str]:
    found = json.loads(stack.read(f"/telephone/messages.json?numero={number}"))
    return [one["text"] for one in found["items"]]


def test_a_person_is_told_by_sms(stack: Stack, open_browser: Opener, way: str) -> None:
    number, (child, day) = NUMBERS[way], CHILDREN[way]
    hand = open_browser(width=320)
    page, main = hand.page, hand.page.locator("main")
    sign_in(hand, stack, LUCIENNE)
    page.goto(f"{stack.url}/mon-espace/notifications")
    hand.follow("Choisir comment vous prévenir")
    if page.get_by_role("button", name="Retirer ce numéro").count():
        hand.press("Retirer ce numéro")
    hand.write("Numéro de mobile", number)
    hand.press("Recevoir un")
    wait_until(lambda: bool(texts(stack, number)), "the code is on the phone")
    code = re.match(r"\d{6}", texts(stack, number)[0])
    assert code
    hand.write("Code reçu par SMS", code.group())
    hand.press("Vérifier le numéro")
    expect(main).to_contain_text("Numéro vérifié")
    hand.select("Accusés de réception et décisions", "Par SMS")
    hand.select("Pas de SMS à partir de", "0 h")
    hand.select("Et jusqu’à", "0 h")
    hand.press("Enregistrer mes choix")
    expect(main).to_contain_text("Vos choix sont enregistrés")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    fill_school(hand, stack, child, email=f"sms.{way}@exemple.example", day=day, born="")
    reference = send(hand)
    wait_until(lambda: any(reference in text for text in texts(stack, number)), "the notice is on the phone")
    page.goto(f"{stack.url}/mon-espace/notifications")
    expect(main).to_contain_text(reference)
    hand.press(f"Ouvrir : Accusé de réception de votre demande {reference}")
    expect(page).to_have_url(f"{stack.url}/demandes/{reference}")
