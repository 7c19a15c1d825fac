"""``parvis import-procedure``: what is missing is said place by place, and what could be simpler too."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from portal.casework.catalogue.service import get_published
from portal.cli import main
from portal.ground.db import Database
from portal.ground.errors import NotFound
from tests.conftest import MASTER_KEY
from tests.portal.casework.world import World, document


def run(database: Database, folder: Path, written: dict[str, object]) -> Result:
    file = folder / "demarche.yaml"
    file.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    environ = {
        "PARVIS_DATA_DIR": str(folder / "data"),
        "PARVIS_DATABASE_URL": database.url,
        "PARVIS_MASTER_KEY": MASTER_KEY,
        "PARVIS_SECRET_KEY": "test-only-" + "k" * 40,
    }
    return CliRunner().invoke(main, ["import-procedure", str(file), "--publish"], env=environ)


def test_what_lacks_a_simplified_twin_is_listed_and_does_not_forbid(
    database: Database, world: World, tmp_path: Path
) -> None:
    summary = "Un texte assez long pour qu’une version plus simple aide quelqu’un."
    done = run(database, tmp_path, document(slug="nouvelle", summary={"fr": summary}))
    assert done.exit_code == 0, done.output
    assert "À écrire en français simplifié (fr@falc) : summary." in done.output
    simple = {"fr": summary, "fr@falc": "Un texte court."}
    done = run(database, tmp_path, document(slug="nouvelle", summary=simple))
    assert "fr@falc" not in done.output
    with database.reading() as session:
        assert get_published(session, "nouvelle", language="fr@falc").summary == "Un texte court."
        assert get_published(session, "nouvelle").summary == summary


def test_what_a_person_needs_to_decide_is_asked_of_a_request(database: Database, world: World, tmp_path: Path) -> None:
    parts = ("conditions", "fee", "usual_delay", "alternatives", "legal_references")
    bare = {key: value for key, value in document(slug="nue").items() if key not in parts}
    done = run(database, tmp_path, bare)
    assert done.exit_code == 1
    assert [line.split(" : ")[0] for line in done.output.splitlines()] == list(parts)
    with database.reading() as session, pytest.raises(NotFound):
        get_published(session, "nue")


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"fee": {"bands": [{"who": {"fr": "Tous"}, "euros": -1}]}}, "fee.bands.0.euros"),
        ({"fee": {"bands": [{"who": {"fr": "Tous"}, "euros": "douze"}]}}, "fee.bands.0.euros"),
        ({"fee": {"bands": [{"who": {"fr": "Tous"}, "euros": 1.005}]}}, "fee.bands.0.euros"),
        ({"conditions": {"may_ask": []}}, "conditions.may_ask"),
        ({"alternatives": [{"by": "pigeon", "text": {"fr": "Voler."}}]}, "alternatives.0.by"),
        ({"usual_delay": {"count": 0}}, "usual_delay.count"),
        ({"legal_references": [{"text": "x" * 301}]}, "legal_references.0.text"),
    ],
)
def test_a_part_that_cannot_be_is_located(
    database: Database, world: World, tmp_path: Path, part: dict[str, object], place: str
) -> None:
    done = run(database, tmp_path, document(slug="fausse", **part))
    assert done.exit_code == 1
    assert place in done.output
