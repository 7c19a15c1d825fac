"""Papers on screen: the page and the PDF say the same; anyone can check a paper, and learns nothing else."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from connectors.sdk import ProtocolError, RetryableError
from portal.casework.receipts.codes import new_code
from portal.casework.receipts.models import Paper
from portal.casework.receipts.service import Printed, PrintOrder
from portal.casework.requests import service as requests
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.records.outbox import service as outbox
from tests.support.client import HTML, Browser, Page
from tests.support.papers import print_papers
from tests.support.pdf_text import TaggedText
from tests.support.town import Town, counted, sent_request

REASON = "Votre carte vous attend.\nApportez une pièce d’identité."


@pytest.fixture
def reference(database: Database, town: Town) -> str:
    """A request whose acknowledgement is not printed yet."""
    return sent_request(database, town.angela)


def decided(database: Database, town: Town, reference: str, decision: str = "accepted") -> None:
    with database.writing() as session:
        requests.decide(session, town.agent(town.meryem), reference, decision, REASON, idempotency_key="d")


def paper_words(page: Page) -> str:
    """The words of the page that are the paper's: the trail, what is announced and the buttons left out."""
    words: list[str] = []

    def walk(element: Any) -> None:
        if element.get("class") in {"trail", "acts"} or element.get("role") == "status":
            return
        words.append(element.text or "")
        for child in element:
            walk(child)
            words.append(child.tail or "")

    walk(page.main())
    return "".join("".join(words).split())


def pdf_words(content: bytes) -> str:
    with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
        return "".join(TaggedText(pdf).text.split())


def download(browser: Browser, settings: Settings, path: str) -> Any:
    return browser.http.get(path, base_url=settings.public_url)


def test_the_pdf_says_the_same_as_the_page(
    app: Flask, angela: Browser, settings: Settings, database: Database, reference: str
) -> None:
    address = f"/demandes/{reference}/accuse"
    waiting = angela.get(address, state="preparing")
    assert "Le PDF est en préparation" in waiting.text
    assert angela.http.get(f"{address}.pdf", base_url=settings.public_url).status_code == 404
    assert print_papers(app, database) == {"delivered": 1}
    page = angela.get(address, state="ready")
    answer = download(angela, settings, f"{address}.pdf")
    size = -(-len(answer.data) // 1024)
    assert page.links()[f"Télécharger en PDF ({size} Ko, français)"] == f"{address}.pdf"
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith(
        f'attachment; filename="accuse-de-reception-{reference}.pdf"'
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert paper_words(page) == pdf_words(answer.data)
    assert 10 < size < 60


def test_the_decision_is_a_letter_too(
    app: Flask, angela: Browser, settings: Settings, database: Database, town: Town, reference: str
) -> None:
    address = f"/demandes/{reference}/decision"
    angela.get(address, 404)
    decided(database, town, reference)
    assert angela.get(f"/demandes/{reference}").links()["La décision, à imprimer ou à montrer"] == address
    print_papers(app, database)
    page = angela.get(address, state="plain")
    assert "Meryem" in page.text
    assert "Apportez une pièce d’identité." in page.text
    answer = download(angela, settings, f"{address}.pdf")
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="decision-{reference}.pdf"')
    assert paper_words(page) == pdf_words(answer.data)
    assert angela.get(f"/demandes/{reference.lower()}/decision", 303).location == address


def test_an_agent_reads_the_same_and_the_person_knows(
    app: Flask, angela: Browser, settings: Settings, database: Database, town: Town, reference: str, sign_in: Any
) -> None:
    decided(database, town, reference)
    print_papers(app, database)
    meryem = sign_in(town.meryem)
    base = f"/agents/dossiers/{reference}"
    links = meryem.get(base).links()
    assert links["Lire la décision"] == f"{base}/decision"
    page = meryem.get(f"{base}/decision", state="plain")
    assert "Angela DUBOIS" in page.text
    for place in ("accuse", "decision"):
        ours = download(meryem, settings, f"{base}/{place}.pdf")
        assert ours.data == download(angela, settings, f"/demandes/{reference}/{place}.pdf").data
    with database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == town.meryem.id)).all()
    assert actions.count("decision_read") == 2
    assert actions.count("acknowledgement_read") == 1


def test_a_paper_is_nobody_elses(
    app: Flask, settings: Settings, database: Database, town: Town, reference: str, sign_in: Callable[..., Browser]
) -> None:
    decided(database, town, reference)
    print_papers(app, database)
    for who, base in ((town.yves, "/demandes"), (town.claire, "/agents/dossiers")):
        browser = sign_in(who)
        for end in ("accuse", "accuse.pdf", "decision", "decision.pdf"):
            assert download(browser, settings, f"{base}/{reference}/{end}").status_code == 404, end
        browser.post(f"{base}/{reference}/accuse/pdf", expect=404)
        browser.post(f"{base}/{reference}/decision/pdf", expect=404)


def test_a_press_that_fails_is_tried_again(app: Flask, angela: Browser, database: Database, reference: str) -> None:
    def busy(_order: PrintOrder) -> Printed:
        raise RetryableError("press_timeout")

    assert print_papers(app, database, press=busy) == {"retrying": 1}
    assert "Le PDF est en préparation" in angela.get(f"/demandes/{reference}/accuse").text
    assert print_papers(app, database, later=timedelta(minutes=5)) == {"delivered": 1}
    assert "Télécharger en PDF" in angela.get(f"/demandes/{reference}/accuse").text


