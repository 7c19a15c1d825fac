"""Static assets and page checkers from their npm packages, through a Node.js kept in ``.tools/``.

``assets.json`` lists the files that the portal serves, each with its integrity; ``npm`` checks every package against
``package-lock.json``, then each file is checked again before it is put in place. Standard library only.
"""

import base64
import hashlib
import json
import os
import sys
from pathlib import Path

from environment import ROOT, SetUpError, fingerprint, install_requirements, run_quietly

TOOLS = ROOT / "tools"
NODE_MODULES = TOOLS / "node_modules"
STAMP = NODE_MODULES / ".parvis-installed"
RUN_TIME = "exécution"
COMPLETE = "complet"


def node_environment() -> Path:
    """Where Node.js lives: ``.tools/node``, or ``$PARVIS_TOOLS_DIR/node``."""
    return Path(os.environ.get("PARVIS_TOOLS_DIR") or ROOT / ".tools").absolute() / "node"


def integrity_of(content: bytes) -> str:
    """The sub-resource integrity of some content (SHA-384)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def listed_assets() -> list[dict[str, str]]:
    """The files to serve: package, file in it, target in the checkout, integrity."""
    assets: list[dict[str, str]] = json.loads((TOOLS / "assets.json").read_text(encoding="utf-8"))
    return assets


def is_in_place(asset: dict[str, str], root: Path = ROOT) -> bool:
    """True when the target exists with exactly the expected content."""
    target = root / asset["target"]
    return target.is_file() and integrity_of(target.read_bytes()) == asset["integrity"]


def install_packages(*, complete: bool) -> None:
    """Install the npm packages of ``tools/package-lock.json``: those that are served, or with the checkers too.

    :raises SetUpError: when they cannot be had, or do not match the lock file.
    """
    mark = fingerprint(TOOLS / "package.json", TOOLS / "package-lock.json", TOOLS / "requirements-node.lock")
    wanted = f"{COMPLETE if complete else RUN_TIME} {mark}"
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") in {wanted, f"{COMPLETE} {mark}"}:
        return
    environment = node_environment()
    install_requirements(environment, TOOLS / "requirements-node.lock")
    scripts = environment / "bin"
    command: list[str | Path] = [
        scripts / "npm",
        "ci",
        "--prefix",
        TOOLS,
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    run_quietly(
        command if complete else [*command, "--omit=dev"],
        "Les ressources des pages n’ont pas pu être téléchargées : vérifiez l’accès au réseau, puis recommencez.",
        env={**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
    )
    STAMP.write_text(wanted, encoding="utf-8")


def place_assets(root: Path = ROOT, packages: Path = NODE_MODULES) -> None:
    """Copy each listed file where the portal serves it, after checking its integrity.

    :raises SetUpError: when a file is not the one that was reviewed.
    """
    for asset in listed_assets():
        if is_in_place(asset, root):
            continue
        source = packages / asset["package"] / asset["file"]
        content = source.read_bytes() if source.is_file() else b""
        if integrity_of(content) != asset["integrity"]:
            raise SetUpError(
                f"Le fichier {asset['file']} du paquet {asset['package']} n’est pas celui attendu : rien n’a été copié."
            )
        target = root / asset["target"]
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        partial.write_bytes(content)
        partial.replace(target)


def assets_ready() -> bool:
    """True when every file to serve is in place."""
    return all(is_in_place(asset) for asset in listed_assets())


if __name__ == "__main__":
    try:
        install_packages(complete="--complete" in sys.argv[1:])
        place_assets()
    except SetUpError as error:
        sys.exit(f"{error}\n{error.detail}".strip())
