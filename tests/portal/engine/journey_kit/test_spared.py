"""Say it once: what is known is offered with where it comes from, frozen with the request, and kept only when asked."""

from collections.abc import Callable, Mapping
from uuid import uuid4

import pytest

from portal.casework.catalogue.service import get_published
from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service import AnswerLine
from portal.ground.db import Database
from portal.people.accounts.enums import AddressKind, MemberRelation, ValueSource
from portal.people.accounts.models import DeclinedValue
from portal.people.accounts.service import Declared, declared_by, get_contacts, save_address, save_member
from tests.support.client import Browser, Page
from tests.support.town import LIBRARY, Town, request_id_of, sent_request
from tests.support.walking import answers_for, fill_step, send, step_form, walk

CARD, NURSERY, HELP = "carte-mediatheque", "place-en-creche", "accompagnement-numerique"
HOME = {"line": "1 rue de l’Église", "postcode": "38999", "city": "Clairval"}
CHILD = {"given_names": "Nour-Élise", "family_name": "D’Exemple", "birthdate": "2019-04-03"}


def lines_of(database: Database, town: Town, reference: str) -> dict[str, AnswerLine]:
    with database.reading() as session:
        view = requests.get_request(session, town.resident(town.angela), reference)
    return {line.name: line for step in view.steps for line in step.lines}


def declared(database: Database, town: Town) -> Declared:
    with database.reading() as session:
        return declared_by(session, town.angela.person_id)


def accept_step(browser: Browser, path: str, **typed: str) -> Page:
    """Go on with what the form offers; only what it does not know is typed."""
    page = browser.get(path)
    offered = {name: value for name, value in step_form(page).items() if value}
    given = {**answers_for(page), **offered, **{f"r_{name}": text for name, text in typed.items()}}
    answer = browser.post(path, given, expect=None)
    if answer.status == 200:  # a question more, which an answer has just opened
        answer = browser.post(path, {**step_form(answer), **answers_for(answer), **given, "vues": ""}, expect=None)
    assert answer.status == 303, answer.text
    return answer


def accept(browser: Browser, slug: str) -> Page:
    """From the start, or from where the form stands, to the check page, going on with what is offered."""
    browser.post(f"/demarches/{slug}/commencer")
    here = browser.get(f"/demarches/{slug}/commencer?suite=oui", 303)
    while not here.location.endswith("/verifier"):
        here = accept_step(browser, here.location)
    return browser.follow(here)


def reach_child(browser: Browser) -> Page:
    """The page about the child, once what comes before is answered."""
    browser.post(f"/demarches/{NURSERY}/commencer")
    for step in ("vous", "adresse"):
        here = fill_step(browser, f"/demarches/{NURSERY}/{step}")
    return browser.follow(here)


