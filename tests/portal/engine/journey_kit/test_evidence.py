"""The step that asks for a supporting document, as a person goes through it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from portal.app import create_app
from portal.casework.documents import service as documents
from portal.casework.requests import service as requests
from portal.ground.db import Database
from portal.ground.settings import Settings
from tests.support import files
from tests.support.clamd import FakeClamd
from tests.support.client import Browser
from tests.support.evidence import QUESTION, SCHOOL, STEP, add_file, choose, documents_on, reach_evidence
from tests.support.town import Town, counted
from tests.support.walking import send, step_form


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    """An antivirus on loopback."""
    running = FakeClamd()
    yield running
    running.stop()


@pytest.fixture
def guarded(app: Flask, settings: Settings, database: Database, town: Town, clamd: FakeClamd) -> Browser:
    """Angela's browser, on a portal with an antivirus."""
    with_scanner = settings.model_copy(update={"clamd": clamd.address})
    return Browser(create_app(with_scanner, database, propagate=True), with_scanner, database).sign_in(town.angela)


def stored(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "documents").rglob("*") if path.is_file()]


def test_a_photo_and_a_pdf_are_added_then_one_is_taken_back_and_the_request_is_sent(
    guarded: Browser, database: Database, settings: Settings
) -> None:
    page = reach_evidence(guarded)
    assert "Justificatif de domicile (facultatif)" in page.text
    assert page.field("fichier")["accept"] == ".pdf,.jpg,.jpeg,.jpe,.jfif,.png"
    added = add_file(guarded, files.photo((400, 300), where=True), "ma facture.jpg", "image/jpeg")
    assert added.location == f"{STEP}#pieces-{QUESTION}"
    add_file(guarded, files.pdf(pages=2), "quittance.pdf")
    page = guarded.get(STEP, state="documents")
    assert "ma facture.jpg" in page.text
    assert page.text.count("Vérifié") == 2
    assert len(stored(settings)) == 2
    assert not any(b"JFIF" in path.read_bytes() or b"%PDF" in path.read_bytes() for path in stored(settings))
    choose(guarded, retirer=documents_on(page)[1])
    kept = documents_on(guarded.get(STEP))
    assert len(kept) == 1
    checked = guarded.follow(guarded.post(STEP, step_form(guarded.get(STEP))))
    assert "ma facture.jpg" in checked.text
    assert "quittance.pdf" not in checked.text
    reference = send(guarded, checked, "inscription-scolaire")
    told = guarded.get(f"/demandes/{reference}/reponses", state="documents")
    assert "ma facture.jpg" in told.text
    assert f"/documents/{kept[0]}" in told.links().values()
    assert "Pièces reçues : Justificatif de domicile" in guarded.get(f"/demandes/{reference}/accuse").text
    with database.reading() as session:
        request_id = requests.find_request_id(session, reference)
        assert request_id
        assert [str(one.id) for one in documents.linked_documents(session, request_id)] == kept


@pytest.mark.parametrize(
    ("name", "declared", "content", "sentence"),
    [
        ("lettre.docm", "", files.docx(), "Enregistrez-le en PDF"),
        ("photo.png", "image/png", files.claimed_png(30_000, 30_000), "définition plus basse"),
        ("facture.pdf", "application/pdf", files.archive({"a": b"b"}), "ne contient pas ce que son nom annonce"),
        ("facture.pdf", "", files.pdf(files.with_file), "contient d’autres fichiers"),
        ("photo.heic", "image/heic", b"\0\0\0\x18ftypheic" + bytes(99), "Le plus compatible"),
    ],
)
def test_a_refused_file_is_told_what_to_do_and_nothing_is_kept(
    guarded: Browser, settings: Settings, name: str, declared: str, content: bytes, sentence: str
) -> None:
    reach_evidence(guarded)
    page = add_file(guarded, content, name, declared, expect=422, state="refused")
    assert page.title.startswith("Erreur : ")
    assert sentence in page.words_of("erreurs")
    assert sentence in page.words_of(f"q-{QUESTION}-err")
    assert page.field("fichier")["aria-invalid"] == "true"
    assert stored(settings) == []


