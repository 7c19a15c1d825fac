"""Whole procedures, from the start page to the acknowledgement."""

import pytest
from sqlalchemy import text

from journeys.daily_services.journey import JOURNEY
from portal.casework.catalogue.journeys import journey_documents
from portal.ground.db import Database
from portal.people.accounts.service import ResidentClaims, link_resident
from tests.support.client import HTML, Browser
from tests.support.town import ISSUER, Town
from tests.support.walking import XSS, answers_for, fill_step, is_list, open_step, send, step_form, text_names, walk

SLUGS = sorted(str(document["slug"]) for document in journey_documents(JOURNEY))
CARD = "/demarches/carte-mediatheque"


def requests_of(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM service_request")).scalar_one())


@pytest.mark.parametrize("slug", SLUGS)
def test_each_procedure_is_walked_to_its_acknowledgement(angela: Browser, slug: str, database: Database) -> None:
    start = angela.get(f"/demarches/{slug}")
    assert "Commencer" in start.text
    checked = walk(angela, slug)
    reference = send(angela, checked, slug)
    acknowledged = angela.get(f"/demandes/{reference}/accuse?depot=oui", state="just sent")
    assert reference in acknowledged.h1
    assert "votre demande est déposée" in acknowledged.text
    assert requests_of(database) == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_each_step_says_what_is_wrong_and_keeps_what_was_typed(angela: Browser, slug: str) -> None:
    here = angela.post(f"/demarches/{slug}/commencer")
    while not here.location.endswith("/verifier"):
        path, page = open_step(angela, here.location, state="plain")
        if is_list(page):
            here = fill_step(angela, path)
            continue
        hidden = {name: value for name, value in step_form(page).items() if not name.startswith("r_")}
        empty = angela.post(path, hidden, expect=None)
        if empty.status != 303:
            assert empty.status == 422
            assert empty.title.startswith("Erreur : ")
            assert empty.main().find(f".//{HTML}div[@id='erreurs']") is not None
        names = text_names(page)
        if names:
            page = angela.get(path)
            typed = {**step_form(page), **answers_for(page), **dict.fromkeys(names, XSS)}
            echoed = angela.post(path, typed, expect=None)
            if echoed.status == 303:  # a field that takes any words: it is read again on its page
                echoed = angela.get(path)
            shown = {**step_form(echoed)}
            assert all(shown[name] in {XSS, " ".join(XSS.split())} for name in names), shown
            assert not echoed.all("img")
            assert all(one.get("src") for one in echoed.all("script"))
        here = fill_step(angela, path)
    assert "Vérifiez vos réponses" in angela.follow(here).h1


def test_what_was_typed_is_read_again_on_the_check_page_without_being_run(angela: Browser) -> None:
    path = "/demarches/signaler-un-probleme"
    angela.post(f"{path}/commencer")
    fill_step(angela, f"{path}/probleme", report_description=XSS)
    fill_step(angela, f"{path}/lieu", street_location=XSS)
    fill_step(angela, f"{path}/contact")
    fill_step(angela, f"{path}/photo")
    checked = angela.get(f"{path}/verifier")
    assert XSS in checked.text
    assert not checked.all("img")
    reference = send(angela, checked, "signaler-un-probleme")
    assert XSS in angela.get(f"/demandes/{reference}/reponses").text


def test_a_visitor_signs_in_and_lands_on_the_first_question(visitor: Browser, town: Town) -> None:
    start = visitor.get(CARD)
    assert "FranceConnect" in start.text
    answer = visitor.post(f"{CARD}/commencer", start.form(f"{CARD}/commencer"))
    assert answer.location == "/connexion?suite=%2Fdemarches%2Fcarte-mediatheque%2Fcommencer"
    visitor.sign_in(town.angela)
    assert visitor.get(f"{CARD}/commencer", 303).location == f"{CARD}/vous"


def test_pressing_twice_gives_one_request_and_one_acknowledgement(angela: Browser, database: Database) -> None:
    checked = walk(angela, "carte-mediatheque")
    form = checked.form(f"{CARD}/envoyer")
    first = angela.post(f"{CARD}/envoyer", form)
    second = angela.post(f"{CARD}/envoyer", form)
    assert first.location == second.location
    assert requests_of(database) == 1


def test_going_back_after_sending_shows_that_it_is_sent(angela: Browser, database: Database) -> None:
    checked = walk(angela, "carte-mediatheque")
    step = step_form(angela.get(f"{CARD}/carte"))
    old = checked.form(f"{CARD}/envoyer")
    reference = send(angela, checked, "carte-mediatheque")
    for path in (f"{CARD}/verifier", f"{CARD}/vous", f"{CARD}/carte"):
        page = angela.get(path, expect=None)
        page = angela.follow(page) if page.status == 303 else page
        assert page.h1 == "Votre demande est déjà envoyée"
        assert reference in page.text
    assert reference in angela.post(f"{CARD}/carte", step, 200).text
    other_key = {**old, "cle": "018f0000-0000-7000-8000-000000000001"}
    assert reference in angela.post(f"{CARD}/envoyer", other_key, 200, state="sent").text
    assert requests_of(database) == 1


def test_another_request_starts_from_an_empty_form(angela: Browser, database: Database) -> None:
    reference = send(angela, walk(angela, "carte-mediatheque"), "carte-mediatheque")
    sent = angela.get(f"{CARD}/vous", state="sent")
    again = angela.post(f"{CARD}/commencer", sent.form(f"{CARD}/commencer"))
    assert again.location == f"{CARD}/vous"
    assert send(angela, walk(angela, "carte-mediatheque"), "carte-mediatheque") != reference
    assert requests_of(database) == 2


def test_a_step_opens_once_those_before_it_are_answered(angela: Browser) -> None:
    assert angela.get(f"{CARD}/carte", 303).location == CARD
    angela.post(f"{CARD}/commencer")
    assert angela.get(f"{CARD}/carte", 303).location == f"{CARD}/vous"
    assert angela.post(f"{CARD}/carte", {"version": "1"}).location == f"{CARD}/vous"
    incomplete = angela.get(f"{CARD}/verifier", state="incomplete")
    assert "Il reste des questions" in incomplete.text
    assert not [one for one in incomplete.all("form", method="post") if one.get("action", "").endswith("/envoyer")]


def test_what_does_not_exist_is_not_found(angela: Browser) -> None:
    angela.get("/demarches/inconnue", 404)
    angela.get("/demarches/inconnue/vous", 404)
    angela.get(f"{CARD}/etape-inconnue", 404)
    angela.post(f"{CARD}/etape-inconnue", {}, 404)


def test_the_request_carries_the_identity_and_not_what_was_sent_instead(
    angela: Browser, town: Town, database: Database
) -> None:
    angela.post(f"{CARD}/commencer")
    step = angela.get(f"{CARD}/vous")
    assert "DUBOIS" in step.text
    assert "FranceConnect, vérifié" in step.text
    assert "Ce n’est pas exact ?" in step.text
    assert not [name for name in step_form(step) if "family_name" in name]
    fill_step(angela, f"{CARD}/vous", person_family_name="PIRATE")
    changed = ResidentClaims(family_name="DUBOIS-NOUVEAU", given_names=("Angela",), birthdate="1962-08-24")
    fill_step(angela, f"{CARD}/adresse")
    fill_step(angela, f"{CARD}/carte")
    with database.writing() as session:
        link_resident(session, issuer=ISSUER, sub="angela", claims=changed)
    checked = angela.get(f"{CARD}/verifier")
    assert "DUBOIS-NOUVEAU" in checked.text
    reference = send(angela, checked, "carte-mediatheque")
    shown = angela.get(f"/demandes/{reference}/reponses").text
    assert "DUBOIS-NOUVEAU" in shown
    assert "PIRATE" not in shown
    assert town.angela.family_name == "DUBOIS"


@pytest.mark.parametrize(("who", "names"), [("yves", ("Ô", "1957")), ("layla", ("حسن", "ليلى"))])
def test_hard_names_are_shown_and_sent_as_they_are(sign_in, town: Town, who: str, names: tuple[str, ...]) -> None:
    browser: Browser = sign_in(getattr(town, who))
    browser.post(f"{CARD}/commencer")
    page = browser.get(f"{CARD}/vous")
    assert all(name in page.text for name in names)
    reference = send(browser, walk(browser, "carte-mediatheque"), "carte-mediatheque")
    assert all(name in browser.get(f"/demandes/{reference}/reponses").text for name in names)
    assert browser.get("/mon-espace").text.count(names[0]) >= 1


def test_contacts_are_kept_for_next_time_only_when_asked(angela: Browser) -> None:
    checked = walk(angela, "carte-mediatheque")
    assert "Mes coordonnées" in checked.text
    send(angela, checked, "carte-mediatheque", garder="coordonnees")
    angela.post("/demarches/accompagnement-numerique/commencer")
    page = angela.get("/demarches/accompagnement-numerique/vous")
    assert step_form(page)["r_contact_email"] == "quelquun@exemple.example"
    assert "Déclaré par vous le" in page.words_of("q-contact_email-aide")


def test_contacts_are_not_kept_without_asking(angela: Browser) -> None:
    send(angela, walk(angela, "carte-mediatheque"), "carte-mediatheque")
    angela.post("/demarches/accompagnement-numerique/commencer")
    page = angela.get("/demarches/accompagnement-numerique/vous")
    assert step_form(page)["r_contact_email"] == "angela@usagers.example"


def test_a_known_value_never_replaces_what_was_left_empty_or_typed(angela: Browser) -> None:
    path = "/demarches/signaler-un-probleme"
    angela.post(f"{path}/commencer")
    fill_step(angela, f"{path}/probleme")
    fill_step(angela, f"{path}/lieu")
    assert step_form(angela.get(f"{path}/contact"))["r_contact_email"] == "angela@usagers.example"
    fill_step(angela, f"{path}/contact", contact_email="", contact_phone="06 39 98 12 34")
    assert step_form(angela.get(f"{path}/contact"))["r_contact_email"] == ""
    fill_step(angela, f"{path}/contact", contact_email="autre@exemple.example")
    assert step_form(angela.get(f"{path}/contact"))["r_contact_email"] == "autre@exemple.example"
