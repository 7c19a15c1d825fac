"""What is known of each child, and a file about each: on pages asked for each of several."""

import io
import re
from collections.abc import Callable

import pytest

from portal.casework.catalogue.service import get_published, import_procedure
from portal.casework.documents import service as documents
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import SYSTEM
from portal.people.accounts.enums import MemberRelation, ValueSource
from portal.people.accounts.service import save_member
from tests.support import files
from tests.support.children import BASE, CHECK, LIST, SLUG, child, documents_on, for_children, join, tell
from tests.support.client import Browser, Page
from tests.support.town import Town, counted
from tests.support.walking import send, step_form

NOUR = {"given_names": "Nour-Élise", "family_name": "D’Exemple", "birthdate": "2019-04-03"}
OMAR = {"given_names": "عمر", "family_name": "O’Tèstù", "birthdate": "2021-09-30"}


@pytest.fixture(autouse=True)
def procedure(database: Database, town: Town) -> None:
    """The procedure about children, and two of them in the household."""
    with database.writing() as session:
        import_procedure(session, for_children(), publish=True, actor=SYSTEM)
        for facts in (NOUR, OMAR):
            save_member(session, town.resident(town.angela), facts, relation=MemberRelation.CHILD)


def offered(page: Page) -> dict[str, str]:
    """The children whom the page offers: words of the link → address."""
    return {text: href for text, href in page.links().items() if text.startswith("Reprendre")}


def go_on(browser: Browser, expect: int = 303, state: str = "") -> Page:
    return browser.post(LIST, browser.get(LIST).form(LIST), expect=expect, state=state)


def finish(browser: Browser) -> Page:
    """From the list to the check page."""
    go_on(browser)
    for step in ("joindre", "domicile"):
        path = f"{BASE}/{step}"
        browser.post(path, step_form(browser.get(path)))
    return browser.get(CHECK, state="files of items")


