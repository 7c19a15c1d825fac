"""Communes and places: searched as people type, taken in once, measured as the crow flies."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.ground.db import Database
from portal.ground.errors import Invalid
from portal.records.territory import service as territory
from portal.records.territory.service import CommuneView, ImportCount, PlaceKind
from tests.support.town import counted

ROWS: list[Any] = [
    {"code": "38999", "nom": "Valmont-sur-Iselle", "codesPostaux": ["38999"], "codeDepartement": "38", "population": 9},
    {"code": "38997", "nom": "Saint-Étienne-le-Haut", "codesPostaux": ["38997", "38996"], "codeDepartement": "38"},
    {"code": "2A999", "nom": "L’Œuf-d’Ornano", "codesPostaux": ["20999"]},
    {"code": "97499", "nom": "Le Valmont", "codesPostaux": ["97499"]},
]
VALMONT = CommuneView("38999", "Valmont-sur-Iselle", ("38999",), "38")


@pytest.fixture
def stocked(database: Database) -> Database:
    with database.writing() as session:
        assert territory.import_communes(session, ROWS) == ImportCount(added=4)
    return database


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("VALMONT-SUR", ["38999"]),
        ("valmont", ["38999", "97499"]),
        ("  38999 Valmont ", ["38999"]),
        ("389", ["38999", "38997"]),
        ("38996", ["38997"]),
        ("st etienne", ["38997"]),
        ("le haut", ["38997"]),
        ("oeuf", ["2A999"]),
        ("2A999", []),
        ("v", []),
        ("", []),
        ("%_", []),
        ("'; DROP TABLE commune; --", []),
        ("x" * 5_000, []),
    ],
)
def test_communes_are_found_as_people_type_them(stocked: Database, typed: str, found: list[str]) -> None:
    with stocked.reading() as session:
        assert [one.code for one in territory.find_communes(session, typed)] == found


def test_a_search_is_one_statement_and_bounded(stocked: Database) -> None:
    with counted(stocked) as statements, stocked.reading() as session:
        assert territory.find_communes(session, "valmont", limit=1) == [VALMONT]
    assert len(statements) == 1


def test_importing_again_changes_only_what_is_new(stocked: Database) -> None:
    moved = {**ROWS[0], "codesPostaux": ["38999", "38995"]}
    odd: list[Any] = [None, 3, {}, {"code": "1", "nom": "x"}, {"code": "38990", "nom": " \u202e "}, {"nom": "x" * 300}]
    odd += [{"code": "38990", "nom": "Ancienne", "type": "commune-deleguee"}, {"code": ["38990"], "nom": "Liste"}]
    with stocked.writing() as session:
        done = territory.import_communes(session, [*ROWS[1:], moved, *odd, {"code": "01001", "nom": "Neuve"}])
        assert done == ImportCount(added=1, changed=1, unchanged=3, refused=len(odd))
        assert territory.count_communes(session) == 5
        assert territory.find_communes(session, "38995")[0].postcodes == ("38995", "38999")
        assert territory.find_communes(session, "neuve") == [CommuneView("01001", "Neuve", (), "01")]
        assert territory.find_communes(session, "le valmont")[0].department == "974"


def test_places_are_recorded_once_and_listed_by_kind(database: Database) -> None:
    library = {"kind": PlaceKind.LIBRARY, "name": "Médiathèque", "line": "1 quai", "latitude": 45.2, "longitude": 5.7}
    with database.writing() as session:
        first = territory.record_place(session, **library)
        again = territory.record_place(session, **{**library, "line": "2 quai"}, opening={"fr": "Mardi"})
        territory.record_place(session, **{**library, "kind": PlaceKind.STOP, "name": "Gare"})
    assert (first.id, again.line, again.opening) == (again.id, "2 quai", {"fr": "Mardi"})
    with database.reading() as session:
        assert territory.list_places(session, PlaceKind.LIBRARY) == [again]
        assert [one.kind for one in territory.list_places(session)] == [PlaceKind.LIBRARY, PlaceKind.STOP]


@pytest.mark.parametrize("wrong", [{"name": " "}, {"latitude": 91.0}, {"longitude": float("nan")}])
def test_a_place_without_a_name_or_off_the_globe_is_refused(database: Database, wrong: dict[str, Any]) -> None:
    place = {"kind": PlaceKind.STOP, "name": "Gare", "line": "", "latitude": 45.2, "longitude": 5.7}
    with database.writing() as session, pytest.raises(Invalid):
        territory.record_place(session, **{**place, **wrong})


@pytest.mark.parametrize(
    ("start", "end", "metres"),
    [
        ((45.2, 5.7), (45.2, 5.7), 0),
        ((45.2, 5.7), (45.21, 5.7), 1_112),  # a hundredth of a degree of latitude
        ((0.0, 179.999), (0.0, -179.999), 222),  # over the antimeridian
        ((90.0, 0.0), (-90.0, 0.0), 20_015_114),  # half a turn of the Earth
    ],
)
def test_distances(start: tuple[float, float], end: tuple[float, float], metres: int) -> None:
    assert round(territory.distance_metres(*start, *end)) == metres


def run_import(settings: Any, monkeypatch: pytest.MonkeyPatch, content: bytes, folder: Path) -> Any:
    file = folder / "communes.json"
    file.write_bytes(content)
    for name, value in {
        "PARVIS_DATABASE_URL": settings.database_url,
        "PARVIS_DATA_DIR": str(folder / "data"),
        "PARVIS_MASTER_KEY": settings.master_key.get_secret_value() if settings.master_key else "",
        "PARVIS_SECRET_KEY": "test-only-" + "k" * 40,
    }.items():
        monkeypatch.setenv(name, str(value))
    return CliRunner().invoke(main, ["import-communes", str(file)])


def test_the_command_takes_in_a_file_and_counts(
    settings: Any, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = b"\xef\xbb\xbf" + json.dumps([*ROWS, "?"]).encode()
    done = run_import(settings, monkeypatch, content, tmp_path)
    assert done.exit_code == 0, done.output
    assert (
        "4 communes ajoutées, 0 mise à jour, 0 inchangée, 1 ligne laissée de côté. La liste compte 4 communes."
        in done.output
    )
    with database.reading() as session:
        assert territory.find_communes(session, "valmont")[0] == VALMONT


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>", "n’est pas du JSON"),
        (b"[" * 200_000, "n’est pas du JSON"),
        (b"\xff\xfe\x00", "n’est pas du JSON"),
        (b'{"code": "38999"}', "n’est pas une liste"),
        (b'["?"]', "Aucune commune"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_file(
    settings: Any,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    content: bytes,
    sentence: str,
) -> None:
    done = run_import(settings, monkeypatch, content, tmp_path)
    assert done.exit_code == 1
    assert sentence in done.output
