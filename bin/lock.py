"""Writes the lock files again: every package of the portal, then with what the tests need, each with its hashes.

A first line records what they were made from, so that a dependency changed without them is noticed (``is_current``).
"""

import hashlib
import json
import sys
import tempfile
import tomllib
from pathlib import Path

import environment
from environment import ROOT, SetUpError, run_quietly

LOCKS = {"requirements.lock": "", "requirements-test.lock": "test"}
NODE_LOCK = "tools/requirements-node.lock"
UV = "uv==0.13.9"
HEADER = "# fait par bin/lock ; dépendances "


def dependencies_mark(root: Path = ROOT) -> str:
    """What the lock files depend on: the tables of ``pyproject.toml`` that name packages."""
    document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    named = [project["requires-python"], project["dependencies"], project["optional-dependencies"]]
    return hashlib.sha256(json.dumps([*named, document["build-system"]["requires"]]).encode()).hexdigest()


def is_current(root: Path = ROOT) -> bool:
    """True when both lock files were made from the present dependencies."""
    wanted = HEADER + dependencies_mark(root)
    return all((root / name).read_text(encoding="utf-8").splitlines()[0] == wanted for name in LOCKS)


def resolver() -> Path:
    """The program that resolves, in an environment of its own."""
    place = ROOT / ".tools" / "lock"
    if not (place / "bin" / "uv").is_file():
        environment.create(place)
        run_quietly(
            [environment.python_of(place), *environment.PIP, "install", UV],
            "L’outil de résolution n’a pas pu être installé : vérifiez l’accès au réseau, puis recommencez.",
        )
    return place / "bin" / "uv"


def compile_lock(uv: Path, output: Path, sources: list[Path], *, extra: str = "") -> str:
    """Resolve for every platform and every Python from 3.11; returns the text, with hashes and no address."""
    run_quietly(
        [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header",
         "--no-annotate", *(["--extra", extra] if extra else []), *sources, "--output-file", output],
        "Les dépendances n’ont pas pu être résolues.",
    )  # fmt: skip
    return output.read_text(encoding="utf-8")


def main() -> int:
    """Write the lock files; the exit code is the command's."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    try:
        uv = resolver()
        with tempfile.TemporaryDirectory() as folder:
            backend = Path(folder) / "backend.in"
            backend.write_text("\n".join(document["build-system"]["requires"]), encoding="utf-8")
            for name, extra in LOCKS.items():
                text = compile_lock(uv, Path(folder) / name, [ROOT / "pyproject.toml", backend], extra=extra)
                (ROOT / name).write_text(f"{HEADER}{dependencies_mark()}\n{text}", encoding="utf-8")
            node = compile_lock(uv, Path(folder) / "node.lock", [ROOT / "tools" / "requirements-node.in"])
            (ROOT / NODE_LOCK).write_text(node, encoding="utf-8")
    except SetUpError as error:
        print(f"{error.detail}\n{error}".strip(), file=sys.stderr)
        return 1
    print(f"Écrits : {', '.join([*LOCKS, NODE_LOCK])}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