def test_an_infected_file_is_refused(guarded: Browser, settings: Settings) -> None:
    reach_evidence(guarded)
    infected = files.pdf().replace(b"%%EOF", b"%" + files.EICAR + b"\n%%EOF")
    page = add_file(guarded, infected, expect=422)
    assert "L’antivirus a trouvé un programme dangereux" in page.text
    assert stored(settings) == []


@pytest.mark.parametrize("mood", ["unclear", "cut", "limit", "endless"])
def test_without_a_clear_answer_the_file_waits_and_is_not_given_out(
    guarded: Browser, clamd: FakeClamd, mood: str
) -> None:
    reach_evidence(guarded)
    clamd.mood = mood
    add_file(guarded)
    page = guarded.get(STEP, state="pending")
    assert "En attente de l’antivirus" in page.text
    waiting = guarded.get(f"/documents/{documents_on(page)[0]}", 409, state="pending")
    assert "revenez plus tard" in waiting.text
    assert b"%PDF" not in waiting.response.data


def test_what_waited_is_scanned_when_the_antivirus_is_back(
    guarded: Browser, clamd: FakeClamd, database: Database
) -> None:
    reach_evidence(guarded)
    clamd.mood = "cut"
    add_file(guarded)
    add_file(guarded, files.pdf().replace(b"%%EOF", b"%" + files.EICAR + b"\n%%EOF"), "autre.pdf")
    clean, infected = documents_on(guarded.get(STEP))
    store, scanner = documents.store_of(guarded.settings), documents.scanner_of(guarded.settings)
    assert documents.scan_pending(database, store, scanner) == 0
    clamd.mood = "normal"
    assert documents.scan_pending(database, store, scanner) == 2
    assert guarded.get(f"/documents/{clean}").response.data.startswith(b"%PDF")
    refused = guarded.get(f"/documents/{infected}", 409, state="refused")
    assert "L’antivirus a trouvé" in refused.text
    page = guarded.get(STEP)
    assert "Refusé" in page.text
    blamed = guarded.post(STEP, step_form(page), 422)
    assert "retirez le fichier refusé, autre.pdf" in blamed.text
    choose(guarded, retirer=infected)
    assert guarded.post(STEP, step_form(guarded.get(STEP))).location == f"{SCHOOL}/verifier"
    assert (
        "programme dangereux"
        in add_file(
            guarded, files.pdf().replace(b"%%EOF", b"%" + files.EICAR + b"\n%%EOF"), "autre.pdf", expect=422
        ).text
    )


def test_the_same_file_sent_twice_is_there_once(angela: Browser, settings: Settings) -> None:
    reach_evidence(angela)
    twice = files.pdf()
    add_file(angela, twice)
    add_file(angela, twice)
    assert len(documents_on(angela.get(STEP))) == 1
    assert len(stored(settings)) == 1


def test_a_document_already_given_is_reused(angela: Browser) -> None:
    reach_evidence(angela)
    add_file(angela, name="quittance.pdf")
    [first] = documents_on(angela.get(STEP))
    choose(angela, retirer=first)
    page = angela.get(STEP, state="reuse")
    assert "quittance.pdf, ajouté le" in page.text
    choose(angela, reprendre=first)
    assert documents_on(angela.get(STEP)) == [first]
    assert (
        "Choisissez un document"
        in angela.post(f"{STEP}/pieces/choix", {"question": QUESTION, "reprendre": "rien"}, 422, state="error").text
    )


def test_no_more_files_than_the_procedure_takes(angela: Browser) -> None:
    reach_evidence(angela)
    for pages in (1, 2, 3):
        add_file(angela, files.pdf(pages=pages))
    page = angela.get(STEP, state="full")
    assert "autant de fichiers que possible" in page.text
    assert not page.all("input", name="fichier")
    assert "3 fichiers au plus" in add_file(angela, files.pdf(pages=4), expect=422).text


