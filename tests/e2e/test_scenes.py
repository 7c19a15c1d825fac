"""The scenes of the main line, in a real browser: with the mouse, with the keyboard alone, with scripts off."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Stack, wait_until
from tests.e2e.hands import Hand
from tests.e2e.scenes import PASQUALE, fill_school, mails_to, read_reference, school_files, send, sign_in

pytestmark = pytest.mark.browser

ANGELA = "Angela Claire Louise DUBOIS"
CHILDREN = {"mouse": ("Nour-Élise", 3), "keyboard": ("Ilyès D’Arc", 9), "no-script": ("Anaïs", 15)}


def reload_until(hand: Hand, text: str, timeout: float = 120) -> None:
    """Reload the page, as a person does, until it says ``text``."""

    def says() -> bool:
        hand.page.reload()
        return text in hand.page.locator("main").inner_text()

    wait_until(says, f"the page says « {text} »", timeout)


def test_a_newcomer_is_greeted_and_told_how_to_sign_in(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser()
    page = hand.page
    page.goto(stack.url)
    expect(page).to_have_title(re.compile("Valmont-sur-Iselle"))
    main = page.locator("main")
    for person in ("Angela Dubois", "Karim Haddad", "Claire Le Goff"):
        expect(main).to_contain_text(person)
    hand.write("Que souhaitez-vous faire", "inscrire mon fils à l'école")
    hand.press("Chercher une démarche")
    expect(page.locator("main")).to_contain_text("Inscription scolaire et restauration")
    hand.follow("Inscription scolaire et restauration")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inscription scolaire et restauration")


def test_angela_asks_the_school_is_down_then_up_and_accepts(stack: Stack, open_browser: Opener, way: str) -> None:
    wait_until(lambda: _queue_is_empty(stack), "what the sample commune had to send has left", 90)
    child, day = CHILDREN[way]
    email = f"angela.{way}@exemple.example"
    hand = open_browser()
    page = hand.page
    sign_in(hand, stack, ANGELA)
    fill_school(hand, stack, child, email=email, day=day)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    expect(page.locator("main")).to_contain_text(child)

    before = _totals(stack)
    stack.incident("ecoles", "down")
    try:
        reference = send(hand)
        _check_acknowledgement(hand)
        hand.follow("Suivre ma demande")
        expect(page).to_have_url(f"{stack.url}/demandes/{reference}")
        reload_until(hand, "Pas encore transmise, nouvel essai", 30)
        during = _totals(stack)
        assert during["attempts"] > before["attempts"], "the worker did try"
        assert during["records"] == before["records"], "nothing got through"
    finally:
        stack.incident("ecoles", "ok")
    reload_until(hand, "Le destinataire confirme l’avoir", 120)
    [file] = school_files(stack, reference)
    assert file["external_ref"] == reference

    _accept_at_school(open_browser, stack, file["enrolment_id"])
    reload_until(hand, "Votre demande est acceptée", 30)
    wait_until(lambda: "a reçu une réponse" in _mails(stack, email), "a mail says so", 30)
    assert f"{stack.url}/demandes/{reference}" in _mails(stack, email)
    [again] = school_files(stack, reference)
    assert again["enrolment_id"] == file["enrolment_id"]


def test_angela_lets_the_town_ask_her_quotient_then_takes_it_back(stack: Stack, open_browser: Opener, way: str) -> None:
    hand = open_browser()
    page = hand.page
    main = page.locator("main")
    sign_in(hand, stack, ANGELA)
    child, day = CHILDREN[way]
    fill_school(hand, stack, f"{child} Zoé", email=f"caf.{way}@exemple.example", day=day + 1, ask=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    expect(main).to_contain_text("850")
    expect(main).to_contain_text("CAF, ")
    reference = send(hand)
    page.goto(f"{stack.url}/demandes/{reference}")
    expect(main).to_contain_text("réponse reçue (CAF")
    page.goto(f"{stack.url}/mon-espace/autorisations")
    hand.press("Retirer cette autorisation")
    expect(main).to_contain_text("Votre autorisation est retirée")


def _mails(stack: Stack, address: str) -> str:
    return "\n".join(mail["subject"] + "\n" + mail["text"] for mail in mails_to(stack, address))


def _queue_is_empty(stack: Stack) -> bool:
    return _totals(stack)["records"] >= 1 and _outbox_is_empty(stack)


def _totals(stack: Stack) -> dict[str, int]:
    return dict(json.loads(stack.read("/ecoles/comptes")))


def _outbox_is_empty(stack: Stack) -> bool:
    with sqlite3.connect(f"file:{stack.data_dir / 'parvis.sqlite3'}?mode=ro", uri=True) as database:
        [waiting] = database.execute(
            "SELECT count(*) FROM outbox_message WHERE state IN ('pending', 'claimed', 'retrying')"
        ).fetchone()
    return bool(waiting == 0)


def _check_acknowledgement(hand: Hand) -> None:
    """Every mention that CRPA R112-11-1 asks for is on the page."""
    text = hand.page.locator("main").inner_text()
    assert read_reference(hand)
    for mention in (
        "Accusé de réception",
        "Reçue le",
        "Service Enfance et écoles",
        "2 place du Parvis",
        "enfance@valmont-sur-iselle.example",
        "04 65 71 20 21",
        "votre demande est acceptée",
        "L232-3",
        "Tribunal administratif",
        "Si votre dossier est incomplet",
        "trente jours",
    ):
        assert mention in text, mention


def _accept_at_school(open_browser: Opener, stack: Stack, enrolment: str) -> None:
    school = open_browser()
    school.page.goto(f"{stack.sandbox}/ecoles/dossiers/{enrolment}")
    for action in ("Étudier le dossier", "Attribuer une école", "Délivrer le certificat", "Admettre l’enfant"):
        school.press(action)
        expect(school.page.locator("main")).to_contain_text("Le portail en est averti")


def test_a_department_agent_reads_writes_and_decides(stack: Stack, open_browser: Opener, way: str) -> None:
    resident = open_browser()
    sign_in(resident, stack, PASQUALE)
    reference = _report_a_lamp(resident, stack, way)

    agent = open_browser()
    page = agent.page
    sign_in(agent, stack, "Jonas Ferrand", agent=True, then="/agents/dossiers")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Demandes")
    agent.write("Nom ou référence", reference.lower())
    agent.press("Filtrer")
    agent.follow(reference)
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    agent.press("Prendre la demande")
    agent.write("Message", "Bonjour, est-ce le lampadaire de gauche ?")
    agent.press("Envoyer le message")
    expect(page.locator("main")).to_contain_text("est-ce le lampadaire de gauche")
    agent.follow("Décider de la demande")
    agent.choose("Quelle est la décision", "Accepter")
    agent.write("Motif", "L’équipe passe demain matin.")
    agent.press("Relire avant d’envoyer")
    expect(page.locator("main")).to_contain_text("L’équipe passe demain matin.")
    agent.press("Envoyer la décision")
    expect(page.locator("main")).to_contain_text("Acceptée")

    resident.page.goto(f"{stack.url}/demandes/{reference}")
    main = resident.page.locator("main")
    expect(main).to_contain_text("est-ce le lampadaire de gauche")
    expect(main).to_contain_text("L’équipe passe demain matin.")
    expect(main).to_contain_text("Jonas Ferrand")


def _report_a_lamp(hand: Hand, stack: Stack, way: str) -> str:
    page = hand.page
    page.goto(f"{stack.url}/demarches/signaler-un-probleme")
    hand.follow("Commencer")
    hand.choose("Ce qui ne va pas", "Éclairage en panne")
    hand.write("Le lieu", f"sous le pont, côté {way}")
    hand.press("Continuer")
    if "Est-ce ici" in page.get_by_role("heading", level=1).inner_text():
        hand.pick("Non, garder ce que j’ai écrit")
        hand.press("Continuer")
    hand.choose("Quelqu’un peut-il se blesser", "Non")
    hand.write("Ce que vous voyez", "12 rue des Tanneurs, tout est noir.")
    hand.press("Envoyer le signalement")
    page.wait_for_url(re.compile("/demandes/"))
    return read_reference(hand)


def test_a_cancelled_sign_in_leads_nowhere_bad(stack: Stack, open_browser: Opener) -> None:
    hand = open_browser()
    hand.page.goto(f"{stack.url}/connexion")
    hand.press("S’identifier avec FranceConnect")
    hand.press("Annuler et revenir")
    expect(hand.page.get_by_role("heading", level=1)).to_be_visible()
    assert hand.page.url.startswith(stack.url)
    hand.page.goto(f"{stack.url}/mon-espace")
    assert "/connexion" in hand.page.url
