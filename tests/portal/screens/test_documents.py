"""« Mes documents », and documents read with a request by those in charge of it."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from portal.casework.documents import service as documents
from portal.casework.documents.enums import DocumentState
from portal.casework.documents.examiner import Examined
from portal.casework.documents.models import Document
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.dictionary.files import FileKind
from portal.ground.errors import Forbidden
from portal.ground.permissions import SYSTEM
from portal.ground.settings import Settings
from portal.ground.vault.models import DataKey
from tests.support import files
from tests.support.client import Browser, Page
from tests.support.evidence import STEP, add_file, documents_on, reach_evidence
from tests.support.town import Town, counted
from tests.support.walking import send, step_form

WALLET = "/mon-espace/documents"
SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def sent_with(browser: Browser, *contents: tuple[bytes, str]) -> tuple[str, list[str]]:
    """A request sent with these files; its reference and their ids."""
    reach_evidence(browser)
    for content, name in contents:
        add_file(browser, content, name)
    ids = documents_on(browser.get(STEP))
    checked = browser.follow(browser.post(STEP, step_form(browser.get(STEP))))
    return send(browser, checked, "inscription-scolaire"), ids


def keep(database: Database, settings: Settings, town: Town, name: str) -> None:
    """One more document of Angela's, through the service."""
    examined = Examined(name, FileKind.PDF, files.pdf(), received=name)
    received = documents.Received(examined, DocumentState.CLEAN, clock.now())
    with database.writing() as session:
        documents.keep(
            session,
            documents.store_of(settings),
            Town.resident(town.angela),
            received,
            concept="evidence.proof_of_address",
        )


def assert_attachment(page: Page, media_type: str, name: str) -> None:
    headers = page.response.headers
    assert headers["Content-Type"] == media_type
    assert headers["Content-Disposition"].startswith("attachment; filename")
    assert name in headers["Content-Disposition"]
    assert {name: headers[name] for name in SAFE} == SAFE


def test_an_empty_wallet_says_what_it_is_for(angela: Browser) -> None:
    assert "Vous n’avez pas encore fourni de document" in angela.get(WALLET, state="empty").text
    assert angela.get("/mon-espace").links()["Mes documents : les pièces que vous avez fournies"] == WALLET


def test_a_document_is_read_and_erased_after_a_question(
    angela: Browser, database: Database, settings: Settings
) -> None:
    reach_evidence(angela)
    add_file(angela, files.photo((60, 50)), "ma facture.png.jpg", "image/jpeg")
    page = angela.get(WALLET, state="full")
    assert "Justificatif de domicile, photo JPEG" in page.text
    assert "Vérifié, sans antivirus" in page.text
    address = page.links()["ma facture.png.jpg"]
    assert_attachment(angela.get(address), "image/jpeg", "ma facture.png.jpg")
    ask = angela.get(page.links()["Supprimer : ma facture.png.jpg"], state="plain")
    assert "effacé pour de bon" in ask.text
    form = next(one for one in ask.all("form") if one.get("action", "").endswith("/supprimer"))
    gone = angela.follow(angela.post(form.get("action"), ask.fields_of(form)), state="deleted")
    assert "Le document est supprimé" in gone.text
    angela.get(address, 404)
    with database.reading() as session:
        assert session.query(Document).count() == 0
        assert session.query(DataKey).filter(DataKey.wrapped.is_(None)).count() == 1


def test_a_name_that_needs_care_is_given_back_whole(angela: Browser) -> None:
    reach_evidence(angela)
    add_file(angela, files.pdf(), "été <b> d’Ô.pdf")
    page = angela.get(WALLET)
    assert "été <b> d’Ô.pdf" in page.text
    assert not page.main().findall(".//{http://www.w3.org/1999/xhtml}b")
    answer = angela.get(next(iter(address for address in page.links().values() if address.startswith("/documents/"))))
    assert "filename*=UTF-8''%C3%A9t%C3%A9" in answer.response.headers["Content-Disposition"]


def test_a_document_sent_with_a_request_is_kept(angela: Browser) -> None:
    _reference, [document] = sent_with(angela, (files.pdf(), "quittance.pdf"))
    assert "Envoyé avec une demande" in angela.get(WALLET).text
    kept = angela.get(f"{WALLET}/{document}/supprimer", state="used")
    assert "l’administration doit pouvoir montrer" in kept.text
    angela.post(f"{WALLET}/{document}/supprimer", {}, 409, state="used")
    assert angela.get(f"/documents/{document}").response.data.startswith(b"%PDF")


