"""A partner is asked instead of the person: once agreed, once only, and whatever it answers the procedure goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import text

from portal.app import connections_of, create_app
from portal.casework.catalogue.service import get_published
from portal.casework.consents import service as consents
from portal.casework.consents.service import Terms
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.ground.settings import ConnectionSettings, Settings
from portal.people.accounts.service import AccountView
from portal.records.connections import service as connections
from tests.connectors.doubles import CafDouble, caf_error
from tests.connectors.fake_http import Answer, Received, json_answer
from tests.support.client import Browser, Page
from tests.support.town import Town, counted
from tests.support.walking import fill_step, send, step_form

SLUG = "inscription-scolaire"
SCHOOL = f"/demarches/{SLUG}"
FEE = f"{SCHOOL}/tarif"
FILES = f"{SCHOOL}/pieces"
AGREE = f"{FEE}/accord/caf_family_quotient"
QUOTIENT = "caf.family_quotient"
SignIn = Callable[[AccountView], Browser]


@pytest.fixture
def caf() -> Iterator[CafDouble]:
    double = CafDouble()
    yield double
    double.close()


@pytest.fixture
def app(
    settings: Settings, database: Database, town: Town, caf: CafDouble, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The portal with the CAF at the other end of a real socket."""
    monkeypatch.setenv("ESSAI_CAF_TOKEN", caf.api_key)
    declared = {
        "ecoles": ConnectionSettings(connector="school", title="Logiciel des écoles"),
        "caf": ConnectionSettings(
            connector="caf", title="CAF et MSA", options=dict(caf.options), secrets={"token": "ESSAI_CAF_TOKEN"}
        ),
    }
    opened = create_app(settings.model_copy(update={"connections": declared}), database, propagate=True)
    yield opened
    connections_of(opened).close()


def to_fee(browser: Browser) -> Page:
    """Answer every step before the fee; the page of the fee."""
    browser.post(f"{SCHOOL}/commencer")
    for step in ("vous", "adresse", "enfant", "ecole"):
        fill_step(browser, f"{SCHOOL}/{step}")
    answer = fill_step(browser, f"{SCHOOL}/restauration", school_meal="oui")
    assert answer.location == FEE
    return browser.get(FEE)


def to_check(browser: Browser, answer: Page | None = None, *, state: str = "") -> Page:
    """Past the step of files, which may be left empty; the page that shows the answers again."""
    assert answer is None or answer.location == FILES
    return browser.follow(fill_step(browser, FILES), state=state)


def agree(browser: Browser, *, state: str = "") -> Page:
    """Read the terms, agree, come back to the step."""
    terms = browser.get(AGREE)
    return browser.follow(browser.post(AGREE, terms.form(AGREE)), state=state)


def answering(caf: CafDouble, **changes: object) -> None:
    """Have the CAF give this quotient."""
    quotient = {"fournisseur": "CNAF", "valeur": 850, "annee": 2026, "mois": 11} | changes
    caf.server.respond = lambda _r: json_answer(200, {"data": {"quotient_familial": quotient}})


