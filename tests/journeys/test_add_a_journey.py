"""docs/add-a-journey.md, followed to the letter: the journey that its blocks make opens, keeps, works and erases."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import copyfile

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"^(?:# |\{# )(journeys/\S+)")


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of each block of a page of docs/."""
    return BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))


def write_journey(folder: Path) -> list[str]:
    """Write each block where its first line says, and the metadata of the entry point; the places written."""
    found = {place[1]: text for _language, text in blocks("add-a-journey.md") if (place := PLACE.match(text))}
    example = next(text for language, text in blocks("ajouter-une-demarche.md") if language == "yaml")
    found["journeys/composting/procedures/demander-un-composteur.yaml"] = example
    [line] = [text.splitlines()[1] for language, text in blocks("add-a-journey.md") if language == "toml"]
    found["composting-1.dist-info/entry_points.txt"] = f"[parvis.journeys]\n{line.replace(chr(34), '')}\n"
    found["composting-1.dist-info/METADATA"] = "Metadata-Version: 2.1\nName: composting\nVersion: 1\n"
    for place, text in found.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return sorted(found)


@pytest.mark.slow
def test_the_page_makes_a_whole_journey(tmp_path: Path) -> None:
    written = write_journey(tmp_path / "made")
    assert len(written) == 12
    (tmp_path / "data").mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.composting_world", str(tmp_path / "made"), str(tmp_path / "data")],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    assert seen["door"] == "/composter"
    assert seen["procedure"] == "/demarches/demander-un-composteur"
    assert seen["without"]
    assert {"Demander un composteur", "Prévenir vos voisins", "Garder les feuilles mortes"} <= set(seen["list"])
    assert "Composter : prêt d’un composteur, réponses de la liste. Nous les gardons : deux ans" in seen["personal"]
    assert "Le prêt d’un composteur : 2 ans après la fin du prêt." in seen["personal"]
    assert seen["loans"] == [2, 1]


def test_every_python_block_of_the_page_reads_well(tmp_path: Path) -> None:
    write_journey(tmp_path)
    copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "journeys"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
