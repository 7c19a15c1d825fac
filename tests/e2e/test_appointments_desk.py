"""An agent who heads departments, with the keyboard (dates apart): who did not come, and a day closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from portal.ground.clock import PARIS
from tests.e2e.conftest import Opener, Stack
from tests.e2e.scenes import sign_in

pytestmark = pytest.mark.browser
HOME = "/agents/rendez-vous"
PLACE = "Maison France Services"


@pytest.mark.parametrize("way", ["keyboard"], indirect=True)
def test_who_did_not_come_is_noted_then_taken_back_and_a_day_is_closed(stack: Stack, open_browser: Opener) -> None:
    today = datetime.now(UTC).astimezone(PARIS).date()
    hand = open_browser(width=320)
    page = hand.page
    sign_in(hand, stack, "Samira Amrani", agent=True, then=HOME)
    page.goto(f"{stack.url}{HOME}?jour={(today - timedelta(days=20)).isoformat()}&jours=31&etat=booked")
    unnoted = page.locator("tbody tr", has=page.get_by_role("button", name="Non venu"))
    person = unnoted.first.get_by_role("link").inner_text()
    hand.press("Non venu")
    expect(page.locator("main")).to_contain_text("Elle est prévenue")
    page.goto(f"{stack.url}{HOME}?jour={(today - timedelta(days=20)).isoformat()}&jours=31&etat=missed")
    row = page.locator("tbody tr", has_text=person.split(",")[0]).filter(
        has=page.get_by_role("button", name="Retirer la note")
    )
    expect(row).to_have_count(1)
    hand.press("Retirer la note")
    expect(page.locator("main")).to_contain_text("La note est retirée")

    page.goto(f"{stack.url}{HOME}?jour={today.isoformat()}&jours=31&etat=booked")
    first = page.locator("tbody tr", has_text=PLACE).first
    at = datetime.fromisoformat(first.locator("time").get_attribute("datetime") or "")
    hand.follow("Fermetures")
    hand.select("Lieu", PLACE)
    for legend in ("Premier jour", "Dernier jour"):
        group = page.get_by_role("group", name=legend)
        for label, value in (("Jour", at.day), ("Mois", at.month), ("Année", at.year)):
            group.get_by_label(label).fill(str(value))
    hand.write("Pourquoi", "Formation des agents")
    hand.press("Voir qui est concerné")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez la fermeture")
    expect(page.locator("main")).to_contain_text("concernée")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    hand.press("Fermer et prévenir")
    expect(page.locator("main")).to_contain_text("Chaque personne concernée est prévenue")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(f"{stack.url}{HOME}?jour={at.date().isoformat()}&jours=1&etat=displaced")
    expect(page.locator("main")).to_contain_text("À replacer")
