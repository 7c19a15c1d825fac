"""Papers: ordered with the act, made once, sealed, found again by their code, and gone with the request."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from portal.casework.receipts import service as receipts
from portal.casework.receipts.codes import (
    BODY_LENGTH,
    code_key,
    format_code,
    mask_reference,
    new_code,
    normalise_code,
)
from portal.casework.receipts.models import Paper
from portal.casework.receipts.service import Making, PaperKind, Printed, PrintOrder
from portal.casework.requests import service as requests
from portal.casework.requests.reference import ALPHABET
from portal.casework.requests.service import ACKNOWLEDGEMENT_PAPER, DECISION_PAPER
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.ground.vault.service import destroy_data_key
from tests.portal.casework.world import World, send

URL = "https://services.valmont-sur-iselle.example"
PDF = b"%PDF-1.7 essai"


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    app = Flask("tests")
    Babel(app, locale_selector=lambda: "fr")
    with app.app_context():
        yield


def order(database: Database, request_id: UUID, kind: str = ACKNOWLEDGEMENT_PAPER) -> PrintOrder | None:
    with database.reading() as session:
        return receipts.order_for_press(session, request_id, kind, public_url=URL)


def keep(database: Database, ordered: PrintOrder | None, pdf: bytes = PDF) -> PrintOrder:
    assert ordered is not None
    with database.writing() as session:
        receipts.keep_pdf(session, ordered, Printed(pdf, ("U+4E2D",)))
    return ordered


def sent(database: Database, world: World) -> requests.SubmittedView:
    with database.writing() as session:
        return send(session, world.resident(), world.procedure)


def shown(database: Database, world: World, reference: str, kind: PaperKind = PaperKind.ACKNOWLEDGEMENT) -> Any:
    with database.reading() as session:
        return receipts.show_paper(session, world.resident(), reference, kind, public_url=URL)


@given(st.text(alphabet=ALPHABET, min_size=BODY_LENGTH, max_size=BODY_LENGTH))
def test_a_code_is_understood_however_it_is_typed(body: str) -> None:
    code = format_code(body)
    assert [len(group) for group in code.split("-")] == [5, 5, 5]
    assert normalise_code(code.lower()) == normalise_code(f" {code.replace('-', '  ')} ") == code


@given(st.text(alphabet=ALPHABET, min_size=BODY_LENGTH, max_size=BODY_LENGTH), st.integers(0, 14), st.data())
def test_a_wrong_character_is_caught(body: str, place: int, data: st.DataObject) -> None:
    compact = format_code(body).replace("-", "")
    other = data.draw(st.sampled_from([char for char in ALPHABET if char != compact[place]]))
    assert normalise_code(compact[:place] + other + compact[place + 1 :]) is None


@pytest.mark.parametrize("typed", ["", "é" * 15, "0" * 15, "A" * 5000, "VSI-7F3K-2M", "22222-22222-2222"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalise_code(typed) is None


def test_codes_cannot_be_guessed() -> None:
    assert len(ALPHABET) ** BODY_LENGTH > 2**60
    codes = {new_code() for _number in range(500)}
    assert len(codes) == 500


def test_a_masked_reference_keeps_its_ends() -> None:
    assert mask_reference("VSI-7F3K-2M") == "VSI-••••-2M"


def test_the_page_comes_at_once_and_the_pdf_later(database: Database, world: World) -> None:
    done = sent(database, world)
    before = shown(database, world, done.reference)
    assert (before.making, before.code, before.size) == (Making.PREPARING, "", 0)
    ordered = keep(database, order(database, done.request_id))
    after = shown(database, world, done.reference)
    assert (after.making, after.size, after.code) == (Making.READY, len(PDF), ordered.code)
    assert [part.key for part in after.content.sections][:-1] == [part.key for part in before.content.sections]
    assert after.content.sections[-1].key == "verifier"


def test_what_is_printed_is_what_was_frozen(database: Database, world: World) -> None:
    done = sent(database, world)
    with database.reading() as session:
        issued = requests.get_acknowledgement(session, world.resident(), done.reference)
    ordered = order(database, done.request_id)
    assert ordered is not None
    assert ordered.issued_at == issued.data.issued_at
    assert ordered.content_hash == issued.content_hash
    said = str(ordered.content)
    for words in (done.reference, "Noé LEFÈVRE", "Service Enfance", issued.content_hash, ordered.code, URL):
        assert words in said


def test_one_paper_alone_is_kept(database: Database, world: World) -> None:
    done = sent(database, world)
    first, second = order(database, done.request_id), order(database, done.request_id)
    assert first is not None
    assert second is not None
    assert first.code != second.code
    keep(database, first, b"%PDF-first")
    keep(database, second, b"%PDF-second")
    with database.reading() as session:
        found = receipts.read_pdf(session, world.resident(), done.reference, PaperKind.ACKNOWLEDGEMENT)
    assert found.pdf == b"%PDF-first"
    assert found.name == f"accuse-de-reception-{done.reference}.pdf"
    assert order(database, done.request_id) is None, "made already"


def test_a_paper_is_its_owners(database: Database, world: World) -> None:
    done = sent(database, world)
    keep(database, order(database, done.request_id))
    with database.writing() as session:
        for other in (world.resident(world.ines), world.agent(world.jonas)):
            for kind in PaperKind:
                with pytest.raises(NotFound):
                    receipts.read_pdf(session, other, done.reference, kind, journal=session)
                with pytest.raises(NotFound):
                    receipts.show_paper(session, other, done.reference, kind, public_url=URL, journal=session)
                with pytest.raises(NotFound):
                    receipts.ask_for_pdf(session, other, done.reference, kind)


def test_nothing_of_a_paper_is_readable_in_the_database(database: Database, world: World) -> None:
    done = sent(database, world)
    ordered = keep(database, order(database, done.request_id))
    with database.reading() as session:
        row = session.scalars(select(Paper)).one()
        assert PDF not in row.sealed_pdf
        assert ordered.code.encode() not in row.sealed_code
        assert row.code_key == code_key(ordered.code)
        assert row.missing_glyphs == ["U+4E00"], "which font is lacking, not what the name is"
        assert "LEFÈVRE" not in row.subject


def test_a_verification_says_what_the_paper_shows_and_no_more(database: Database, world: World) -> None:
    done = sent(database, world)
    ordered = keep(database, order(database, done.request_id))
    with database.reading() as session:
        found = receipts.verify_paper(session, ordered.code.lower().replace("-", " "))
        assert receipts.verify_paper(session, new_code()) is None
        assert receipts.verify_paper(session, "n’importe quoi") is None
    assert found is not None
    assert (found.authority, found.subject) == ("Valmont-sur-Iselle", "Démarche d’essai")
    assert found.content_hash == ordered.content_hash
    assert done.reference not in str(found)
    assert "LEFÈVRE" not in str(found)


def test_an_erased_request_has_no_paper_left_but_its_code_is_known(database: Database, world: World) -> None:
    done, other = sent(database, world), sent(database, world)
    ordered = keep(database, order(database, done.request_id))
    with database.writing() as session:
        for key_id in session.scalars(text("SELECT data_key_id FROM service_request")).all():
            destroy_data_key(session, key_id if isinstance(key_id, UUID) else UUID(str(key_id)))
    assert order(database, other.request_id) is None
    with database.reading() as session:
        row = session.scalars(select(Paper)).one()
        with pytest.raises(Exception, match="data_key_destroyed"):
            receipts.read_pdf(session, world.resident(), done.reference, PaperKind.ACKNOWLEDGEMENT)
        assert row.size == len(PDF)
        assert receipts.verify_paper(session, ordered.code) is not None


def test_a_decision_has_its_letter(database: Database, world: World) -> None:
    done = sent(database, world)
    with pytest.raises(NotFound):
        shown(database, world, done.reference, PaperKind.DECISION)
    with pytest.raises(NotFound):
        order(database, done.request_id, DECISION_PAPER)
    with database.writing() as session:
        reason = "Il manque une place.\n\nVous pouvez revenir en juin."
        requests.decide(session, world.agent(), done.reference, "rejected", reason, idempotency_key="d")
    assert shown(database, world, done.reference, PaperKind.DECISION).making is Making.PREPARING
    ordered = keep(database, order(database, done.request_id, DECISION_PAPER))
    view = shown(database, world, done.reference, PaperKind.DECISION)
    assert (view.making, view.code) == (Making.READY, ordered.code)
    said = str(ordered.content)
    for words in (
        "Demande refusée",
        "Claire Le Goff",
        "Service Enfance",
        "Il manque une place.",
        "revenir en juin",
        "Tribunal",
    ):
        assert words in said
    assert [part.key for part in view.content.sections] == [
        "decision",
        "clair",
        "raisons",
        "charge",
        "recours",
        "verifier",
    ]
    with database.reading() as session:
        found = receipts.verify_paper(session, ordered.code)
    assert found is not None
    assert found.kind is PaperKind.DECISION
    assert "refus" not in str(found)


def test_a_paper_is_asked_for_when_none_is_on_its_way(database: Database, world: World) -> None:
    done = sent(database, world)

    def orders() -> list[str]:
        with database.reading() as session:
            query = text("SELECT state FROM outbox_message WHERE kind = 'paper_acknowledgement' ORDER BY id")
            return list(session.scalars(query))

    def ask() -> None:
        with database.writing() as session:
            receipts.ask_for_pdf(session, world.resident(), done.reference, PaperKind.ACKNOWLEDGEMENT)

    ask()
    assert orders() == ["pending"], "one is on its way"
    with database.writing() as session:
        session.execute(
            text("UPDATE outbox_message SET state = 'closed', settled_at = created_at, next_attempt_at = NULL")
        )
    assert shown(database, world, done.reference).making is Making.ABSENT
    ask()
    ask()
    assert orders() == ["closed", "pending"]
    keep(database, order(database, done.request_id))
    ask()
    assert orders() == ["closed", "pending"]
