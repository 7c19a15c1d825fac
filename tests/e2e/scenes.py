"""Pieces of scenes: signing in, filling the school procedure, reading what the sandbox saw."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import expect

from portal.ground import clock
from tests.e2e.conftest import Stack
from tests.e2e.hands import Hand

SCHOOL = "/demarches/inscription-scolaire"
# Nobody may send more than twenty requests in an hour, and the choices of one scene must not change another: some are
# played by somebody else than Angela.
LUCIENNE, PASQUALE = "Lucienne Andrée ANCIENNET", "Pasquale Ghjuvanni FINTUCCI"


def sign_in(hand: Hand, stack: Stack, person: str, *, agent: bool = False, then: str = "") -> None:
    """Sign in through the simulated provider, as a person does."""
    door = "/agents/connexion" if agent else "/connexion"
    hand.page.goto(f"{stack.url}{door}{'?suite=' + then if then else ''}")
    hand.press("S’identifier avec ProConnect" if agent else "S’identifier avec FranceConnect")
    hand.page.wait_for_url(re.compile(re.escape(stack.sandbox)))
    hand.pick(person)
    hand.press("Continuer vers le portail")
    hand.page.wait_for_url(re.compile(re.escape(stack.url)))


def fill_school(
    hand: Hand,
    stack: Stack,
    child: str,
    *,
    email: str,
    day: int = 3,
    born: str = "24 août 1962",
    ask: bool = False,
    attach: Callable[[], None] | None = None,
) -> None:
    """Answer every step of the school procedure, up to the check page.

    :param born: the birth date that the page must show; empty for somebody of whom less is known.
    :param ask: have the quotient asked for her.
    :param attach: what is done on the page of supporting documents, before going on.
    """
    page = hand.page
    page.goto(f"{stack.url}{SCHOOL}")
    hand.press("Commencer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous")
    if born:
        expect(page.get_by_text("FranceConnect, vérifié")).to_have_count(3)
        expect(page.get_by_text(born)).to_be_visible()
    hand.choose("Votre lien avec l’enfant", "Sa mère")
    hand.choose("Exercez-vous l’autorité parentale", "Oui")
    hand.write("Adresse électronique", email)
    hand.write("Téléphone", "06 39 98 12 34")
    hand.press("Continuer")
    hand.write("Numéro et voie", "4 rue des Tanneurs")
    hand.write("Code postal", "38999")
    hand.write("Commune", "Valmont-sur-Iselle")
    hand.press("Continuer")
    hand.write("Nom de naissance de l’enfant", "Dubois-O’Brien")
    hand.write("Prénoms de l’enfant", child)
    hand.write("Jour", str(day))
    hand.write("Mois", "4")
    hand.write("Année", "2023")
    hand.choose("Sexe de l’enfant", "Féminin")
    hand.write("Commune de naissance de l’enfant", "Grenoble")
    hand.press("Continuer")
    hand.choose("Année scolaire", "20")
    hand.select("Classe demandée", "Petite section")
    hand.choose("Type d’inscription", "Première inscription")
    hand.choose("École souhaitée", "Tilleuls")
    hand.press("Continuer")
    hand.choose("restaurant scolaire", "Oui")
    hand.choose("accueil du soir", "Non")
    hand.press("Continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Le tarif du restaurant")
    if ask:
        hand.follow("Le demander pour moi")
        expect(page.locator("main")).to_contain_text("la CAF ou la MSA")
        hand.press("Je suis d’accord, demander")
        expect(page.get_by_role("heading", level=1)).to_have_text("Le tarif du restaurant")
    hand.press("Continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre justificatif")
    if attach is not None:
        attach()
    hand.press("Continuer")


def send(hand: Hand) -> str:
    """Send from the check page; return the spoken reference."""
    hand.press("Envoyer ma demande")
    hand.page.wait_for_url(re.compile("/demandes/"))
    return read_reference(hand)


def read_reference(hand: Hand) -> str:
    """The spoken reference on the page."""
    text = hand.page.locator("main").inner_text()
    found = re.search(r"VSI-[0-9A-Z]{4}-[0-9A-Z]{2}", text)
    assert found, f"no reference on {hand.page.url}: {text[:300]}"
    return found.group()


def school_files(stack: Stack, reference: str) -> list[dict[str, Any]]:
    """What the simulated school software holds about a request, asked through its own interface."""
    secrets = dict(
        line.split("=", 1) for line in (stack.data_dir / "secrets.env").read_text().splitlines() if "=" in line
    )
    key = secrets["PARVIS_SECRET_ECOLES_API_KEY"].strip("'\"")
    request = urllib.request.Request(
        f"{stack.sandbox}/ecoles/enrolments?external_ref={reference}", headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return list(json.load(answer)["items"])


def mails_to(stack: Stack, address: str) -> list[dict[str, Any]]:
    """The mails received by an address."""
    return list(json.loads(stack.read(f"/courriels.json?destinataire={address}"))["items"])


def answer_arrival(hand: Hand) -> None:
    """The four questions of « Bienvenue », for somebody who arrives in ten days with a child of six."""
    day = clock.today() + timedelta(days=10)
    for label, value in (("Jour", day.day), ("Mois", day.month), ("Année", day.year)):
        hand.write(label, str(value))
    for box in ("Un enfant de 3 à 11 ans", "En bus ou en train", "Je suis locataire"):
        hand.tick(box)