def test_a_known_child_is_offered_once(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    angela.post(f"{BASE}/commencer")
    first = angela.get(f"{LIST}/1", state="children")
    assert len(offered(first)) == 2
    assert "Déclaré" not in first.text, "nothing is presumed of a child"
    with counted(database) as statements:
        chosen = angela.get(next(href for text, href in offered(first).items() if "Nour" in text))
    assert len(statements) <= 6
    assert chosen.field("r_prenom")["value"] == "Nour-Élise"
    assert "Votre foyer, déclaré par vous le" in chosen.text
    angela.post(f"{LIST}/1", {**step_form(chosen), "r_ecole": "non"})
    second = angela.get(f"{LIST}/2")
    assert [text for text in offered(second) if "Nour" in text] == [], "she has her item"
    assert len(offered(second)) == 1
    assert len(offered(angela.get(f"{LIST}/1"))) == 2, "in her own item she may be changed for another"
    taken = angela.get(next(iter(offered(second).values())))
    angela.post(f"{LIST}/2", {**step_form(taken), "r_nom": "Otestu", "r_ecole": "non"})
    checked = finish(angela)
    assert checked.text.count("Votre foyer, déclaré par vous le") == 3, (
        "what was changed is typed: it names nobody known"
    )
    reference = send(angela, checked, SLUG)
    with database.reading() as session:
        view = requests.get_request(session, town.resident(town.angela), reference)
    sources = {line.path: line.origin.source for step in view.steps for line in step.lines if line.origin}
    assert sources["enfants.1.prenom"] is ValueSource.HOUSEHOLD
    assert sources["enfants.1.ecole"] is ValueSource.TYPED
    assert sources["enfants.2.nom"] is ValueSource.TYPED
    assert "foyer, déclaré le" in sign_in(town.claire).get(f"/agents/dossiers/{reference}").text


def test_each_child_has_a_file_from_the_form_to_the_casefile(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    angela.post(f"{BASE}/commencer")
    assert tell(angela, 1, child("Nour-Élise", "D’Exemple")).location == f"{LIST}/1/pieces"
    assert tell(angela, 2, child("Tom", at_school=False)).location == LIST, "no file is asked of him"
    assert angela.get(f"{LIST}/2/pieces", 303).location == LIST
    page = angela.get(f"{LIST}/1/pieces", state="plain")
    assert "D’Exemple Nour-Élise" in page.text
    missing = angela.post(f"{LIST}/1", page.form(f"{LIST}/1"), 422, state="files")
    assert missing.title.startswith("Erreur")
    assert "pièce à ajouter" in angela.get(LIST, state="files").text
    blamed = go_on(angela, 422, state="list error")
    assert blamed.all("a", href=f"{LIST}/1/pieces")
    assert join(angela, 1, content=b"rien", expect=422, state="of item").title.startswith("Erreur")
    assert join(angela, 1).location == f"{LIST}/1/pieces#pieces-vaccins"
    kept = angela.get(f"{LIST}/1/pieces", state="full")
    assert "carnet.pdf" in kept.text
    held = documents_on(kept)
    angela.post(f"{LIST}/1", {**step_form(angela.get(f"{LIST}/1")), "r_prenom": "Nour"})
    assert documents_on(angela.get(f"{LIST}/1/pieces")) == held, "correcting a name keeps the file"
    checked = finish(angela)
    assert "carnet.pdf" in checked.text
    reference = send(angela, checked, SLUG)
    told = angela.get(f"/demandes/{reference}/reponses")
    assert f"/documents/{held[0]}" in told.links().values()
    assert "fiche 1" in angela.get(f"/demandes/{reference}/accuse").text
    assert "carnet.pdf" in sign_in(town.claire).get(f"/agents/dossiers/{reference}").text
    with database.reading() as session:
        request_id = requests.find_request_id(session, reference)
        assert request_id
        assert [str(one.id) for one in documents.linked_documents(session, request_id)] == held
    printed = angela.get(f"{BASE}/formulaire").text
    assert printed.count("Document joint") == 3, "two blank items, and the page of the home"


def test_an_item_is_taken_away_with_its_file(angela: Browser, database: Database) -> None:
    angela.post(f"{BASE}/commencer")
    for number, name in enumerate(("Nour", "Tom"), start=1):
        tell(angela, number, child(name))
        join(angela, number, f"{name}.pdf", files.pdf(pages=number))
    old = angela.get(f"{LIST}/2/pieces").form(f"{LIST}/2/pieces/choix")["version"]
    asked = angela.get(f"{LIST}/1/retirer", state="files")
    assert "Vous les gardez dans « Mes documents »" in asked.text
    angela.post(f"{LIST}/1/retirer", asked.form(f"{LIST}/1/retirer"))
    assert "Tom.pdf" in angela.get(f"{LIST}/1/pieces").text
    choice = {"question": "vaccins", "retirer": documents_on(angela.get(f"{LIST}/1/pieces"))[0], "version": old}
    met = angela.post(f"{LIST}/1/pieces/choix", choice, 409, state="of item")
    assert "dans une autre fenêtre" in met.text, "the numbers have moved since that page was shown"
    assert angela.post(f"{LIST}/2/pieces", {"question": "vaccins", "version": old}).location == LIST
    checked = finish(angela)
    assert "Nour.pdf" not in checked.text
    reference = send(angela, checked, SLUG)
    with database.reading() as session:
        request_id = requests.find_request_id(session, reference)
        assert request_id
        assert [one.name for one in documents.linked_documents(session, request_id)] == ["Tom.pdf"]
    assert "Nour.pdf" in angela.get("/mon-espace/documents").text, "it is hers, to use again or to delete"


def test_a_file_deleted_meanwhile_is_asked_for_again(angela: Browser, database: Database, town: Town) -> None:
    angela.post(f"{BASE}/commencer")
    tell(angela, 1, child("Nour"))
    join(angela, 1)
    who = town.resident(town.angela)
    with database.writing() as session:
        documents.delete_document(session, who, documents.list_documents(session, who)[0].id)
    assert "carnet.pdf" not in angela.get(f"{LIST}/1/pieces").text
    go_on(angela, 422)
    join(angela, 1)
    assert go_on(angela).location == f"{BASE}/joindre"


def test_an_agent_adds_the_file_of_a_child(
    angela: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    karim = sign_in(town.commune.agents["k.haddad"])
    angela.post(f"{BASE}/commencer")
    tell(angela, 1, child("Nour"))
    asked = angela.follow(angela.post(f"{BASE}/ailleurs", {"acte": "creer"}))
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", asked.text)
    assert code
    paper = {"canal": "phone", "nom": "Zoé Müller", "reponse": "mail", "contact": "3 rue Haute, 38999 Valmont"}
    day = clock.today()
    paper |= {"recu-day": str(day.day), "recu-month": str(day.month), "recu-year": str(day.year)}
    at_desk = {"code": code.group(), "accord": "present"}
    for door, opening in (("/agents/guichet", at_desk), (f"/agents/saisie/{SLUG}", paper)):
        base = karim.post(door, opening).location.removesuffix("/original")
        page = f"{base}/{SLUG}/enfants/1"
        if opening is paper:
            karim.post(page, {**step_form(karim.get(page)), **child("Tom", "Müller")})
        files_page = karim.get(f"{page}/pieces", state="plain")
        assert "Reprendre un document" not in files_page.text, "the wallet is not the agent's to see"
        sent = (io.BytesIO(files.pdf()), "carnet.pdf", "application/pdf")
        added = karim.post(
            f"{page}/pieces",
            {"question": "vaccins", "fichier": sent, "version": files_page.form(f"{page}/pieces")["version"]},
        )
        assert "carnet.pdf" in karim.follow(added).text
        listed = f"{base}/{SLUG}/enfants"
        assert karim.post(listed, karim.get(listed).form(listed)).location == f"{base}/{SLUG}/joindre"
    assert "carnet.pdf" in angela.get(f"{LIST}/1/pieces").text


@pytest.mark.parametrize("number", ["0", "21", "99999999999999999999", "-1", "1.5"])
def test_a_number_that_is_none_leads_nowhere(angela: Browser, number: str) -> None:
    angela.post(f"{BASE}/commencer")
    tell(angela, 1, child("Nour"))
    for path in (f"{LIST}/{number}/pieces", f"{LIST}/{number}/pieces/choix"):
        answer = angela.post(path, {"question": "vaccins", "version": "2"}, None)
        assert answer.status in {303, 404}, answer.status
    assert angela.get(f"{LIST}/{number}/pieces", None).status in {303, 404}


def test_the_service_holds_without_the_pages(database: Database, town: Town) -> None:
    me, you = town.resident(town.angela), town.resident(town.layla)
    said = {"nom": "D’Exemple", "prenom": "Nour", "naissance": "2021-03-02", "ecole": "oui"}
    with database.writing() as session:
        draft = requests.start_draft(session, me, get_published(session, SLUG))
        for number in range(1, 21):
            draft = requests.save_item(
                session, me, draft.id, step="enfants", number=number, answers=said, version=draft.version
            )
        with pytest.raises(Invalid):
            requests.save_item(session, me, draft.id, step="enfants", number=21, answers=said, version=draft.version)
        stolen = {**said, "vaccins": str(town.angela.person_id)}
        with pytest.raises(Invalid):  # an id that is no document of theirs
            requests.save_item(session, me, draft.id, step="enfants", number=1, answers=stolen, version=draft.version)
        with pytest.raises(Invalid) as refused:
            requests.save_step(
                session, me, draft.id, step="enfants", answers={"enfants": draft.answers["enfants"]},
                version=draft.version,
            )  # fmt: skip
        assert len(refused.value.fields) == 20, "a file is asked of each"
        for item in (0, 21):
            with pytest.raises(NotFound):
                requests.attach_document(
                    session, me, draft.id, field="vaccins", document_id=town.angela.person_id, item=item
                )
        with pytest.raises(Conflict):
            requests.detach_document(
                session, me, draft.id, field="vaccins", document_id=town.angela.person_id, item=1, version=1
            )
        with pytest.raises(NotFound):
            requests.attach_document(session, you, draft.id, field="vaccins", document_id=town.angela.person_id, item=1)