def test_a_paper_that_cannot_be_made_is_somebodys_task(
    app: Flask, angela: Browser, database: Database, town: Town, reference: str, sign_in: Callable[..., Browser]
) -> None:
    def broken(_order: PrintOrder) -> Printed:
        raise ProtocolError("paper_refused", ambiguous=False)

    for hours in (0, 1, 2):
        print_papers(app, database, press=broken, later=timedelta(hours=hours))
    page = angela.get(f"/demandes/{reference}/accuse", state="failed")
    assert "Le PDF n’a pas pu être préparé : un agent s’en occupe." in page.text
    letters = sign_in(town.commune.agents["s.amrani"]).get("/agents/envois")
    assert "Impression des PDF" in letters.text
    assert reference in letters.text


def test_a_paper_is_asked_for_when_there_is_none(
    app: Flask, angela: Browser, database: Database, town: Town, reference: str, sign_in: Callable[..., Browser]
) -> None:
    decided(database, town, reference)
    with database.writing() as session:
        for one in outbox.claim(session, worker="essai", lane=requests.PAPER_LANE):
            outbox.drop(session, one, code="sample")
    meryem = sign_in(town.meryem)
    for browser, base, place in (
        (angela, "/demandes", "accuse"),
        (meryem, "/agents/dossiers", "decision"),
    ):
        address = f"{base}/{reference}/{place}"
        page = browser.get(address, state="none yet")
        sent = browser.post(f"{address}/pdf", page.form(f"{address}/pdf"))
        assert "Le PDF est en préparation" in browser.follow(sent).text
    assert print_papers(app, database) == {"delivered": 2}
    angela.post(f"/demandes/{reference}/decision/pdf")
    meryem.post(f"/agents/dossiers/{reference}/accuse/pdf")
    assert print_papers(app, database) == {}


def test_the_page_of_a_paper_costs_the_same_whatever_there_is(
    app: Flask, angela: Browser, database: Database, town: Town, reference: str
) -> None:
    print_papers(app, database)
    with counted(database) as first:
        angela.get(f"/demandes/{reference}/accuse")
    for _number in range(3):
        sent_request(database, town.angela)
    print_papers(app, database)
    with counted(database) as second:
        angela.get(f"/demandes/{reference}/accuse")
    assert len(first) == len(second) <= 12


def test_a_scanned_code_is_checked_at_the_press_of_a_button(
    app: Flask, angela: Browser, visitor: Browser, settings: Settings, database: Database, reference: str
) -> None:
    print_papers(app, database)
    paper = angela.get(f"/demandes/{reference}/accuse")
    scanned = paper.links()["Page de vérification des documents"]
    assert scanned.startswith(f"{settings.public_url}/verifier?code=")
    page = visitor.get(scanned.removeprefix(settings.public_url), state="plain")
    assert "authentique" not in page.h1
    sent = page.form("/verifier")
    assert sent["code"] in paper.text
    found = visitor.post("/verifier", sent, 200, state="genuine")
    assert "Ce document est authentique" in found.text
    assert "Accusé de réception électronique" in found.text
    assert paper.text.rsplit("Empreinte :", 1)[1].split()[0] in found.text
    for secret in ("DUBOIS", "Angela", reference, "lecture@exemple.example"):
        assert secret not in found.html
    assert f"{reference[:4]}••••" in found.text


def test_a_file_is_compared_with_the_one_that_was_issued(
    app: Flask, angela: Browser, visitor: Browser, settings: Settings, database: Database, reference: str
) -> None:
    print_papers(app, database)
    pdf = download(angela, settings, f"/demandes/{reference}/accuse.pdf").data
    scanned = angela.get(f"/demandes/{reference}/accuse").links()["Page de vérification des documents"]
    code = scanned.partition("code=")[2]

    def check(content: bytes, state: str) -> str:
        file = (io.BytesIO(content), "accuse.pdf", "application/pdf")
        return visitor.post("/verifier", {"code": code, "fichier": file}, 200, state=state).text

    assert "exactement celui que nous avons émis" in check(pdf, "same file")
    assert "n’est pas celui que nous avons émis" in check(pdf + b"\n", "other file")
    assert "Le fichier envoyé" not in visitor.post("/verifier", {"code": code}, 200).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Écrivez le code de vérification"),
        ("22222-22222-22222", "Aucun document émis ici ne porte ce code."),
        ("<script>alert(1)</script>", "Aucun document émis ici ne porte ce code."),
        ("é" * 5000, "Aucun document émis ici ne porte ce code."),
    ],
)
def test_an_unknown_code_is_said_clearly_and_kept(visitor: Browser, typed: str, sentence: str) -> None:
    page = visitor.post("/verifier", {"code": typed}, 422, state="unknown")
    assert sentence in page.text
    assert page.title.startswith("Erreur")
    assert page.field("code")["value"] == typed[:60]


def test_codes_cannot_be_tried_one_after_the_other(visitor: Browser, settings: Settings) -> None:
    for _number in range(settings.sign_in_limit):
        visitor.post("/verifier", {"code": new_code()}, 422)
    visitor.post("/verifier", {"code": new_code()}, 429)


def test_looking_at_the_form_looks_nothing_up(visitor: Browser, database: Database) -> None:
    with counted(database) as statements:
        visitor.get(f"/verifier?code={new_code()}")
    assert not any("paper" in one for one in statements)


def test_papers_are_kept_sealed(app: Flask, database: Database, reference: str) -> None:
    print_papers(app, database)
    with database.reading() as session:
        row = session.scalars(select(Paper)).one()
        assert not row.sealed_pdf.startswith(b"%PDF")
        assert row.missing_glyphs == []


def test_the_page_of_a_paper_is_light(app: Flask, angela: Browser, database: Database, reference: str) -> None:
    print_papers(app, database)
    page = angela.get(f"/demandes/{reference}/accuse")
    assert sum(1 for one in page.tree.iter() if str(one.tag).startswith(HTML)) <= 230