def test_each_answer_is_sent_with_where_it_came_from_and_it_is_frozen(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    with database.writing() as session:
        address = save_address(session, town.resident(town.angela), HOME, kind=AddressKind.CURRENT)
    angela.post(f"/demarches/{CARD}/commencer?suite=oui")
    accept_step(angela, f"/demarches/{CARD}/vous", contact_email="autre@exemple.example")
    checked = accept(angela, CARD)
    assert checked.text.count("Déclaré par vous le") == 3
    reference = send(angela, checked, CARD)
    with database.writing() as session:
        who, moved = town.resident(town.angela), HOME | {"line": "2 rue"}
        save_address(session, who, moved, kind=AddressKind.CURRENT, address_id=address.id)
    lines = lines_of(database, town, reference)
    sources = {name: (line.origin.source, line.origin.verified) for name, line in lines.items() if line.origin}
    assert sources.keys() == lines.keys(), "no answer without its origin"
    assert sources["person_family_name"] == (ValueSource.FRANCECONNECT, True)
    assert sources["contact_email"] == (ValueSource.TYPED, False), "what was typed differs from what was offered"
    assert sources["address_current_line"] == (ValueSource.DECLARED, False)
    assert sources["library_card_kind"] == (ValueSource.TYPED, False)
    assert "FranceConnect, vérifié" in angela.get(f"/demandes/{reference}/reponses").text
    agents = sign_in(town.meryem).get(f"/agents/dossiers/{reference}").text
    assert all(words in agents for words in ("FranceConnect, vérifié", "Sans mention d’origine : saisi", "déclaré le"))


def test_a_forged_field_never_replaces_what_is_verified(angela: Browser, town: Town, database: Database) -> None:
    angela.post(f"/demarches/{CARD}/commencer?suite=oui")
    fill_step(angela, f"/demarches/{CARD}/vous", person_family_name="PIRATE", person_birthdate="1901-01-01")
    reference = send(angela, walk(angela, CARD), CARD)
    line = lines_of(database, town, reference)["person_family_name"]
    assert (line.text, line.origin and line.origin.verified) == ("DUBOIS", True)


def test_an_answer_that_was_corrected_says_so(angela: Browser, town: Town, database: Database) -> None:
    reference = send(angela, walk(angela, CARD), CARD)
    who = town.resident(town.angela)
    with database.writing() as session:
        requests.amend(session, who, reference, {"person_family_name": "AUTRE"}, idempotency_key=str(uuid4()))
    lines = lines_of(database, town, reference)
    assert [
        lines[name].origin and lines[name].origin.source for name in ("person_family_name", "person_birthdate")
    ] == [
        ValueSource.TYPED,
        ValueSource.FRANCECONNECT,
    ]


def test_what_is_sent_in_one_go_says_what_the_identity_vouches_for(town: Town, database: Database) -> None:
    identity = {"person_family_name": "DUBOIS", "person_given_names": "Angela", "person_birthdate": "1962-08-24"}
    answers = identity | {name: value for step in LIBRARY.values() for name, value in step.items()}
    with database.writing() as session:
        who = town.resident(town.angela)
        sent = requests.submit_at_once(session, who, CARD, answers, idempotency_key=str(uuid4()))
    lines = lines_of(database, town, sent.reference)
    sources = {name: line.origin.source for name, line in lines.items() if line.origin}
    assert sources["person_family_name"] is ValueSource.FRANCECONNECT
    assert sources["person_given_names"] is ValueSource.TYPED, "all given names are vouched for, not one of them"
    assert sources["address_current_line"] is ValueSource.TYPED


def test_a_request_sent_before_origins_were_kept_is_still_read(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        session.get_one(ServiceRequest, request_id_of(database, reference)).sealed_origins = None
    assert all(line.origin is None for line in lines_of(database, town, reference).values())
    assert "FranceConnect" not in angela.get(f"/demandes/{reference}/reponses").text


def test_the_next_form_takes_what_the_last_request_said_unless_refused(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    assert "Rien : vos dernières demandes" in angela.get("/mon-espace/propositions", state="empty").text
    older = LIBRARY["adresse"] | {"address_current_line": "9 rue Ancienne"}
    sent_request(database, town.angela, adresse=older)
    reference = sent_request(database, town.angela)
    sent_request(database, town.layla, adresse=older | {"address_current_city": "Ailleurs"})
    path = f"/demarches/{NURSERY}"
    angela.post(f"{path}/commencer?suite=oui")
    page = angela.follow(fill_step(angela, f"{path}/vous"))
    assert step_form(page)["r_address_current_line"] == LIBRARY["adresse"]["address_current_line"]
    assert f"Repris de votre demande {reference} du" in page.words_of("q-address_current_line-aide")
    listed = angela.get(page.links()["Choisir ce qui vous est proposé"], state="full")
    assert "8 quai des Moulins, 38999, Valmont-sur-Iselle" in listed.text
    assert "Ailleurs" not in listed.text
    refuse = next(
        form for form in map(listed.fields_of, listed.all("form", method="post"))
        if form.get("sujet") == "address.current"
    )  # fmt: skip
    assert "Moulins" not in refuse["valeur"], "named by a fingerprint"
    after = angela.follow(angela.post("/mon-espace/propositions", refuse), state="declined")
    assert "Cette valeur ne vous sera plus proposée." in after.text
    assert step_form(angela.get(f"{path}/adresse"))["r_address_current_line"] == "9 rue Ancienne"
    angela.post("/mon-espace/propositions", {"sujet": "address.current", "valeur": "f" * 64})
    again = angela.follow(angela.post("/mon-espace/propositions", {"tout": "oui"}))
    assert "Tout vous sera proposé de nouveau." in again.text
    assert "8 quai des Moulins" in step_form(angela.get(f"{path}/adresse"))["r_address_current_line"]
    reference_two = send(angela, accept(angela, NURSERY), NURSERY)
    line = lines_of(database, town, reference_two)["address_current_city"]
    assert line.origin is not None
    assert (line.origin.source, line.origin.reference) == (ValueSource.EARLIER_REQUEST, reference)
    claire = sign_in(town.claire)
    assert f"repris de la demande {reference} du" in claire.get(f"/agents/dossiers/{reference_two}").text


def test_what_was_refused_has_an_end(angela: Browser, town: Town, database: Database) -> None:
    sent_request(database, town.angela)
    with database.writing() as session:
        for number in range(200):
            refused = DeclinedValue(person_id=town.angela.person_id, concept="contact.phone", digest=f"{number:064d}")
            session.add(refused)
    listed = angela.get("/mon-espace/propositions")
    form = listed.fields_of(listed.all("form", method="post")[0])
    page = angela.post("/mon-espace/propositions", form, 422, state="error")
    assert "Vous avez écarté trop de valeurs." in page.text


def test_nothing_is_kept_unless_ticked(angela: Browser, town: Town, database: Database) -> None:
    checked = walk(angela, NURSERY)
    for words in (
        "Garder mes coordonnées",
        "Garder mon adresse : Valmont, 38999 Valmont",
        "mon foyer : Valmont Valmont",
    ):
        assert words in checked.text
    assert not any("checked" in one.attrib for one in checked.all("input", type="checkbox"))
    send(angela, checked, NURSERY)
    with database.reading() as session:
        assert get_contacts(session, town.angela.person_id).email == ""
    assert declared(database, town) == Declared()


@pytest.mark.parametrize("ticked", ["enfant", "adresse"])
def test_what_is_ticked_is_kept_and_nothing_else(angela: Browser, town: Town, database: Database, ticked: str) -> None:
    send(angela, walk(angela, NURSERY), NURSERY, garder=ticked)
    kept = declared(database, town)
    with database.reading() as session:
        mail = get_contacts(session, town.angela.person_id).email
    assert [len(kept.members), len(kept.addresses), len(mail) and 1] == [
        int(ticked == code) for code in ("enfant", "adresse", "coordonnees")
    ]
    boxes = {one.get("value") for one in walk(angela, NURSERY).all("input", name="garder")}
    assert boxes == {"enfant", "adresse", "coordonnees"} - {ticked}, "what is kept is not asked about again"


def test_the_child_is_chosen_among_those_who_are_known(angela: Browser, town: Town, database: Database) -> None:
    with database.writing() as session:
        who = town.resident(town.angela)
        save_member(session, who, CHILD | {"other_home": True}, relation=MemberRelation.CHILD)
        save_member(session, who, {"given_names": "Ilyès", "birthdate": "2021-00-00"}, relation=MemberRelation.CHILD)
        save_member(session, who, {"given_names": "Conjoint"}, relation=MemberRelation.PARTNER)
    page = reach_child(angela)
    page = angela.get(f"/demarches/{NURSERY}/enfant", state="children")
    assert step_form(page)["r_household_child_given_names"] == "", "nothing is presumed"
    assert "Conjoint" not in page.text
    links = {words: address for words, address in page.links().items() if words.startswith("Reprendre")}
    assert list(links) == [
        "Reprendre : Nour-Élise D’Exemple, 3 avril 2019, vit aussi à une autre adresse",
        "Reprendre : Ilyès, 2021",
    ]
    assert "Nour" not in "".join(links.values()), "no name in an address"
    nour, ilyes = links.values()
    form = step_form(angela.get(nour))
    assert {name: form[f"r_household_child_{name}"] for name in ("given_names", "family_name")} == {
        name: CHILD[name] for name in ("given_names", "family_name")
    }
    assert (form["r_household_child_birthdate-day"], form["r_household_child_birthdate-year"]) == ("3", "2019")
    other = step_form(angela.get(ilyes))
    assert (other["r_household_child_given_names"], other["r_household_child_birthdate-year"]) == ("Ilyès", "")
    page = angela.follow(angela.post(f"/demarches/{NURSERY}/enfant", form))
    reference = send(angela, accept(angela, NURSERY), NURSERY)
    origins = {name: line.origin for name, line in lines_of(database, town, reference).items()}
    for name in ("given_names", "family_name", "birthdate"):
        origin = origins[f"household_child_{name}"]
        assert origin is not None
        assert origin.source is ValueSource.HOUSEHOLD
    for hostile in ("autre", str(uuid4()), "VAL-AAAA-AA.enfant.0", "<script>"):
        assert angela.get(f"/demarches/{NURSERY}/vous?enfant={hostile}").status == 200


def test_a_child_of_an_earlier_request_is_offered_with_its_reference_but_not_somebody_else_s(
    angela: Browser, sign_in: Callable[..., Browser], town: Town
) -> None:
    reach_child(angela)
    fill_step(angela, f"/demarches/{NURSERY}/enfant", household_child_given_names="Anaïs")
    reference = send(angela, accept(angela, NURSERY), NURSERY)
    page = reach_child(angela)
    assert "Anaïs Valmont" in page.text
    assert f"Repris de votre demande {reference}" in page.text
    layla = sign_in(town.layla)
    assert "Pour quel enfant ?" not in reach_child(layla).text


def test_what_is_known_costs_the_same_whatever_there_is(angela: Browser, town: Town, database: Database) -> None:
    from tests.support.town import counted

    def cost() -> int:
        angela.get(f"/demarches/{HELP}/vous")
        with counted(database) as statements:
            angela.get(f"/demarches/{HELP}/vous")
        return len(statements)

    with database.reading() as session:
        get_published(session, HELP)
    angela.post(f"/demarches/{HELP}/commencer?suite=oui")
    few = cost()
    for _number in range(3):
        sent_request(database, town.angela)
    with database.writing() as session:
        for number in range(5):
            facts: Mapping[str, str] = {"given_names": "Essai" + "a" * number}
            save_member(session, town.resident(town.angela), facts, relation=MemberRelation.CHILD)
    assert cost() == few <= 6
