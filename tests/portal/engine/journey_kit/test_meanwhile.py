"""What happens beside the straight path: two windows, a session that ends, a draft left and taken up again."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from portal.casework.catalogue.service import archive_procedure, get_published
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.people.identity.service import release_stashes
from portal.people.identity.service.secrets import token_hash
from tests.support.client import Browser
from tests.support.town import Town, counted
from tests.support.walking import XSS, answers_for, fill_step, send, step_form, walk

CARD = "/demarches/carte-mediatheque"
HELP = "/demarches/accompagnement-numerique"
SCHOOL = "/demarches/inscription-scolaire"


def typed(browser: Browser, path: str, **values: str) -> dict[str, str]:
    page = browser.get(path)
    return {**step_form(page), **answers_for(page), **{f"r_{name}": value for name, value in values.items()}}


def test_two_windows_are_shown_side_by_side_and_mine_can_be_kept(angela: Browser) -> None:
    fill_step(angela, f"{CARD}/vous")
    mine = typed(angela, f"{CARD}/adresse", address_current_city="Ville d’ici <b>")
    theirs = typed(angela, f"{CARD}/adresse", address_current_city="Ville de là")
    angela.post(f"{CARD}/adresse", theirs)
    conflict = angela.post(f"{CARD}/adresse", mine, 409, state="conflict")
    assert "Ville d’ici <b>" in conflict.text
    assert "Ville de là" in conflict.text
    assert conflict.text.count("Différent") == 1
    kept = angela.post(f"{CARD}/adresse", conflict.form(f"{CARD}/adresse"))
    assert kept.location == f"{CARD}/carte"
    assert step_form(angela.get(f"{CARD}/adresse"))["r_address_current_city"] == "Ville d’ici <b>"


def test_two_windows_theirs_can_be_kept(angela: Browser) -> None:
    fill_step(angela, f"{CARD}/vous")
    mine = typed(angela, f"{CARD}/adresse", address_current_city="Ici")
    fill_step(angela, f"{CARD}/adresse", address_current_city="Là")
    conflict = angela.post(f"{CARD}/adresse", mine, 409)
    assert angela.get(conflict.links()["Garder ce qui est enregistré"], 303).location == f"{CARD}/carte"
    assert step_form(angela.get(f"{CARD}/adresse"))["r_address_current_city"] == "Là"


def test_the_same_answers_twice_are_no_conflict(angela: Browser) -> None:
    form = typed(angela, f"{CARD}/vous")
    assert form["version"] == "0"
    assert angela.post(f"{CARD}/vous", form).location == f"{CARD}/adresse"
    assert angela.post(f"{CARD}/vous", form).location == f"{CARD}/adresse"


def test_the_first_step_in_two_windows_meets_too(angela: Browser) -> None:
    first = typed(angela, f"{CARD}/vous", contact_email="une@exemple.example")
    second = typed(angela, f"{CARD}/vous", contact_email="deux@exemple.example")
    angela.post(f"{CARD}/vous", first)
    conflict = angela.post(f"{CARD}/vous", second, 409)
    assert "une@exemple.example" in conflict.text
    assert "deux@exemple.example" in conflict.text


def test_an_unreadable_answer_is_compared_as_it_was_typed(angela: Browser) -> None:
    first = typed(angela, f"{CARD}/vous", contact_email="pas une adresse <i>")
    fill_step(angela, f"{CARD}/vous")
    conflict = angela.post(f"{CARD}/vous", first, 409)
    assert "pas une adresse <i>" in conflict.text
    refused = angela.post(f"{CARD}/vous", conflict.form(f"{CARD}/vous"), 422)
    assert refused.field("r_contact_email")["value"] == "pas une adresse <i>"


def test_answers_changed_elsewhere_are_read_again_before_sending(angela: Browser, database: Database) -> None:
    checked = walk(angela, "carte-mediatheque")
    fill_step(angela, f"{CARD}/adresse", address_current_city="Changée")
    page = angela.post(f"{CARD}/envoyer", checked.form(f"{CARD}/envoyer"), 409, state="changed elsewhere")
    assert "Changée" in page.text
    assert "Rien n’est envoyé" in page.text
    send(angela, page, "carte-mediatheque")
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM service_request")).scalar_one() == 1


def test_a_closed_procedure_says_so_and_keeps_the_answers(
    angela: Browser, visitor: Browser, database: Database
) -> None:
    checked = walk(angela, "carte-mediatheque")
    form = checked.form(f"{CARD}/envoyer")
    with database.writing() as session:
        archive_procedure(session, get_published(session, "carte-mediatheque").id, actor=SYSTEM)
    page = angela.post(f"{CARD}/envoyer", form, 409, state="closed")
    assert "vient de fermer" in page.text
    assert "quelquun@exemple.example" in page.text
    assert not page.all("form", method="post")
    angela.get(f"{CARD}/verifier")
    visitor.get(CARD, 404)


def test_a_draft_is_left_and_taken_up_again(angela: Browser) -> None:
    fill_step(angela, f"{CARD}/vous")
    form = typed(angela, f"{CARD}/adresse") | {"quitter": "oui"}
    left = angela.post(f"{CARD}/adresse", form)
    home = angela.follow(left, state="draft saved")
    assert "Vos réponses sont enregistrées" in home.text
    resumed = angela.get(home.links()["Reprendre : Obtenir une carte de la médiathèque"], 303)
    assert resumed.location == f"{CARD}/carte"
    start = angela.get(CARD, state="draft")
    assert start.links()["Reprendre"] == f"{CARD}/carte"
    assert "Vous avez un brouillon, enregistré" in start.text


def test_leaving_with_a_mistake_says_so_instead_of_losing_it(angela: Browser) -> None:
    form = typed(angela, f"{CARD}/vous", contact_email="presque@") | {"quitter": "oui"}
    page = angela.post(f"{CARD}/vous", form, 422)
    assert page.field("r_contact_email")["value"] == "presque@"


def test_a_draft_is_erased_after_a_question(angela: Browser) -> None:
    fill_step(angela, f"{CARD}/vous")
    asked = angela.get(f"{CARD}/abandonner")
    erased = angela.post(f"{CARD}/abandonner", asked.form())
    assert "Votre brouillon est effacé" in angela.follow(erased, state="discarded").text
    assert angela.get(f"{CARD}/abandonner", 303).location == CARD
    angela.post(f"{CARD}/abandonner", {})
    assert angela.get(f"{CARD}/verifier", 303).location == CARD


def test_typing_in_an_erased_draft_shows_what_was_typed(angela: Browser) -> None:
    fill_step(angela, f"{CARD}/vous")
    form = typed(angela, f"{CARD}/adresse", address_current_city=XSS)
    angela.post(f"{CARD}/abandonner", {})
    page = angela.post(f"{CARD}/adresse", form, 409, state="gone")
    assert page.h1 == "Ce brouillon n’existe plus"
    assert XSS in page.text
    assert not page.all("img")


def come_back(browser: Browser, town: Town, database: Database, location: str) -> str:
    """Sign in again in the same browser; the page that the person is brought back to."""
    suite = parse_qs(urlsplit(location).query)["suite"][0]
    cookie = browser.http.get_cookie("parvis-essai-connexion", domain="127.0.0.1")
    assert cookie is not None
    with database.writing() as session:
        release_stashes(session, browser_hash=token_hash(cookie.value), owner_id=town.angela.id)
    browser.sign_in(town.angela)
    return suite


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(
    angela: Browser, town: Town, database: Database
) -> None:
    fill_step(angela, f"{CARD}/vous")
    form = typed(angela, f"{CARD}/adresse", address_current_line="12 bis, rue des Tanneurs", address_current_city=XSS)
    with clock.shifted(timedelta(minutes=31)):
        away = angela.post(f"{CARD}/adresse", form)
        assert away.location.startswith("/connexion?suite=")
        suite = come_back(angela, town, database, away.location)
        assert suite.startswith(f"{CARD}/adresse?reprise=")
        back = angela.get(suite, state="kept after the session")
        assert "Nous avons gardé ce que vous aviez écrit" in back.text
        shown = step_form(back)
        assert shown["r_address_current_line"] == "12 bis, rue des Tanneurs"
        assert shown["r_address_current_city"] == XSS
        assert angela.post(f"{CARD}/adresse", shown | {"r_address_current_city": "Valmont"}).location == f"{CARD}/carte"
        with database.reading() as session:
            assert session.execute(text("SELECT count(*) FROM stashed_form")).scalar_one() == 0


def test_a_session_that_ends_before_sending_comes_back_to_the_check_page(
    angela: Browser, town: Town, database: Database
) -> None:
    checked = walk(angela, "carte-mediatheque")
    with clock.shifted(timedelta(minutes=31)):
        away = angela.post(f"{CARD}/envoyer", checked.form(f"{CARD}/envoyer"))
        suite = come_back(angela, town, database, away.location)
        back = angela.get(suite, 303)
        assert back.location == f"{CARD}/verifier"
        assert "Rien n’est encore envoyé" in angela.follow(back).text


def test_somebody_elses_words_are_not_given_back(angela: Browser, sign_in, town: Town, database: Database) -> None:
    form = typed(angela, f"{CARD}/vous", contact_email="secret@exemple.example")
    with clock.shifted(timedelta(minutes=31)):
        away = angela.post(f"{CARD}/vous", form)
        suite = come_back(angela, town, database, away.location)
        page = sign_in(town.layla).get(suite)
        assert "secret@exemple.example" not in page.html
        assert "Nous avons gardé" not in page.text


def test_a_question_that_an_answer_opens_is_asked_without_blame(angela: Browser) -> None:
    for step in ("vous", "adresse", "enfant"):
        fill_step(angela, f"{SCHOOL}/{step}")
    form = typed(angela, f"{SCHOOL}/ecole", school_enrolment_kind="derogation")
    asked = angela.post(f"{SCHOOL}/ecole", form, 200, state="one question more")
    assert "il reste une question" in asked.text
    assert not asked.title.startswith("Erreur")
    assert step_form(asked)["r_school_enrolment_kind"] == "derogation"
    assert "r_request_comment" in step_form(asked)
    refused = angela.post(f"{SCHOOL}/ecole", step_form(asked), 422)
    assert refused.title.startswith("Erreur : ")
    done = angela.post(f"{SCHOOL}/ecole", step_form(asked) | {"r_request_comment": "Un frère y est déjà."})
    assert done.location == f"{SCHOOL}/restauration"
    first = angela.post(f"{SCHOOL}/ecole", typed(angela, f"{SCHOOL}/ecole", school_enrolment_kind="first"))
    assert first.status == 303
    assert "Un frère" not in angela.get(f"{SCHOOL}/verifier").text


def test_a_step_appears_and_disappears_with_the_answers(angela: Browser) -> None:
    fill_step(angela, f"{HELP}/vous")
    at_home = fill_step(angela, f"{HELP}/besoin", digital_help_place="home")
    assert at_home.location == f"{HELP}/adresse"
    assert "sur 3" in angela.follow(at_home).title
    elsewhere = fill_step(angela, f"{HELP}/besoin", digital_help_place="phone")
    assert elsewhere.location == f"{HELP}/verifier"
    assert angela.get(f"{HELP}/adresse", 303).location == f"{HELP}/verifier"


def test_reading_pages_write_nothing_and_ask_the_database_the_same_number_of_times(
    angela: Browser, database: Database
) -> None:
    fill_step(angela, f"{CARD}/vous")
    counts = {}
    for path in (CARD, f"{CARD}/vous", f"{CARD}/adresse", f"{CARD}/verifier", f"{CARD}/abandonner", "/mon-espace"):
        with counted(database) as statements:
            angela.get(path)
        assert all(statement.startswith("SELECT") for statement in statements), statements
        counts[path] = len(statements)
    assert max(counts.values()) <= 14, counts
    walk(angela, "carte-mediatheque")
    with counted(database) as statements:
        angela.get(f"{CARD}/verifier")
    assert len(statements) == counts[f"{CARD}/verifier"]


@pytest.mark.parametrize("data", [{}, {"cle": "x", "dossier": "y", "version": "z"}, {"version": "-1"}])
def test_a_made_up_sending_form_sends_nothing(angela: Browser, data: dict[str, str], database: Database) -> None:
    walk(angela, "carte-mediatheque")
    assert angela.post(f"{CARD}/envoyer", data).location == f"{CARD}/verifier"
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM service_request")).scalar_one() == 0


def test_an_answer_that_no_longer_fits_is_pointed_at(angela: Browser, town: Town) -> None:
    parking = "/demarches/stationnement-demenagement"
    form = walk(angela, "stationnement-demenagement").form(f"{parking}/envoyer")
    with clock.shifted(timedelta(days=800)):  # the day asked for is past
        angela.sign_in(town.angela)
        page = angela.post(f"{parking}/envoyer", form, 422, state="no longer fits")
        assert page.h1 == "Vérifiez vos réponses, il reste à corriger"
        sentence, address = next((words, to) for words, to in page.links().items() if "une date à venir" in words)
        assert address == f"{parking}/jour"
        step = angela.get(address)
        assert sentence in step.words_of("erreurs")
        assert not [one for one in page.all("form", method="post") if one.get("action", "").endswith("/envoyer")]


def test_somebody_elses_draft_is_not_sent(angela: Browser, sign_in, town: Town) -> None:
    form = walk(angela, "carte-mediatheque").form(f"{CARD}/envoyer")
    layla: Browser = sign_in(town.layla)
    assert layla.post(f"{CARD}/envoyer", {**form, "csrf_token": layla._fresh_token()}).location == CARD