def test_a_file_too_large_is_told_so_on_its_page_and_a_huge_one_is_not_read(
    angela: Browser, settings: Settings
) -> None:
    reach_evidence(angela)
    assert "dépasse 10 Mo" in add_file(angela, files.pdf() + bytes(11 * 1024 * 1024), expect=422).text
    add_file(angela, files.pdf() + bytes(21 * 1024 * 1024), expect=413)
    assert stored(settings) == []


def test_only_the_upload_address_reads_more_than_a_megabyte(angela: Browser) -> None:
    page = reach_evidence(angela)
    angela.post(STEP, {**step_form(page), "r_x": "a" * 2 * 1024 * 1024}, 413)


def test_nothing_chosen_is_said_plainly(angela: Browser) -> None:
    reach_evidence(angela)
    page = angela.post(f"{STEP}/pieces", {"question": QUESTION}, 422)
    assert "Choisissez un fichier" in page.text


def test_a_session_that_ended_leads_to_the_sign_in_and_back_to_the_step(visitor: Browser) -> None:
    for size in (1, 3 * 1024 * 1024):
        sent = add_file(visitor, files.pdf() + bytes(size), expect=303)
        assert sent.location.startswith("/connexion?suite=%2Fdemarches%2Finscription-scolaire%2Fpieces")


def test_in_production_without_an_antivirus_no_file_is_taken(
    angela: Browser, settings: Settings, database: Database, town: Town
) -> None:
    reach_evidence(angela)
    strict = settings.model_copy(update={"production": True, "clamd": ""})
    browser = Browser(create_app(strict, database, propagate=True), strict, database).sign_in(town.angela)
    page = browser.get(STEP, state="closed")
    assert "ne prend pas encore de fichiers" in page.text
    assert not page.all("input", type="file")
    assert "ne prend pas encore de fichiers" in add_file(browser, expect=409).text


def test_a_disk_that_is_full_is_said_and_leaves_nothing(
    angela: Browser, settings: Settings, database: Database
) -> None:
    reach_evidence(angela)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / "documents").write_text("a file where the folder should be")
    page = add_file(angela, expect=503, state="trouble")
    assert "réessayez dans un moment" in page.text
    assert page.response.headers["Retry-After"]
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM document")).scalar_one() == 0


def test_sixty_files_an_hour_are_enough(angela: Browser) -> None:
    reach_evidence(angela)
    for _time in range(60):
        add_file(angela, b"x", "a.txt", expect=422)
    assert "Attendez quelques minutes" in add_file(angela, expect=429).text


def test_a_deleted_document_leaves_the_draft(angela: Browser) -> None:
    reach_evidence(angela)
    add_file(angela)
    [only] = documents_on(angela.get(STEP))
    angela.post(STEP, step_form(angela.get(STEP)))
    angela.post(f"/mon-espace/documents/{only}/supprimer")
    checked = angela.get(f"{SCHOOL}/verifier")
    sent = angela.post(f"{SCHOOL}/envoyer", checked.form(f"{SCHOOL}/envoyer"), 422)
    assert "un des fichiers a été supprimé" in sent.text
    assert documents_on(angela.get(STEP)) == []
    checked = angela.follow(angela.post(STEP, step_form(angela.get(STEP))))
    send(angela, checked, "inscription-scolaire")


def test_what_a_question_does_not_ask_for_is_not_found(angela: Browser) -> None:
    reach_evidence(angela)
    angela.post(f"{STEP}/pieces", {"question": "contact_email"}, 404)
    angela.post(f"{SCHOOL}/vous/pieces", {"question": QUESTION}, 404)
    angela.post(
        f"{STEP}/pieces/choix", {"question": QUESTION, "reprendre": "018f0000-0000-7000-8000-000000000001"}, 404
    )


def test_the_step_reads_as_much_with_many_documents(angela: Browser, database: Database) -> None:
    reach_evidence(angela)
    add_file(angela)
    with counted(database) as one:
        angela.get(STEP)
    for pages in (2, 3):
        add_file(angela, files.pdf(pages=pages))
    with counted(database) as three:
        angela.get(STEP)
    assert len(three) == len(one)
