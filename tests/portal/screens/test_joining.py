"""Finding a former account again, page by page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.casework.notifications.account_code import ACCOUNT_CODE, render_account_code
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.people.accounts.enums import LinkProof
from portal.people.accounts.models import Account, AccountClaim
from portal.people.accounts.service import AccountView, ResidentClaims, link_resident
from portal.people.identity.models import LoginSession
from tests.support.client import Browser
from tests.support.town import ISSUER, Town, counted, sent_request

PAGE = "/mon-espace/rattachement"
IDENTITY: dict[str, Any] = {
    "family_name": "DUBOIS",
    "given_names": ("Angela", "Claire", "Louise"),
    "birthdate": "1962-08-24",
    "gender": "female",
    "birth_place": "75107",
    "birth_country": "99100",
}
Open = Callable[[AccountView], Browser]


@pytest.fixture
def again(town: Town, database: Database) -> AccountView:
    """Angela, whom the provider now calls otherwise; her requests are in the former account."""
    with database.writing() as session:
        return link_resident(session, issuer=ISSUER, sub="angela-2", claims=ResidentClaims(**IDENTITY))


def code_in_the_letter(app: Flask, database: Database) -> str:
    with app.test_request_context("/"), database.reading() as session:
        kinds = session.execute(text("SELECT kind, payload FROM outbox_message WHERE kind = 'account_code'")).all()
        assert [row.kind for row in kinds] == [ACCOUNT_CODE]
        claim = session.scalars(select(AccountClaim).where(AccountClaim.settled_at.is_(None))).one()
        letter = render_account_code(session, claim.id, public_url="https://portail.example")
    assert letter is not None
    assert letter.recipient == "angela@usagers.example"
    found = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", letter.text)
    assert found
    assert found[0] in letter.html
    assert "https://portail.example/mon-espace/rattachement" in letter.text
    assert "DUBOIS" not in letter.text + letter.html
    assert found[0].replace("-", "") not in str(kinds)
    return found[0]


def test_a_former_account_is_found_again_by_a_code_sent_to_its_address(
    app: Flask, sign_in: Open, town: Town, again: AccountView, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    browser = sign_in(again)
    assert reference not in browser.get("/mon-espace").text
    page = browser.get(PAGE, state="found")
    assert "a•••@u•••.example" in page.text
    assert "angela@usagers.example" not in page.html
    sent = browser.follow(browser.post(f"{PAGE}/courriel"), state="sent")
    assert "Le code est parti" in sent.text
    code = code_in_the_letter(app, database)
    asked = browser.post(PAGE, {"code": code}, 200, state="confirm")
    assert asked.h1 == "Réunir ces deux comptes ?"
    home = browser.follow(browser.post(f"{PAGE}/confirmer", asked.form(f"{PAGE}/confirmer")), state="joined")
    assert "Vos deux comptes sont réunis" in home.text
    assert reference in home.text
    with database.reading() as session:
        assert [row.account_id for row in session.scalars(select(LoginSession))] == [town.angela.id]


def test_a_code_shown_in_one_session_joins_from_the_other(
    sign_in: Open, town: Town, again: AccountView, database: Database
) -> None:
    here, there = sign_in(again), sign_in(town.angela)
    shown = here.post(f"{PAGE}/code", expect=200, state="code")
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", shown.text)
    assert code
    asked = there.post(PAGE, {"code": code[0].lower()}, 200, state="confirm")
    there.follow(there.post(f"{PAGE}/confirmer", asked.form(f"{PAGE}/confirmer")))
    assert here.get("/mon-espace", 303).location.startswith("/connexion"), "the joined account's sessions are over"


def test_a_code_serves_once(sign_in: Open, town: Town, again: AccountView) -> None:
    here, there = sign_in(again), sign_in(town.angela)
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", here.post(f"{PAGE}/code", expect=200).text)
    assert code
    form = {"code": code[0]}
    there.follow(there.post(f"{PAGE}/confirmer", form), state="joined")
    refused = there.post(f"{PAGE}/confirmer", form, 422, state="error")
    assert "demandez-en un autre" in refused.text


def test_the_lists_of_both_accounts_stay(sign_in: Open, town: Town, again: AccountView) -> None:
    here, there = sign_in(again), sign_in(town.angela)
    today = clock.today()
    answers = {f"q_arrivee-{part}": str(getattr(today, part)) for part in ("day", "month", "year")}
    for browser in (here, there):
        browser.post("/bienvenue", answers)
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", here.post(f"{PAGE}/code", expect=200).text)
    assert code
    space = there.follow(there.post(f"{PAGE}/confirmer", {"code": code[0]}))
    assert {"Ma liste d’arrivée", "Ma liste d’arrivée, plus ancienne (2)"} <= set(space.links())


def test_a_wrong_code_is_kept_and_told(angela: Browser) -> None:
    page = angela.post(PAGE, {"code": "AAAAA-<b>"}, 422, state="error")
    assert page.title.startswith("Erreur")
    assert page.field("code")["value"] == "AAAAA-<b>"
    assert "Ce code n’est pas reconnu" in page.text


def test_another_persons_code_is_refused(sign_in: Open, town: Town) -> None:
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", sign_in(town.layla).post(f"{PAGE}/code", expect=200).text)
    assert code
    page = sign_in(town.angela).post(PAGE, {"code": code[0]}, 422)
    assert "venez au guichet" in page.text
    assert "حسن" not in page.html


def test_guesses_are_counted(angela: Browser) -> None:
    for _time in range(10):
        angela.post(PAGE, {"code": "AAAAAAAAAA"}, 422)
    angela.post(PAGE, {"code": "AAAAAAAAAA"}, 429)


def test_without_a_former_account_a_code_can_still_be_shown(angela: Browser, database: Database) -> None:
    with counted(database) as statements:
        page = angela.get(PAGE)
    assert len(statements) <= 12
    assert "Un compte porte déjà votre identité" not in page.text
    assert angela.post(f"{PAGE}/courriel").location == PAGE
    assert "Afficher un code" in page.html


def test_a_former_account_without_address_is_for_the_counter(sign_in: Open, town: Town, database: Database) -> None:
    with database.writing() as session:
        bare = ResidentClaims(family_name="Y", given_names=("Ô",), birthdate="1957-00-00", gender="male")
        twin = link_resident(session, issuer=ISSUER, sub="yves-2", claims=bare)
    page = sign_in(twin).get(PAGE, state="without address")
    assert "au guichet, avec une pièce d’identité" in page.text
    assert sign_in(twin).post(f"{PAGE}/courriel").location == PAGE


def test_of_two_drafts_the_last_one_stays(sign_in: Open, town: Town, again: AccountView, database: Database) -> None:
    old, new = sign_in(town.angela), sign_in(again)
    for browser in (old, new):
        browser.post("/demarches/carte-mediatheque/commencer")
    new.post("/demarches/accompagnement-numerique/commencer")
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", new.post(f"{PAGE}/code", expect=200).text)
    assert code
    old.post(f"{PAGE}/confirmer", {"code": code[0]})
    with database.reading() as session:
        drafts = requests.list_drafts(session, Town.resident(town.angela))
        assert sorted(draft.procedure_slug for draft in drafts) == ["accompagnement-numerique", "carte-mediatheque"]
        assert session.execute(text("SELECT count(*) FROM draft")).scalar_one() == 2


def test_at_the_counter_an_agent_checks_the_papers(
    sign_in: Open, samira: Browser, town: Town, again: AccountView, database: Database
) -> None:
    reference = sent_request(database, town.angela, "carte-mediatheque")
    path = f"/agents/dossiers/{reference}/rattacher"
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", sign_in(again).post(f"{PAGE}/code", expect=200).text)
    assert code
    assert samira.get(f"/agents/dossiers/{reference}").links()["Rattacher un autre compte de la personne"] == path
    samira.get(path, state="plain")
    unchecked = samira.post(path, {"code": code[0], "then": "join"}, 422, state="error")
    assert "pièce officielle" in unchecked.text
    assert unchecked.field("code")["value"] == code[0]
    wrong = samira.post(path, {"code": "AAAAA-AAAAA", "piece": "oui"}, 422, state="error")
    assert "n’est pas reconnu" in wrong.text
    asked = samira.post(path, {"code": code[0], "piece": "oui"}, 200, state="confirm")
    assert asked.text.count("DUBOIS") >= 2
    assert "24 août 1962" in asked.text
    done = samira.follow(samira.post(path, {**asked.form(path), "then": "join"}), state="joined")
    assert "Les deux comptes sont réunis" in done.text
    with database.reading() as session:
        row = session.get_one(Account, again.id)
        assert (row.merged_into_id, row.link_proof) == (town.angela.id, LinkProof.AGENT_CHECK)
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "accounts_joined")).one()
        assert (line.actor_id, line.subject_id) == (town.commune.agents["s.amrani"].id, town.angela.person_id)


def test_at_the_counter_other_identities_stay_apart(
    sign_in: Open, samira: Browser, town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", sign_in(town.layla).post(f"{PAGE}/code", expect=200).text)
    assert code
    form = {"code": code[0], "piece": "oui", "then": "join"}
    page = samira.post(f"/agents/dossiers/{reference}/rattacher", form, 422)
    assert "ils restent séparés" in page.text
    assert "حسن" not in page.html


def test_an_agent_of_another_department_finds_no_such_request(
    sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    sign_in(town.commune.agents["k.haddad"]).get(f"/agents/dossiers/{reference}/rattacher", 404)
    sign_in(town.meryem).get(f"/agents/dossiers/{reference}/rattacher", 403)
