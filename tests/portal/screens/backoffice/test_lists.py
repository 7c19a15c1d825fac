"""A list as a file: chosen, written by the worker at one instant, taken once."""

import csv
import io
import zipfile
from contextlib import nullcontext
from datetime import date, timedelta
from threading import Event, Thread
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update

from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.worklists import service as worklists
from portal.casework.worklists.models import ListExport
from portal.casework.worklists.service import ListFormat
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.errors import Invalid, NotFound
from portal.ground.settings import Settings
from portal.ground.web.ods import write_ods
from portal.screens.backoffice.export import COLUMNS
from portal.screens.backoffice.jobs import purge, write_lists
from tests.portal.screens.backoffice.conftest import crowd
from tests.support.client import Browser
from tests.support.town import Town

ASK = "/agents/dossiers/liste"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def sheet(content: bytes) -> list[list[tuple[str, str]]]:
    """The cells of an OpenDocument file: (type, what it holds)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert archive.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        root = ET.fromstring(archive.read("content.xml"))
    assert not [one for one in root.iter() if any(name.endswith("}formula") for name in one.attrib)]
    rows = []
    for row in root.iter(f"{TABLE}table-row"):
        cells = []
        for cell in row.iter(f"{TABLE}table-cell"):
            kind = cell.get(f"{OFFICE}value-type", "")
            words = "\n".join("".join(p.itertext()) for p in cell.iter(f"{TEXT}p"))
            cells.append((kind, cell.get(f"{OFFICE}date-value") or words))
        rows.append(cells)
    return rows


def test_a_list_is_prepared_and_taken_once(
    meryem: Browser, jonas: Browser, settings: Settings, database: Database, town: Town, reference: str
) -> None:
    with database.writing() as session:
        name = {"applicant_name": "=cmd|' /C calc'!A0", "deadline": date(2026, 5, 2)}
        session.execute(update(ServiceRequest).values(**name))
    form = meryem.get(f"{ASK}?q={reference}&tri=depot", state="plain").form(ASK)
    assert form["filtres"] == f"q={reference}&tri=depot"
    meryem.post(ASK, form | {"format": "xls", "colonnes": "reference"}, 422)
    meryem.post(ASK, {"filtres": form["filtres"], "format": "ods"}, 422, state="error")
    pages = {}
    for file_format in ("ods", "csv"):
        typed = {"filtres": form["filtres"], "format": file_format, "colonnes": ["reference", "personne", "echeance"]}
        pages[file_format] = meryem.post(ASK, typed).location
    address = pages["ods"]
    meryem.get(address, state="preparing")
    jonas.get(address, 404)
    meryem.post(address, {}, 404)
    assert write_lists(settings, database, nullcontext) == 2
    assert "1 demande." in meryem.get(address, state="ready").text
    folder = settings.data_dir / "lists"
    assert all(b"cmd" not in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    taken = meryem.post(address, {}, 200).response
    assert sheet(taken.get_data()) == [
        [("string", "Référence"), ("string", "Personne"), ("string", "Échéance")],
        [("string", reference), ("string", "=cmd|' /C calc'!A0"), ("date", "2026-05-02")],
    ]
    assert taken.headers["Content-Disposition"].startswith('attachment; filename="demandes-')
    meryem.get(address, state="taken")
    meryem.post(address, {}, 404)
    text = meryem.post(pages["csv"], {}, 200).response.get_data(as_text=True)
    assert list(csv.reader(io.StringIO(text[1:]), delimiter=";"))[1] == [reference, "'=cmd|' /C calc'!A0", "02/05/2026"]
    with database.reading() as session:
        actions = [one.action for one in session.query(AuditEntry).order_by(AuditEntry.id)]
    assert [actions.count(one) for one in ("list_asked", "request_exported", "list_exported")] == [2, 2, 2]


def test_a_list_that_cannot_be_written_says_so(
    meryem: Browser, settings: Settings, database: Database, town: Town, reference: str
) -> None:
    with database.writing() as session:
        made = worklists.ask_list(session, town.agent(town.meryem), "", ["reference"], ListFormat.CSV)
    (settings.data_dir / "lists").parent.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / "lists").write_text("un fichier à la place du dossier")
    write_lists(settings, database, nullcontext)
    assert "n’a pas pu être écrit" in meryem.get(f"/agents/listes/{made}", state="failed").text


def test_a_list_is_forgotten_after_a_day(settings: Settings, database: Database, town: Town, reference: str) -> None:
    who = town.agent(town.meryem)
    with database.writing() as session:
        with pytest.raises(Invalid):
            worklists.ask_list(session, who, "", [], ListFormat.CSV)
        made = worklists.ask_list(session, who, "", ["reference"], ListFormat.CSV)
    write_lists(settings, database, nullcontext)
    with clock.shifted(timedelta(hours=25)):
        with database.writing() as session, pytest.raises(NotFound):
            worklists.take_list(session, worklists.list_store(settings), who, made)
        purge(settings, database)
    with database.reading() as session:
        assert session.get(ListExport, made) is None
        assert worklists.sweep_lists(session, worklists.list_store(settings), before=2e10) == 1


@pytest.mark.slow
def test_ten_thousand_rows_are_of_one_instant_whatever_changes(
    settings: Settings, database: Database, town: Town
) -> None:
    """Every request goes from one status to another at once, while the list is read: the file never mixes the two."""
    crowd(database, town, 10_000)
    stop, statuses = Event(), (RequestStatus.SUBMITTED, RequestStatus.IN_PROGRESS)

    def change() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            with database.writing() as session:
                session.execute(update(ServiceRequest).values(status=statuses[turn % 2]))
            stop.wait(0.05)  # the others write too

    changing = Thread(target=change)
    changing.start()
    try:
        with database.writing() as session:
            made = worklists.ask_list(session, town.agent(town.meryem), "", list(COLUMNS), ListFormat.ODS)
        write_lists(settings, database, nullcontext)
    finally:
        stop.set()
        changing.join()
    with database.writing() as session:
        content, _format = worklists.take_list(session, worklists.list_store(settings), town.agent(town.meryem), made)
    rows = sheet(content)[1:]
    assert len(rows) == 10_000
    assert len({row[4] for row in rows}) == 1
    assert len({row[0] for row in rows}) == 10_000


@given(st.text())
@example("  deux  blancs\tet plus\r\n]]>&<b>\x00\ud800")
def test_an_open_document_holds_texts_as_texts(value: str) -> None:
    kind, words = (sheet(write_ods("Essai", [[value]]))[0] or [("", "")])[0]
    assert kind in {"", "string"}
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(char for char in plain if char == "\n" or (ord(char) >= 32 and char not in "\ufffe\uffff"))
    kept = "".join(char for char in kept if not 0xD800 <= ord(char) <= 0xDFFF)
    assert words.replace(" ", "") == kept.replace(" ", "")
