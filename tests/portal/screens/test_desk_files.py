"""« Guichet » : from the box where a person is looked for to the file that closes, and what the person reads of it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from portal.casework.openings.policy import IDLE, LOCK_AFTER, SEARCHES
from portal.ground import clock
from portal.ground.db import Database
from portal.people.accounts.enums import AddressKind, ContactKind
from portal.people.accounts.service import AccountView, ResidentClaims, declare_contact, link_resident, save_address
from tests.support.client import Browser, Page
from tests.support.town import ISSUER, Town, sent_request

DESK, SEARCH = "/agents/guichet", "/agents/guichet/recherche"
PHONE = "06 39 98 12 34"


def search(agent: Browser, typed: str, reason: str = "help", **more: str) -> Page:
    """The list that a search gives."""
    return agent.follow(agent.post(SEARCH, {"q": typed, "raison": reason, **more}))


def open_file(agent: Browser, typed: str = "Dub 1962", rank: int = 1) -> str:
    """The address of the file opened."""
    agent.get(DESK)
    found = agent.post(SEARCH, {"q": typed, "raison": "help"}).location
    agent.get(found)
    return agent.post(f"{found}/ouvrir", {"rang": str(rank)}).location


def twin(database: Database, sub: str, **changes: str) -> AccountView:
    """Somebody of the same name as Angela, born the same year."""
    claims = {"family_name": "DUBOIS", "birthdate": "1962-02-03", **changes}
    with database.writing() as session:
        return link_resident(session, issuer=ISSUER, sub=sub, claims=ResidentClaims(given_names=("Angela",), **claims))


def test_a_person_is_found_opened_checked_and_closed_and_reads_all_of_it(
    karim: Browser, angela: Browser, town: Town, database: Database
) -> None:
    with database.writing() as session:
        declare_contact(session, town.resident(town.angela), town.angela.person_id, kind=ContactKind.PHONE, value=PHONE)
    assert "Deux indices" in karim.get(DESK, state="plain").text
    listed = search(karim, "Duobis 1962")
    assert "Angela DUBOIS" in listed.text
    assert "1962" in listed.text
    assert "24 août" not in listed.text
    assert listed.response.headers["Refresh"].startswith("300;")
    assert "no-store" in listed.response.headers["Cache-Control"]
    base = open_file(karim)
    assert str(town.angela.person_id) not in base
    shown = karim.get(base, state="to check")
    assert "a•••@u•••.example" in shown.text
    assert "24 août" not in shown.text
    assert "Aucune demande dans vos services" in shown.text
    assert f"url={base}/pause" in shown.response.headers["Refresh"]
    assert "Dites comment" in karim.post(f"{base}/identite", {}, 422, state="error").text
    checked = karim.follow(karim.post(f"{base}/identite", {"verification": "document"}), state="checked")
    assert "24 août 1962" in checked.text
    assert "12 34" in checked.text
    closed = karim.follow(karim.post(f"{base}/fermer", {}), state="closed")
    assert "DUBOIS" not in closed.text
    assert "Vous l’avez fermée" in karim.get(base, 409, state="ended").text
    read = angela.get("/mon-espace/consultations").text
    for words in ("Nom affiché dans une recherche", "Fiche ouverte au guichet", "Votre identité vérifiée", "refermée"):
        assert words in read
    assert "Sa raison : Faire ou finir une démarche avec la personne" in read
    assert read.count("Nom affiché dans une recherche") == 1, "two searches in a day are one line"


def test_only_the_requests_of_the_agents_own_departments_are_shown(
    karim: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    assert reference not in karim.get(open_file(karim)).text
    assert "Personne avec ces indices" in search(karim, reference).text
    samira = sign_in(town.commune.agents["s.amrani"])
    found = samira.get(open_file(samira), state="requests").text
    own = town.meryem.department_ids <= town.commune.agents["s.amrani"].department_ids
    assert (reference in found) is own
    meryem = sign_in(town.meryem)
    meryem.post(SEARCH, {"q": "Dub 1962", "raison": "help"}, 403)


def test_nothing_is_looked_for_without_a_reason_or_with_too_little(karim: Browser) -> None:
    refused = karim.post(SEARCH, {"q": "Dubois"}, 422, state="error")
    assert "deux indices" in refused.text
    assert "Dites pourquoi" in refused.text
    assert refused.all("input", name="q")[0].get("value") == "Dubois"
    assert "quelques mots" in karim.post(SEARCH, {"q": "Dub 1962", "raison": "other"}, 422).text
    told = search(karim, "Dub 1962", "other", precision="Objet trouvé à rendre")
    assert "Objet trouvé à rendre" in told.text


@pytest.mark.parametrize(
    "typed",
    ["%% 1962", "' OR '1'='1 1962", "\u202e2691 siobuD", "😀😀 1962", "a" * 10_000, "_ub 1962", "Du\x00b\ud7ff x"],
)
def test_a_hostile_query_finds_nobody(karim: Browser, typed: str) -> None:
    answer = karim.post(SEARCH, {"q": typed, "raison": "help"}, None)
    shown = answer if answer.status == 422 else karim.follow(answer)
    assert "Angela DUBOIS" not in shown.text


def test_namesakes_are_told_apart_after_a_second_confirmation(
    karim: Browser, angela: Browser, town: Town, database: Database
) -> None:
    other = twin(database, "other")
    with database.writing() as session:
        save_address(
            session,
            town.resident(other),
            {"line": "1 rue du Lac", "postcode": "38998", "city": "Lac-Fictif"},
            kind=AddressKind.CURRENT,
        )
    listed = karim.follow(karim.post(SEARCH, {"q": "Dubois Angela", "raison": "follow"}), state="namesakes")
    assert listed.text.count("homonyme") >= 2
    assert "Lac-Fictif" not in listed.text
    here = karim.post(SEARCH, {"q": "Dubois Angela", "raison": "follow"}).location
    told = karim.follow(karim.post(f"{here}/distinguer", {}), state="told apart")
    assert "Lac-Fictif" in told.text
    assert "3 février 1962" in told.text
    assert "Jour de naissance et commune affichés" in angela.get("/mon-espace/consultations").text


def test_too_many_shows_nobody_and_nobody_says_so(karim: Browser, database: Database) -> None:
    for number in range(10):
        twin(database, f"t{number}", family_name="DUBOS")
    page = karim.follow(karim.post(SEARCH, {"q": "Dub 1962", "raison": "help"}), state="too many")
    assert "Aucune n’est affichée" in page.text
    assert "Angela DUB" not in page.text
    karim.follow(karim.post(SEARCH, {"q": "Zyzyx 1901", "raison": "help"}), state="nobody")


def test_a_number_or_a_code_in_the_same_box(karim: Browser, town: Town, database: Database) -> None:
    with database.writing() as session:
        declare_contact(session, town.resident(town.angela), town.angela.person_id, kind=ContactKind.PHONE, value=PHONE)
    assert "Angela DUBOIS" in search(karim, "06.39.98.12.34").text
    asked = karim.post(SEARCH, {"q": "bcdf-ghjk", "raison": "help"}, 200, state="code")
    assert asked.all("input", name="code")[0].get("value") == "bcdf-ghjk"


def test_the_wrong_person_reads_that_it_was_a_mistake(karim: Browser, angela: Browser) -> None:
    base = open_file(karim)
    karim.get(f"{base}/erreur", state="plain")
    ended = karim.post(f"{base}/erreur", {}, 409, state="wrong")
    assert "bonne personne" in ended.text
    karim.get(base, 409)
    assert "Fiche ouverte par erreur au guichet" in angela.get("/mon-espace/consultations").text


def test_the_screen_locks_and_the_file_closes_by_itself(karim: Browser, samira: Browser) -> None:
    base = open_file(karim)
    samira.get(base, 404)
    with clock.shifted(LOCK_AFTER + timedelta(seconds=1)):
        assert karim.get(base, 303).location == f"{base}/pause"
        assert "Angela" not in karim.get(f"{base}/pause", state="plain").text
        assert karim.post(f"{base}/identite", {"verification": "document"}).location == f"{base}/pause"
        assert karim.follow(karim.post(f"{base}/reprendre", {})).h1 == "Angela DUBOIS"
    with clock.shifted(LOCK_AFTER + IDLE + timedelta(minutes=1)):
        assert "20 minutes" in karim.get(base, 409, state="idle").text
        karim.post(f"{base}/reprendre", {}, 409, state="idle")
        karim.get(f"{base}/pause", 409, state="over")


def test_another_file_closes_the_first_and_an_old_list_opens_nothing(karim: Browser) -> None:
    first, found = open_file(karim), karim.post(SEARCH, {"q": "Dub 1962", "raison": "help"}).location
    karim.post(f"{found}/ouvrir", {"rang": "7"}, 404)
    assert "encore ouverte" in karim.get(DESK, state="open").text
    second = karim.post(f"{found}/ouvrir", {"rang": "1"}).location
    assert second != first
    assert "une seule fiche" in karim.get(first, 409).text
    with clock.shifted(IDLE + timedelta(seconds=1)):
        assert "20 minutes sont passées" in karim.get(found, state="over").text
        karim.post(f"{found}/ouvrir", {"rang": "1"}, 404)


def test_searching_is_bounded_and_its_volume_is_a_figure(karim: Browser, samira: Browser) -> None:
    for _turn in range(3):
        search(karim, "Dub 1962")
    heads = samira.get(DESK, state="figures").text
    assert re.search(r"\d+ recherches? cette semaine", heads)
    assert "Karim" not in heads
    for _turn in range(SEARCHES - 3):
        karim.post(SEARCH, {"q": "Zyzyx 1901", "raison": "help"})
    stopped = karim.post(SEARCH, {"q": "Dub 1962", "raison": "help"}, 429, state="too many")
    assert int(stopped.response.headers["Retry-After"]) > 0