def test_the_quotient_is_asked_once_agreed_and_shown_with_its_source(
    angela: Browser, caf: CafDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    to_fee(angela)
    offered = angela.get(FEE, state="offered")
    assert "le tarif le plus élevé s’applique" in offered.text
    assert caf.server.requests == []
    terms = angela.get(offered.links()["Le demander pour moi"], state="plain")
    for said in (
        "Quotient familial",
        "la CAF ou la MSA",
        "calculer le tarif du restaurant scolaire",
        "Nom de naissance, Prénoms, Date de naissance, Sexe à l’état civil",
        "art. L113-12 et L114-8",
        "1 mois au plus",
        "2 ans après la fin",
        "Vous pouvez refuser",
    ):
        assert said in terms.text, said
    assert caf.server.requests == []
    fetched = angela.follow(angela.post(AGREE, terms.form(AGREE)), state="fetched")
    assert "87 654 €" in fetched.text.replace("\u202f", " ").replace("\xa0", " ")
    assert "MSA, mars 2027, vérifié le" in fetched.text
    assert "r_caf_family_quotient" not in step_form(fetched)
    assert "Si vous ne donnez pas" not in fetched.text
    asked = caf.server.requests[0].query
    assert asked["nomNaissance"] == ["DUBOIS"]
    assert asked["prenoms[]"] == ["Angela", "Claire", "Louise"]
    checked = to_check(angela, angela.post(FEE, step_form(fetched)))
    assert "MSA, mars 2027, vérifié le" in checked.text
    reference = send(angela, checked, SLUG)
    told = angela.get(f"/demandes/{reference}").text
    assert "Quotient familial : réponse reçue (MSA, mars 2027) avec votre accord." in told
    assert len(caf.server.requests) == 1
    out = capsys.readouterr()
    assert not [word for word in ("87654", "DUBOIS", "Louise", caf.api_key) if word in out.err + out.out]


def test_what_was_typed_before_gives_way_to_what_is_verified(angela: Browser, caf: CafDouble) -> None:
    to_fee(angela)
    fill_step(angela, FEE, caf_family_quotient="1 200 €")
    assert step_form(angela.get(FEE))["r_caf_family_quotient"] == "1200"
    answering(caf)
    agree(angela)
    checked = to_check(angela)
    assert "850\xa0€" in checked.html
    assert "200" not in checked.words_of("etape-tarif")
    reference = send(angela, checked, SLUG)
    assert "850\xa0€" in angela.get(f"/demandes/{reference}/reponses").html


def test_zero_is_a_value(angela: Browser, caf: CafDouble) -> None:
    to_fee(angela)
    answering(caf, valeur=0)
    assert "0\xa0€" in agree(angela).html
    assert "CAF, novembre 2026, vérifié le" in angela.get(FEE).text


def test_unknown_is_not_zero(angela: Browser, caf: CafDouble) -> None:
    caf.forget_everybody()
    to_fee(angela)
    page = agree(angela, state="not found")
    assert "Quotient familial : inconnu" in page.text
    assert "Inconnu ne veut pas dire zéro" in page.text
    assert step_form(page)["r_caf_family_quotient"] == ""
    assert "Le demander pour moi" not in page.links()
    form = {**step_form(page), "r_school_fee_choice": "later"}
    checked = to_check(angela, angela.post(FEE, form), state="unknown")
    assert "Quotient familialInconnuDemandé le" in checked.text
    assert "aucun dossier trouvé (la CAF ou la MSA)" in checked.text
    assert "J’apporterai un justificatif plus tard" in checked.text
    assert "0\xa0€" not in checked.html
    told = angela.get(f"/demandes/{send(angela, checked, SLUG)}").text
    assert "avec votre accord" not in told


def test_the_step_is_passed_without_answering(angela: Browser, caf: CafDouble) -> None:
    page = to_fee(angela)
    checked = to_check(angela, angela.post(FEE, step_form(page)))
    send(angela, checked, SLUG)
    assert caf.server.requests == []


def test_one_may_prefer_not_to_tell_and_the_price_of_that_is_said(angela: Browser) -> None:
    page = to_fee(angela)
    form = {**step_form(page), "r_school_fee_choice": "undisclosed"}
    checked = to_check(angela, angela.post(FEE, form))
    assert "Je préfère ne pas le donner : le tarif le plus élevé s’applique" in checked.text


@pytest.mark.parametrize("typed", ["huit cents", "-5", "850,35", "1e3", "123456", "٨٥٠"])
def test_an_amount_that_is_none_is_explained_and_kept(angela: Browser, typed: str) -> None:
    page = to_fee(angela)
    refused = angela.post(FEE, {**step_form(page), "r_caf_family_quotient": typed}, 422)
    assert "écrivez un montant en euros, sans centimes" in refused.text
    assert step_form(refused)["r_caf_family_quotient"] == typed


WRONG: dict[str, Callable[[CafDouble], None]] = {
    "down": lambda caf: caf.stop_listening(),
    "unavailable": lambda caf: caf.answer(503),
    "too many": lambda caf: setattr(caf.server, "respond", lambda _r: caf_error(429, "00429")),
    "provider down": lambda caf: setattr(caf.server, "respond", lambda _r: caf_error(504, "37001", retry_in=60)),
    "running": lambda caf: setattr(caf.server, "respond", lambda _r: caf_error(409, "00015")),
    "nonsense": lambda caf: caf.choose_nonsense("page"),
    "negative": lambda caf: answering(caf, valeur=-12),
    "cut": lambda caf: setattr(caf.server, "respond", lambda _r: Answer(cut=True)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_goes_wrong_the_procedure_goes_on(
    angela: Browser, caf: CafDouble, database: Database, wrong: str
) -> None:
    to_fee(angela)
    WRONG[wrong](caf)
    page = agree(angela, state="no answer")
    assert "Quotient familial : pas de réponse" in page.text
    assert "Votre démarche continue" in page.text
    assert len([one for one in page.all("form", method="post") if one.get("action") == AGREE]) == 1
    with database.reading() as session:
        state = connections.state(session, "caf")
        assert (state.failures, state.successes, state.paused) == (1, 0, False)
    form = {**step_form(page), "r_caf_family_quotient": "640"}
    checked = to_check(angela, angela.post(FEE, form))
    assert "640\xa0€" in checked.html
    assert "vérifié le" not in checked.words_of("etape-tarif")
    send(angela, checked, SLUG)


def test_asking_again_after_a_failure_may_succeed(angela: Browser, caf: CafDouble) -> None:
    to_fee(angela)
    respond, caf.server.respond = caf.server.respond, lambda _r: caf_error(502, "37999")
    page = agree(angela)
    caf.server.respond = respond
    (again,) = [one for one in page.all("form", method="post") if one.get("action") == AGREE]
    assert "vérifié le" in angela.follow(angela.post(AGREE, page.fields_of(again))).text


@pytest.mark.slow
def test_a_slow_partner_is_left_within_five_seconds(angela: Browser, caf: CafDouble) -> None:
    to_fee(angela)
    caf.server.respond = lambda _r: Answer(delay=8)
    started = time.monotonic()
    page = agree(angela)
    assert time.monotonic() - started < 5.5
    assert "pas de réponse" in page.text


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_pause_the_connection_and_blame_nobody(
    angela: Browser, sign_in: SignIn, town: Town, caf: CafDouble, database: Database, status: int
) -> None:
    to_fee(angela)
    respond = caf.server.respond
    caf.server.respond = lambda _r: caf_error(status, "00103")
    page = agree(angela)
    assert "pas de réponse" in page.text
    assert "Demander de nouveau" not in page.text
    assert "écrivez la réponse vous-même" in page.text
    with database.reading() as session:
        state = connections.state(session, "caf")
        assert (state.paused, state.paused_reason, state.breaker_open) == (True, "credentials_refused", False)
        acts = list(session.scalars(text("SELECT action FROM audit_entry WHERE connection = 'caf' ORDER BY id")))
    assert acts == ["consent_given", "entitlement_asked", "connection_paused"]
    caf.server.respond = respond
    other = sign_in(town.layla)
    assert "à écrire vous-même aujourd’hui" in to_fee(other).text
    assert len(caf.server.requests) == 1


def test_a_connection_that_is_paused_is_not_offered(angela: Browser, caf: CafDouble, database: Database) -> None:
    to_fee(angela)
    with database.writing() as session:
        connections.pause(session, "caf", SYSTEM, "essai")
    page = angela.get(FEE, state="closed")
    assert "Nous ne pouvons pas interroger la CAF ou la MSA pour le moment" in page.text
    assert "Le demander pour moi" not in page.links()
    agree(angela)  # the page of the terms was already open when the connection was paused
    assert caf.server.requests == []
    with database.writing() as session:
        connections.resume(session, "caf", SYSTEM)
    assert "Demander de nouveau" in angela.get(FEE).text


def test_the_breaker_of_the_connection_is_respected(angela: Browser, caf: CafDouble, database: Database) -> None:
    to_fee(angela)
    with database.writing() as session:
        for _ in range(5):
            connections.note_failure(session, "caf", "http_503")
    agree(angela)
    assert caf.server.requests == []
    with clock.shifted(timedelta(seconds=31)):  # the time of a probe: one call goes through, and closes it
        page = angela.get(FEE)
        (again,) = [one for one in page.all("form", method="post") if one.get("action") == AGREE]
        angela.post(AGREE, page.fields_of(again))
        assert len(caf.server.requests) == 1
        with database.reading() as session:
            assert not connections.state(session, "caf").breaker_open


def test_an_identity_that_does_not_do_blames_nobody(
    sign_in: SignIn, town: Town, caf: CafDouble, database: Database
) -> None:
    yves = sign_in(town.yves)
    to_fee(yves)
    page = agree(yves, state="identity refused")
    assert "Ce n’est pas une erreur de votre part" in page.text
    assert caf.server.requests == []
    with database.reading() as session:
        assert not connections.state(session, "caf").paused
        assert connections.state(session, "caf").failures_in_a_row == 0


def test_pressed_twice_it_is_asked_once(angela: Browser, caf: CafDouble) -> None:
    to_fee(angela)
    form = angela.get(AGREE).form(AGREE)
    assert [angela.post(AGREE, form).location for _ in range(3)] == [FEE] * 3
    assert len(caf.server.requests) == 1
    assert "vérifié le" in angela.get(FEE).text
    assert angela.get(AGREE, 303).location == FEE


def test_pressed_twice_at_the_same_moment_it_is_asked_once(
    sign_in: SignIn, town: Town, caf: CafDouble, angela: Browser
) -> None:
    to_fee(angela)
    respond = caf.server.respond

    def slowly(request: Received) -> Answer:
        answer = respond(request)
        return Answer(answer.status, answer.body, answer.headers, delay=0.5)

    caf.server.respond = slowly
    windows = [sign_in(town.angela), sign_in(town.angela)]
    forms = [window.get(AGREE).form(AGREE) for window in windows]
    seen: list[str] = []

    def press(window: Browser, form: dict[str, str]) -> None:
        seen.append(window.follow(window.post(AGREE, form)).text)

    threads = [threading.Thread(target=press, args=(window, form)) for window, form in zip(windows, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(caf.server.requests) == 1
    assert [("vérifié le" in page) for page in seen] == [True, True]


def test_a_question_that_is_being_asked_can_be_waited_for(
    angela: Browser, town: Town, database: Database, caf: CafDouble
) -> None:
    to_fee(angela)
    with database.writing() as session:
        procedure = get_published(session, SLUG)
        terms = Terms(
            procedure.id, 1, "caf_family_quotient", "caf", QUOTIENT, "la CAF", "essai", "essai", timedelta(days=1)
        )
        consent = consents.give_consent(session, town.resident(town.angela), terms)
        assert consents.begin_asking(session, town.resident(town.angela), consent.id)
    page = angela.get(FEE, state="being asked")
    assert page.links()["Voir la réponse"] == FEE
    assert step_form(page)["r_caf_family_quotient"] == ""
    with clock.shifted(timedelta(seconds=20)):  # the process that asked is gone
        angela.post(AGREE)
        assert "vérifié le" in angela.get(FEE).text


def test_a_person_cannot_press_without_end(angela: Browser, caf: CafDouble) -> None:
    to_fee(angela)
    caf.server.respond = lambda _r: caf_error(429, "00429")
    angela.get(AGREE)
    answers = [angela.post(AGREE, {}, expect=None).status for _ in range(11)]
    assert answers == [303] * 10 + [429]
    assert len(caf.server.requests) <= 10


def test_what_was_withdrawn_is_asked_again_from_the_person(
    angela: Browser, town: Town, caf: CafDouble, database: Database
) -> None:
    to_fee(angela)
    angela.post(FEE, step_form(agree(angela)))
    with database.reading() as session:
        (consent,) = consents.list_consents(session, town.resident(town.angela))
    angela.post(f"/mon-espace/autorisations/{consent.id}/retirer")
    page = angela.get(FEE)
    assert step_form(page)["r_caf_family_quotient"] == ""
    assert "Le demander pour moi" in page.links()
    checked = to_check(angela)
    assert "87" not in checked.words_of("etape-tarif")
    assert "Sans réponse" in checked.text


def test_withdrawing_leaves_alone_what_the_person_typed(
    angela: Browser, town: Town, caf: CafDouble, database: Database
) -> None:
    to_fee(angela)
    caf.forget_everybody()
    page = agree(angela)
    angela.post(FEE, {**step_form(page), "r_caf_family_quotient": "700"})
    with database.reading() as session:
        (consent,) = consents.list_consents(session, town.resident(town.angela))
    angela.post(f"/mon-espace/autorisations/{consent.id}/retirer")
    assert step_form(angela.get(FEE))["r_caf_family_quotient"] == "700"


def test_an_answer_serves_the_same_procedure_of_the_same_person_only(
    angela: Browser, sign_in: SignIn, town: Town, caf: CafDouble
) -> None:
    to_fee(angela)
    agree(angela)
    send(angela, to_check(angela, angela.post(FEE, step_form(angela.get(FEE)))), SLUG)
    assert "vérifié le" in to_fee(angela).text  # a second child, within the month
    assert "Le demander pour moi" in to_fee(sign_in(town.layla)).links()
    assert len(caf.server.requests) == 1


def test_addresses_that_lead_nowhere(angela: Browser, caf: CafDouble) -> None:
    to_fee(angela)
    angela.get(f"{FEE}/accord/inconnue", 404)
    angela.get(f"{SCHOOL}/vous/accord/caf_family_quotient", 404)
    angela.get(f"{FEE}/accord/school_fee_choice", 404)
    angela.post(f"{FEE}/accord/school_fee_choice", {}, 404)
    assert caf.server.requests == []


def test_an_agreement_sent_once_the_session_has_ended_is_read_again(
    angela: Browser, visitor: Browser, town: Town, caf: CafDouble
) -> None:
    to_fee(angela)
    answer = visitor.post(AGREE)
    assert answer.location.startswith("/connexion?suite=")
    visitor.sign_in(town.angela)
    assert visitor.get(unquote(answer.location.partition("suite=")[2]), expect=None).status in {200, 303}
    assert "Vous pouvez refuser" in visitor.get(AGREE).text
    assert caf.server.requests == []


def test_nothing_is_asked_before_its_turn(angela: Browser, visitor: Browser, caf: CafDouble) -> None:
    assert angela.get(AGREE, 303).location == SCHOOL
    angela.post(f"{SCHOOL}/commencer")
    assert angela.get(AGREE, 303).location == f"{SCHOOL}/vous"
    assert angela.post(AGREE).location == f"{SCHOOL}/vous"
    assert visitor.get(AGREE, 303).location.startswith("/connexion")
    assert caf.server.requests == []


def test_the_number_of_statements_does_not_depend_on_what_is_known(
    angela: Browser, caf: CafDouble, database: Database
) -> None:
    to_fee(angela)
    with counted(database) as before:
        angela.get(FEE)
    agree(angela)
    with counted(database) as after:
        page = angela.get(FEE)
    assert len(after) <= len(before) + 1  # the key of the answer
    assert len(after) <= 20
    assert all(statement.startswith("SELECT") for statement in after)
    assert page.html.count("<") - page.html.count("</") <= 230


def test_without_the_connection_the_question_is_asked_plainly(
    settings: Settings, database: Database, town: Town
) -> None:
    plain = create_app(settings, database, propagate=True)
    browser = Browser(plain, settings, database).sign_in(town.angela)
    page = to_fee(browser)
    assert "Le demander pour moi" not in page.links()
    assert step_form(page)["r_caf_family_quotient"] == ""
    browser.get(AGREE, 404)
