"""« Guichet » and « Saisie d’un courrier » : the pages, from the code a person reads to the paper they take away."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select, text

from portal.casework.assistance import service as assistance
from portal.casework.assistance.models import ResumeCode
from portal.casework.assistance.policy import ATTEMPTS, IDLE
from portal.casework.documents.models import RequestDocument
from portal.casework.requests import service as requests
from portal.casework.requests.models import Draft, ServiceRequest
from portal.engine.journey_kit.household import household_options
from portal.ground import clock
from portal.ground.db import Database
from portal.people.accounts.enums import ContactKind, MemberRelation
from portal.people.accounts.service import declare_contact, get_contacts, save_member
from tests.support.client import Browser, Page
from tests.support.files import pdf
from tests.support.town import Town, counted
from tests.support.walking import answers_for, fill_step, step_form

SLUG = "carte-mediatheque"
CARD, ELSEWHERE, DESK = f"/demarches/{SLUG}", f"/demarches/{SLUG}/ailleurs", "/agents/guichet"
ENTRY = f"/agents/saisie/{SLUG}"
CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


def begin(angela: Browser) -> str:
    """Angela answers the first step and asks for a code."""
    fill_step(angela, angela.post(f"{CARD}/commencer").location)
    angela.get(ELSEWHERE, state="plain")
    page = angela.follow(angela.post(ELSEWHERE, {"acte": "creer"}), state="code")
    found = CODE.search(page.text)
    assert found
    assert page.text.count("comme") == 8
    return found.group()


def test_a_code_is_sent_to_its_owner_and_to_nobody_once_it_is_over(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, app: Flask, database: Database
) -> None:
    code = begin(angela)
    asked = angela.post(ELSEWHERE, {"acte": "courriel"})
    assert "part par courriel" in angela.follow(asked, state="mailed").text
    angela.post(ELSEWHERE, {"acte": "courriel"})  # once for each code
    with app.app_context(), database.reading() as session:
        rows = session.execute(text("SELECT payload FROM outbox_message WHERE kind = 'resume_code'")).all()
        assert len(rows) == 1
        code_id = session.scalars(select(ResumeCode.id)).one()
        letter = assistance.render_code_letter(session, code_id, public_url="https://portail.example")
        assert letter is not None
        assert letter.recipient == "angela@usagers.example"
        assert code in letter.text
        assert code in letter.html
    angela.post(ELSEWHERE, {"acte": "arreter"})
    with app.app_context(), database.reading() as session:
        assert assistance.render_code_letter(session, code_id, public_url="https://portail.example") is None
    assert angela.post(ELSEWHERE, {"acte": "courriel"}).location == ELSEWHERE
    yves = sign_in(town.yves)  # of whom no address is known
    fill_step(yves, yves.post(f"{CARD}/commencer").location)
    yves.post(ELSEWHERE, {"acte": "creer"})
    told = yves.follow(yves.post(ELSEWHERE, {"acte": "courriel"}), state="without address")
    assert "pas votre adresse" in told.text


def open_file(agent: Browser, code: str, agreed: str = "present") -> str:
    """The base of the draft opened at the desk."""
    agent.get(DESK)
    opened = agent.post(DESK, {"code": code, "accord": agreed})
    return opened.location


def next_page(agent: Browser, base: str) -> str:
    """The address of the next step."""
    return agent.get(agent.get(base, 303).location, 303).location


def finish(agent: Browser, here: str) -> Page:
    """Answer what is left, up to the check page."""
    for _step in range(12):
        if here.endswith("/verifier"):
            return agent.get(here)
        here = fill_step(agent, here).location
    raise AssertionError(here)


def test_a_draft_is_finished_at_the_desk_and_the_person_reads_all_of_it(
    angela: Browser, karim: Browser, town: Town, database: Database
) -> None:
    code = begin(angela)
    base = open_file(karim, code)
    here = next_page(karim, base)
    shown = karim.get(here, state="desk")
    assert "Vous aidez Angela DUBOIS" in shown.text
    assert "visible par cette personne" in shown.text
    assert not shown.all("button", name="quitter")
    assert "Un agent est dans ce brouillon" in angela.get(ELSEWHERE, state="helped").text
    checked = finish(karim, here)
    action = f"{base}/{SLUG}/envoyer"
    form = checked.form(action)
    assert "garder" not in form
    sent = karim.post(action, form)
    assert sent.location == f"{base}/accuse?depot=oui"
    paper = karim.follow(sent, state="just sent")
    assert "Au guichet, avec un agent" in paper.text
    assert karim.post(action, form).location == f"{base}/accuse"  # pressed twice, or come back to
    with database.reading() as session:
        reference = session.scalars(select(ServiceRequest.reference)).one()
    assert reference in paper.text
    told = angela.get(f"/demandes/{reference}").text
    assert "a complété votre demande avec vous" in told
    assert re.search(r"Karim Haddad, [^.]*France Services[^.]* a envoyé la demande pour vous", told)
    read = angela.get("/mon-espace/consultations").text
    for words in ("Brouillon ouvert avec votre code", "Réponses enregistrées dans votre brouillon", "Demande envoyée"):
        assert words in read
    karim.get(f"/agents/dossiers/{reference}", 404)  # another department's: what was opened by the code is over
    assert karim.follow(karim.post(f"{base}/fermer", {}), state="closed").h1
    with clock.shifted(IDLE + timedelta(minutes=1)):
        assert "n’est plus affiché" in karim.get(f"{base}/accuse", 409, state="over").text


def test_several_children_and_the_way_out_at_the_desk(angela: Browser, karim: Browser, town: Town) -> None:
    slug, step = "place-accueil-loisirs", "place-accueil-loisirs/enfants"
    fill_step(angela, angela.post(f"/demarches/{slug}/commencer").location)
    shown = angela.follow(angela.post(f"/demarches/{slug}/ailleurs", {"acte": "creer"}))
    code = CODE.search(shown.text)
    assert code
    base = open_file(karim, code.group())
    here = fill_step(karim, next_page(karim, base)).location
    assert here == f"{base}/{step}"
    first = karim.follow(karim.get(here, 303), state="desk")
    assert "Vous aidez Angela DUBOIS" in first.text
    assert step_form(first)["vues"]
    year = {"household_child_birthdate-year": str(clock.today().year - 14)}
    out = karim.follow(fill_step(karim, f"{here}/1", **year), state="desk")
    assert "s’arrête à 11 ans" in out.text
    assert not [one for one in out.links().values() if one.startswith(f"/demarches/{slug}")]
    listed = karim.follow(fill_step(karim, f"{here}/1"), state="desk list")
    assert not [one for one in listed.links().values() if one.startswith(f"/demarches/{slug}")]
    asked = karim.get(f"{here}/1/retirer", state="desk")
    assert karim.post(f"{here}/1/retirer", asked.form(f"{here}/1/retirer")).location == here


def test_several_children_of_a_paper(karim: Browser) -> None:
    slug = "place-accueil-loisirs"
    base = karim.post(f"/agents/saisie/{slug}", about_paper(canal="phone")).location.removesuffix("/original")
    here = karim.get(karim.get(f"{base}/suite", 303).location, 303).location
    while not here.endswith("/enfants"):
        here = fill_step(karim, here).location
    first = karim.follow(karim.get(here, 303), state="plain")
    assert step_form(first)["vues"]
    year = {"household_child_birthdate-year": str(clock.today().year - 14)}
    out = karim.follow(fill_step(karim, f"{here}/1", **year), state="plain")
    assert "s’arrête à 11 ans" in out.text
    wrong = karim.post(f"{here}/1", {**step_form(karim.get(f"{here}/1")), "r_household_child_given_names": ""}, 422)
    assert "Prénom" in wrong.text
    karim.get(f"{here}/1/retirer", state="plain")
    karim.get(here, state="list")


def test_nothing_is_opened_without_the_code_and_the_agreement(karim: Browser, angela: Browser) -> None:
    code = begin(angela)
    page = karim.post(DESK, {"code": "", "accord": ""}, 422, state="error")
    assert "8 lettres" in page.text
    assert "accord" in page.text
    assert "Dites comment" in karim.post(DESK, {"code": code}, 422).text
    assert "n’ouvre aucun brouillon" in karim.post(DESK, {"code": "BCDF-GHJK", "accord": "present"}, 422).text
    angela.post(ELSEWHERE, {"acte": "changer"})
    assert "n’ouvre aucun brouillon" in karim.post(DESK, {"code": code, "accord": "phone"}, 422).text


def test_trying_codes_is_stopped(karim: Browser, angela: Browser) -> None:
    code = begin(angela)
    for _attempt in range(ATTEMPTS):
        karim.post(DESK, {"code": "BCDF-GHJK", "accord": "present"}, 422)
    stopped = karim.post(DESK, {"code": code, "accord": "present"}, 429, state="too many")
    assert int(stopped.response.headers["Retry-After"]) > 0


def test_a_code_taken_back_stops_the_next_click_and_keeps_nothing_of_it(
    angela: Browser, karim: Browser, database: Database
) -> None:
    base = open_file(karim, begin(angela))
    here = next_page(karim, base)
    page = karim.get(here)
    given = {**step_form(page), **answers_for(page)}
    stopped = angela.follow(angela.post(ELSEWHERE, {"acte": "arreter"}), state="stopped")
    assert "Le code ne sert plus" in stopped.text
    refused = karim.post(here, given, 409, state="desk over")
    assert "a arrêté ou changé son code" in refused.text
    karim.get(here, 409)
    karim.get(base, 409, state="over")
    with database.reading() as session:
        assert session.scalars(select(Draft)).one().done_steps == ["vous"]


def test_a_file_left_alone_closes_and_one_is_open_at_a_time(angela: Browser, karim: Browser) -> None:
    code = begin(angela)
    first = open_file(karim, code)
    second = open_file(karim, code)
    assert "un seul dossier à la fois" in karim.get(first, 409).text
    here = next_page(karim, second)
    with clock.shifted(timedelta(minutes=15)):
        karim.get(here)  # each click counts
    with clock.shifted(timedelta(minutes=30)):
        karim.get(here)
    with clock.shifted(timedelta(minutes=51)):
        assert "20 minutes" in karim.get(here, 409).text


def test_a_colleague_and_another_procedure_are_not_found(angela: Browser, karim: Browser, samira: Browser) -> None:
    base = open_file(karim, begin(angela))
    here = next_page(karim, base)
    for path in (base, here, f"{base}/{SLUG}/verifier", f"{base}/accuse"):
        samira.get(path, 404)
    samira.post(f"{base}/fermer", {}, 404)
    samira.post(here, {}, 404)
    karim.get(f"{base}/inscription-scolaire/vous", 404)
    karim.get(f"{base}/accuse", 404)  # nothing is sent
    karim.get(base.replace("guichet", "saisie") + "/suite", 404)
    karim.get(f"{DESK}/{uuid4()}", 404)


def test_two_agents_at_once_meet_the_page_of_two_windows(angela: Browser, karim: Browser, samira: Browser) -> None:
    code = begin(angela)
    mine, theirs = open_file(karim, code), open_file(samira, code)
    here, there = next_page(karim, mine), next_page(samira, theirs)
    page, other = karim.get(here), samira.get(there)
    samira.post(there, {**step_form(other), **answers_for(other), "r_address_current_line": "9 rue des Lilas"})
    met = karim.post(here, {**step_form(page), **answers_for(page)}, 409, state="desk conflict")
    assert "Deux versions" in met.h1


def test_the_wallet_and_the_contacts_of_the_person_stay_theirs(
    angela: Browser, karim: Browser, town: Town, database: Database
) -> None:
    base = open_file(karim, begin(angela))
    here = next_page(karim, base)
    karim.post(f"{here}/pieces/choix", {"question": "inconnue", "reprendre": str(uuid4())}, 404)
    karim.get("/mon-espace/documents", 303)
    with database.writing() as session:
        declare_contact(
            session,
            town.resident(town.angela),
            town.angela.person_id,
            kind=ContactKind.EMAIL,
            value="autre@usagers.example",
        )
    checked = finish(karim, here)
    action = f"{base}/{SLUG}/envoyer"
    karim.post(action, {**checked.form(action), "garder": "oui"})
    with database.reading() as session:
        assert get_contacts(session, town.angela.person_id).email == "autre@usagers.example"


def test_the_household_of_the_person_is_not_shown_at_the_desk(town: Town, database: Database) -> None:
    own = town.resident(town.angela)
    with database.writing() as session:
        save_member(session, own, {"given_names": "Nour"}, relation=MemberRelation.CHILD)
        assert [str(one.label) for one in household_options(session, own)] == ["Nour"]
        agent = replace(town.agent(town.meryem), subject=own.subject)
        assert household_options(session, agent) == ()


def test_a_desk_page_asks_the_same_few_statements(angela: Browser, karim: Browser, database: Database) -> None:
    base = open_file(karim, begin(angela))
    here = next_page(karim, base)
    karim.get(here)
    with counted(database) as statements:
        karim.get(here)
    assert len(statements) <= 8, statements
    base = karim.post(ENTRY, about_paper()).location.removesuffix("/original")
    paper = karim.get(karim.get(f"{base}/suite", 303).location, 303).location
    karim.get(paper)
    with counted(database) as statements:
        karim.get(paper)
    assert len(statements) <= 8, statements


def test_a_second_start_shows_the_draft_and_an_erased_one_is_found_again(angela: Browser) -> None:
    fill_step(angela, angela.post(f"{CARD}/commencer").location)
    again = angela.post(f"{CARD}/commencer")
    shown = angela.follow(again, state="existing")
    assert shown.h1 == "Vous avez déjà un brouillon"
    assert shown.links()["Reprendre"].startswith(CARD)
    asked = angela.get(shown.links()["Tout recommencer"], state="again")
    anew = angela.follow(angela.post(f"{CARD}/abandonner", asked.form()), 303)
    assert anew.location.endswith("/vous")
    start = angela.get(CARD, state="given up")
    assert "Retrouver ce brouillon" in start.html
    found = angela.follow(angela.post(f"{CARD}/brouillon-efface", {"acte": "retrouver"}))
    assert found.h1 == "Vous avez déjà un brouillon"
    angela.post(f"{CARD}/abandonner", {})
    gone = angela.follow(angela.post(f"{CARD}/brouillon-efface", {"acte": "effacer"}), state="erased")
    assert "effacées pour de bon" in gone.text
    assert angela.post(f"{CARD}/brouillon-efface", {"acte": "retrouver"}).location == CARD
    assert angela.get(ELSEWHERE, 303).location == CARD
    assert angela.post(ELSEWHERE, {"acte": "creer"}).location == CARD


def about_paper(**changes: str) -> dict[str, str]:
    day = clock.today() - timedelta(days=5)
    typed = {"canal": "mail", "nom": "Zoé Müller", "reponse": "mail", "contact": "3 rue Haute, 38999 Valmont"}
    return {**typed, "recu-day": str(day.day), "recu-month": str(day.month), "recu-year": str(day.year), **changes}


def test_a_letter_is_typed_in_with_its_scan_and_followed_by_a_code(
    karim: Browser, visitor: Browser, database: Database
) -> None:
    listed = karim.get("/agents/saisie?q=carte", state="plain")
    assert listed.links()["Obtenir une carte de la médiathèque"] == ENTRY
    karim.get(ENTRY, state="plain")
    wrong = karim.post(ENTRY, about_paper(nom="", canal="web", **{"recu-day": "45"}), 422, state="error")
    assert wrong.title.startswith("Erreur")
    base = karim.post(ENTRY, about_paper()).location.removesuffix("/original")
    karim.get(f"{base}/original", state="plain")
    empty = karim.post(
        f"{base}/original", {"fichier": (io.BytesIO(), "vide.pdf", "application/pdf")}, 422, state="error"
    )
    assert "vide" in empty.text
    broken = karim.post(
        f"{base}/original", {"fichier": (io.BytesIO(b"%PDF-1.4 tronque"), "a.pdf", "application/pdf")}, 422
    )
    assert "abîmé" in broken.text
    checked = finish(karim, karim.get(karim.get(f"{base}/suite", 303).location, 303).location)
    assert "Angela" not in checked.text
    action = f"{base}/{SLUG}/envoyer"
    missing = karim.post(action, checked.form(action))
    assert missing.location == f"{base}/original?manque=oui"
    assert "Joignez le courrier numérisé" in karim.follow(missing).text
    for name in ("courrier.pdf", "suite.pdf"):
        scan = pdf(pages=1 if name == "suite.pdf" else 2)
        kept = karim.follow(karim.post(f"{base}/original", {"fichier": (io.BytesIO(scan), name, "application/pdf")}))
    assert "courrier.pdf" in kept.text
    out = [one.get("value") for one in kept.all("button", name="retirer")]
    karim.post(f"{base}/original/retirer", {"retirer": out[1]})
    sent = karim.post(action, karim.get(f"{base}/{SLUG}/verifier").form(action))
    paper = karim.follow(sent, state="just sent")
    code = re.search(r"Code de suivi : (\w{4}-\w{4})", paper.text)
    assert code
    with database.reading() as session:
        made = session.execute(select(ServiceRequest.id, ServiceRequest.reference, ServiceRequest.submitted_at)).one()
        postcode = str(requests.read_recorded_answers(session, made.id)["address_current_postcode"])
        assert len(session.scalars(select(RequestDocument)).all()) == 1
    assert clock.local(made.submitted_at).date() == clock.today() - timedelta(days=5)
    visitor.get("/suivre")
    shown = {"reference": made.reference, "code": code[1]}
    for wrong in ("", "69001", "1962"):  # a paper that was lost opens nothing
        assert "code postal" in visitor.post("/suivre", {**shown, "controle": wrong}, 422).text
    followed = visitor.follow(visitor.post("/suivre", {**shown, "controle": f" {postcode} "}))
    assert "Votre courrier est arrivé" in followed.text
    again = karim.post(ENTRY, about_paper(nom="MULLER Zoé"), 303)  # another order of names is another name
    assert again.location.endswith("/original")
    warned = karim.post(ENTRY, about_paper(nom="zoe muller"), 200, state="similar")
    assert made.reference in warned.text
    assert karim.post(ENTRY, {**about_paper(), "quand-meme": "oui"}).location.endswith("/original")


def test_a_paper_given_up_is_closed(karim: Browser, samira: Browser, database: Database) -> None:
    base = karim.post(ENTRY, about_paper(canal="phone")).location.removesuffix("/original")
    closed = karim.follow(karim.post(f"{base}/fermer", {}), state="closed")
    assert "Le dossier est fermé" in closed.text
    karim.get(f"{base}/suite", 409, state="over")
    karim.get(f"{base}/original", 409)
    karim.post(f"{base}/original/retirer", {"retirer": str(UUID(int=1))}, 409)
    karim.get(f"{base}/accuse", 404)
    karim.get("/agents/saisie/inconnue", 404)
    assert "Zoé" not in samira.get("/agents/saisie").text
    assert "Saisies commencées" in karim.get("/agents/saisie", state="begun").text
    for act in ("reprendre", "effacer"):
        samira.post(f"{base}/{act}", {}, 404)
    assert karim.post(f"{base}/reprendre", {}).location == f"{base}/suite"
    with clock.shifted(IDLE):
        assert "reprenez-le" in karim.get(f"{base}/original", 409).text
    karim.follow(karim.post(f"{base}/effacer", {}), state="erased")
    for act in ("reprendre", "effacer"):
        karim.post(f"{base}/{act}", {}, 404)
    with database.reading() as session:
        assert session.scalars(select(Draft)).all() == []