def test_nobody_else_reaches_a_document(sign_in, angela: Browser, visitor: Browser, town: Town) -> None:
    reference, [document] = sent_with(angela, (files.pdf(), "quittance.pdf"))
    other: Browser = sign_in(town.layla)
    for path in (f"/documents/{document}", f"{WALLET}/{document}/supprimer", f"/documents/{uuid4()}"):
        other.get(path, 404)
    other.post(f"{WALLET}/{document}/supprimer", {}, 404)
    assert visitor.get(f"/documents/{document}", 303).location.startswith("/connexion")
    reach_evidence(other)
    other.post(f"{STEP}/pieces/choix", {"question": "evidence_proof_of_address", "reprendre": document}, 404)
    library: Browser = sign_in(town.meryem)
    library.get(f"/agents/dossiers/{reference}/pieces/{document}", 404)
    assert sign_in(town.claire).get(f"/documents/{document}", 303).location.startswith("/connexion")


def test_an_agent_in_charge_opens_a_document_and_the_person_sees_it(
    sign_in, angela: Browser, town: Town, database: Database
) -> None:
    reference, [first, second] = sent_with(angela, (files.pdf(), "quittance.pdf"), (files.photo(), "porte.jpg"))
    agent: Browser = sign_in(town.claire)
    page = agent.get(f"/agents/dossiers/{reference}", state="documents")
    assert "Pièces jointes" in page.text
    assert_attachment(agent.get(page.links()["porte.jpg"]), "image/jpeg", "porte.jpg")
    agent.get(f"/agents/dossiers/{reference}/pieces/{uuid4()}", 404)
    with database.reading() as session:
        lines = session.execute(text("SELECT action FROM audit_entry WHERE action = 'document_read'")).all()
    assert len(lines) == 1
    assert page.links()["quittance.pdf"].endswith(first)
    assert page.links()["porte.jpg"].endswith(second)
    assert town.claire.display_name in angela.get(f"/demandes/{reference}").text


def test_an_agent_meets_a_file_that_waits(sign_in, angela: Browser, town: Town, database: Database) -> None:
    reference, [document] = sent_with(angela, (files.pdf(), "quittance.pdf"))
    with database.writing() as session:
        session.execute(text("UPDATE document SET state = 'pending'"))
    agent: Browser = sign_in(town.claire)
    assert "En attente de l’antivirus" in agent.get(f"/agents/dossiers/{reference}").text
    page = agent.get(f"/agents/dossiers/{reference}/pieces/{document}", 409, state="pending")
    assert "Revenez dans quelques minutes" in page.text
    with database.writing() as session:
        session.execute(text("UPDATE document SET state = 'refused', refusal = 'infected'"))
    page = agent.get(f"/agents/dossiers/{reference}/pieces/{document}", 409, state="refused")
    assert "envoyer autrement" in page.text


def test_a_file_altered_on_disk_is_never_given_out(angela: Browser, app, settings: Settings) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    _reference, [document] = sent_with(angela, (files.pdf(), "quittance.pdf"))
    [path] = [one for one in (settings.data_dir / "documents").rglob("*") if one.is_file()]
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert b"%PDF" not in angela.get(f"/documents/{document}", 500).response.data
    path.unlink()
    assert b"%PDF" not in angela.get(f"/documents/{document}", 503).response.data


def test_what_nobody_owns_or_uses_is_removed(angela: Browser, database: Database, settings: Settings) -> None:
    _reference, [used] = sent_with(angela, (files.pdf(), "quittance.pdf"))
    reach_evidence(angela)
    add_file(angela, files.pdf(pages=2), "autre.pdf")
    store = documents.store_of(settings)
    orphan = uuid4()
    store.write(orphan, b"scelle")
    assert documents.sweep_orphans(database, store) == 0
    for path in (settings.data_dir / "documents").rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    assert documents.sweep_orphans(database, store) == 1
    with clock.frozen(clock.now() + timedelta(days=800)), database.writing() as session:
        assert documents.forget_unused(session) == 1
    assert documents.sweep_orphans(database, store) == 1
    assert angela.get(f"/documents/{used}").response.data.startswith(b"%PDF")


def test_a_long_wallet_is_cut_and_reads_the_same_number_of_statements(
    angela: Browser, database: Database, town: Town
) -> None:
    reach_evidence(angela)
    add_file(angela)
    with counted(database) as one:
        angela.get(WALLET)
    for number in range(13):
        keep(database, angela.settings, town, f"facture {number}.pdf")
    with counted(database) as many:
        page = angela.get(WALLET, state="long")
    assert len(many) == len(one)
    assert len(list(page.tree.iter())) <= 230
    assert "Voir les 2 autres documents" in page.text
    assert "Voir les" not in angela.get(f"{WALLET}?liste=entiere").text


def test_only_a_resident_has_documents(database: Database, town: Town) -> None:
    with database.reading() as session, pytest.raises(Forbidden):
        documents.list_documents(session, SYSTEM)
