"""Where the checkers live: npm packages, Node.js, Java, Chromium."""

import os
import shutil
from pathlib import Path

__all__ = ["ToolMissing", "find_chromium", "find_java", "find_node", "find_package"]

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class ToolMissing(RuntimeError):
    """A checker is not installed; the message says how to get it."""


def _folders() -> list[Path]:
    """Where npm packages may be: ``$PARVIS_TOOLS_DIR``, then ``tools/`` of the checkout."""
    chosen = os.environ.get("PARVIS_TOOLS_DIR")
    return [*([Path(chosen)] if chosen else []), ROOT / "tools"]


def find_package(name: str) -> Path:
    """The folder of an npm package.

    :raises ToolMissing: when it is not installed.
    """
    for folder in _folders():
        found = folder / "node_modules" / name
        if found.is_dir():
            return found
    raise ToolMissing(f"the npm package {name} is not installed: run bin/test once, or « npm ci » in tools/")


def find_node() -> str:
    """The Node.js that ``bin/test`` installed, else the machine's.

    :raises ToolMissing: when there is none.
    """
    beside = [folder / place for folder in (*_folders(), ROOT / ".tools") for place in ("node/bin/node", "bin/node")]
    found = next((str(one) for one in beside if one.is_file()), None) or shutil.which("node")
    if found is None:
        raise ToolMissing("Node.js is not installed: run bin/test once")
    return found


def find_java() -> str:
    """The Java runtime.

    :raises ToolMissing: when there is none.
    """
    found = shutil.which("java")
    if found is None:
        raise ToolMissing("Java is not installed: sudo apt-get install default-jre-headless")
    return found


def find_chromium() -> str:
    """The system's Chromium.

    :raises ToolMissing: when there is none.
    """
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        raise ToolMissing("Chromium is not installed: sudo apt-get install --no-install-recommends chromium")
    return found
