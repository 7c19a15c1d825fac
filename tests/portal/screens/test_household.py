"""« Mon foyer », « Mes adresses », and the small pages of « Mon espace » around them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from connectors.sdk import Receipt
from portal.casework.consents import service as consents
from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.ground.db import Database
from portal.people.accounts.enums import AddressKind, MemberRelation
from portal.people.accounts.service import declared_by, save_address, save_member
from tests.portal.screens.backoffice.conftest import crowd
from tests.support.client import HTML, Browser, Page
from tests.support.town import Town, request_id_of, sent_request
from tests.support.walking import send, walk

HOUSEHOLD, ADDRESSES = "/mon-espace/foyer", "/mon-espace/adresses"
CHILD = {
    "relation": "child",
    "given_names": "Nour-Élise",
    "family_name": "D’Exemple",
    "birthdate-day": "3",
    "birthdate-month": "4",
    "birthdate-year": "2019",
    "gender": "female",
    "birth_place": "Grenoble",
    "other_home": "oui",
}
HOME = {"kind": "current", "line": "8 quai des Moulins", "postcode": "38 999", "city": "Valmont-sur-Iselle"}


def of_space(browser: Browser, path: str, sent: dict[str, Any], expect: int = 303, **how: str) -> Page:
    """Open a form and send it."""
    browser.get(path)
    return browser.post(path, sent, expect, **how)


def test_a_household_is_told_changed_and_forgotten(angela: Browser) -> None:
    assert "Vous n’avez déclaré personne" in angela.get(HOUSEHOLD).text
    page = angela.follow(of_space(angela, f"{HOUSEHOLD}/ajouter", CHILD), state="full")
    assert "Votre foyer est enregistré." in page.text
    assert "Nour-Élise D’Exemple" in page.text
    assert "Mon enfant. Naissance : 3 avril 2019. Vit chez l’autre parent aussi." in page.text
    address = page.links()["Modifier : Nour-Élise D’Exemple"]
    form = angela.get(address).form(address)
    assert {name: form[name] for name in CHILD} == CHILD
    page = angela.follow(angela.post(address, form | {"birthdate-day": "", "birthdate-month": "", "birth_place": ""}))
    assert "Mon enfant. Naissance : 2019." in page.text
    remove = page.links()["Retirer : Nour-Élise D’Exemple"]
    asked = angela.get(remove)
    assert "Nour-Élise D’Exemple" in asked.text
    page = angela.follow(angela.post(remove, asked.form(remove)))
    assert "Cette personne est retirée de votre foyer." in page.text
    assert "Vous n’avez déclaré personne" in page.text


def test_what_is_wrong_in_a_member_is_said_and_what_was_typed_is_kept(angela: Browser) -> None:
    wrong = CHILD | {"relation": "chat", "given_names": "R2D2", "birthdate-year": "3019"}
    page = of_space(angela, f"{HOUSEHOLD}/ajouter", wrong, 422, state="error")
    assert "choisissez une des réponses proposées" in page.text
    page = angela.post(f"{HOUSEHOLD}/ajouter", wrong | {"relation": "child"}, 422)
    assert "écrivez seulement des lettres" in page.text
    assert page.field("given_names")["value"] == "R2D2"
    page = angela.post(f"{HOUSEHOLD}/ajouter", {"relation": "child"}, 422)
    assert "Écrivez au moins un nom ou un prénom." in page.text
    assert "Vous n’avez déclaré personne" in angela.get(HOUSEHOLD).text


def test_addresses_are_told_changed_and_forgotten(angela: Browser) -> None:
    assert "Vous n’avez déclaré aucune adresse" in angela.get(ADDRESSES).text
    page = of_space(angela, f"{ADDRESSES}/ajouter", HOME | {"postcode": "99"}, 422, state="error")
    assert page.field("line")["value"] == HOME["line"]
    assert "choisissez une des réponses" in angela.post(f"{ADDRESSES}/ajouter", {}, 422).text
    angela.post(f"{ADDRESSES}/ajouter", HOME)
    later = HOME | {"line": "1 rue du Lac", "since-day": "1", "since-month": "3", "since-year": "2026"}
    page = angela.follow(of_space(angela, f"{ADDRESSES}/ajouter", later), state="full")
    assert page.text.index("1 rue du Lac") < page.text.index("8 quai des Moulins")
    assert "À partir du 1 mars 2026" in page.text
    assert "Jusqu’au 1 mars 2026" in page.text
    edit = page.links()["Modifier : 8 quai des Moulins, 38999 Valmont-sur-Iselle"]
    form = angela.get(edit).form(edit)
    assert (form["kind"], form["until-year"]) == ("former", "2026")
    angela.post(edit, form | {"postcode": ""}, 422, state="error")
    remove = page.links()["Retirer : 1 rue du Lac, 38999 Valmont-sur-Iselle"]
    page = angela.follow(angela.post(remove, angela.get(remove).form(remove)))
    assert "1 rue du Lac" not in page.text


def test_somebody_else_s_household_is_not_found(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    layla, who = sign_in(town.layla), town.resident(town.angela)
    line = {"line": "8 quai", "postcode": "38999", "city": "Valmont"}
    with database.writing() as session:
        member = save_member(session, who, {"given_names": "Nour"}, relation=MemberRelation.CHILD)
        address = save_address(session, who, line, kind=AddressKind.CURRENT)
    for path in (f"{HOUSEHOLD}/{member.id}", f"{ADDRESSES}/{address.id}"):
        for end, sent in (("", CHILD | HOME), ("/retirer", {})):
            assert layla.get(f"{path}{end}", 404).status == 404
            layla.post(f"{path}{end}", sent, 404)
            angela.get(f"{path}{end}")
    assert "Nour" not in layla.get(HOUSEHOLD).text
    with database.reading() as session:
        assert len(declared_by(session, town.angela.person_id).members) == 1


def test_a_full_list_says_so(angela: Browser, town: Town, database: Database) -> None:
    with database.writing() as session:
        for number in range(30):
            facts = {"given_names": "Essai" + "a" * number}
            save_member(session, town.resident(town.angela), facts, relation=MemberRelation.CHILD)
    page = of_space(angela, f"{HOUSEHOLD}/ajouter", CHILD, 422)
    assert "Votre liste est pleine." in page.text


def test_nobody_acts_in_my_name(angela: Browser) -> None:
    assert "Aucun mandat : personne n’agit en votre nom." in angela.get("/mon-espace/mandats").text


def test_long_lists_are_read_a_page_at_a_time(angela: Browser, town: Town, database: Database) -> None:
    assert "Aucune demande ici." in angela.get("/mon-espace/demandes", state="empty").text
    sent_request(database, town.angela)
    crowd(database, town, 30)
    seen: list[str] = []
    page = angela.get("/mon-espace/demandes")
    while True:
        links = [one.get("href", "") for one in page.main().iter(f"{HTML}a")]
        seen += [address for address in links if address.startswith("/demandes/")]
        following = page.links().get("Voir la suite de la liste")
        if following is None:
            break
        page = angela.get(following)
    assert len(seen) == len(set(seen)) == 31
    for hostile in ("0", "-1", "9999", "deux", "٣", "1" * 40):
        angela.get(f"/mon-espace/demandes?page={hostile}")
    home = angela.get("/mon-espace", state="everything")
    assert "Voir toutes mes demandes : 26 de plus" in home.links()


def test_messages_say_who_has_read_them(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    assert "Aucun message." in angela.get("/mon-espace/messages", state="empty").text
    reference, meryem = sent_request(database, town.angela), sign_in(town.meryem)
    here = f"/demandes/{reference}"
    with database.writing() as session:
        requests.post_message(session, town.agent(town.meryem), reference, "Bonjour.", idempotency_key=str(uuid4()))
        requests.post_message(session, town.resident(town.angela), reference, "Merci.", idempotency_key=str(uuid4()))
    assert "Non lu" in angela.get("/mon-espace").text
    listed = angela.get("/mon-espace/messages", state="full")
    assert "Non lu" in listed.text
    assert "Pas encore lu par le service" in listed.text
    assert "Bonjour." not in listed.text, "the words are on the page of the request"
    assert "Pas encore lu par le service" in angela.get(here).text
    assert "Lu par la personne le" in meryem.get(f"/agents/dossiers/{reference}").text
    after = angela.get("/mon-espace/messages").text
    assert "Lu par le service le" in after
    assert "Non lu" not in after
    assert "Non lu" not in angela.get("/mon-espace").text
    assert "Lu par le service le" in angela.get(here).text


def test_opening_again_does_not_move_the_moment_of_reading(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        requests.post_message(session, town.agent(town.meryem), reference, "Bonjour.", idempotency_key="essai")

    def moments() -> list[Any]:
        with database.reading() as session:
            return [one.read_at for one in requests.list_messages(session, town.resident(town.angela), reference)]

    assert moments() == [None]
    angela.get(f"/demandes/{reference}")
    first = moments()
    assert first[0] is not None
    angela.get(f"/demandes/{reference}")
    assert moments() == first


def test_each_administration_and_what_it_knows(angela: Browser, town: Town, database: Database) -> None:
    page = "/mon-espace/administrations"
    assert "Rien : vous n’avez encore envoyé aucune demande." in angela.get(page, state="empty").text
    reference = send(angela, walk(angela, "inscription-scolaire"), "inscription-scolaire")
    request_id = request_id_of(database, reference)
    with database.writing() as session:
        requests.record_delivery(session, request_id, "ecoles", Receipt(external_ref="X"))
        procedure_id = session.get_one(ServiceRequest, request_id).procedure_id
        caf, basis = ("caf", "caf.family_quotient", "la CAF", "calculer le tarif"), "CRPA, article L114-8"
        terms = consents.Terms(procedure_id, 1, "caf_family_quotient", *caf, basis, timedelta(days=30))
        given = consents.give_consent(session, town.resident(town.angela), terms)
        consents.begin_asking(session, town.resident(town.angela), given.id)
    told = angela.get(page, state="full")
    department, partner = (one for one in told.text.split("Service Enfance", 1)[1].split("logiciel", 1))
    assert all(word in department for word in ("Nom de naissance", "Code postal", reference))
    assert "Prénoms de l’enfant" in partner
    assert "DUBOIS" not in told.text, "what is known, never its value"
    assert "nous avons donné votre état civil, avec votre accord" in told.text
    assert "CRPA, article L114-8" in told.text


@pytest.mark.parametrize("path", [HOUSEHOLD, ADDRESSES, "/mon-espace/informations", "/mon-espace/propositions"])
def test_a_visitor_is_asked_to_sign_in(visitor: Browser, path: str) -> None:
    assert visitor.get(path, 303).location.startswith("/connexion?suite=")


def test_home_stays_light_whatever_there_is(angela: Browser, town: Town, database: Database) -> None:
    """The browser of the tests refuses a page of more than 230 elements."""
    asked = [sent_request(database, town.angela) for _ in range(6)]
    crowd(database, town, 40)
    with database.writing() as session:
        for reference in asked:
            requests.request_information(
                session, town.agent(town.meryem), reference, "Quel âge avez-vous ?", idempotency_key=str(uuid4())
            )
    page = angela.get("/mon-espace", state="crowded")
    assert page.text.count("Répondre au service") == 5
    assert "Voir toutes mes demandes" in page.text
