"""The two validators, in one batch each over a folder of pages: starting them costs seconds, a page costs none."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from accessibility.checks.findings import Finding
from accessibility.checks.tools import ToolMissing, find_java, find_node, find_package

__all__ = ["run_html_validate", "run_vnu"]

SETTINGS: dict[str, Any] = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y"],
    # A table's scrolling box is a region by role: <section> would say that the page has a section there.
    "rules": {"prefer-native-element": ["error", {"exclude": ["region"]}]},
}
TIMEOUT = 180


def _pages(folder: Path) -> list[str]:
    found = sorted(str(file) for file in folder.glob("*.html"))
    if not found:
        raise FileNotFoundError(f"no page in {folder}")
    return found


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own tools, our own files
        command, capture_output=True, text=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL
    )


def run_html_validate(folder: Path) -> list[Finding]:
    """html-validate, presets standard and a11y.

    :raises ToolMissing: when it did not run.
    """
    program = find_package("html-validate") / "bin" / "html-validate.mjs"
    with tempfile.TemporaryDirectory() as place:
        settings = Path(place) / "settings.json"
        settings.write_text(json.dumps(SETTINGS), encoding="utf-8")
        outcome = _run([find_node(), str(program), "-c", str(settings), "-f", "json", *_pages(folder)])
    try:
        results: list[dict[str, Any]] = json.loads(outcome.stdout)
    except json.JSONDecodeError:
        raise ToolMissing(f"html-validate did not run: {outcome.stderr[-2000:]}") from None
    return [
        Finding(f"html-validate {message['ruleId']}", message["message"], _place(result["filePath"], message["line"]))
        for result in results
        for message in result["messages"]
    ]


def run_vnu(folder: Path) -> list[Finding]:
    """The Nu Html Checker, errors only; it answers on its error stream.

    :raises ToolMissing: when it did not run.
    """
    jar = find_package("vnu-jar") / "build" / "dist" / "vnu.jar"
    options = ["--errors-only", "--format", "json", "--exit-zero-always"]
    outcome = _run([find_java(), "-jar", str(jar), *options, *_pages(folder)])
    try:
        messages: list[dict[str, Any]] = json.loads(outcome.stderr)["messages"]
    except (json.JSONDecodeError, KeyError):
        raise ToolMissing(f"vnu did not run: {outcome.stderr[-2000:]}") from None
    return [
        Finding("vnu", message["message"], _place(message.get("url", ""), message.get("lastLine", 0)), ("8.2",))
        for message in messages
    ]


def _place(file: str, line: int) -> str:
    return f"{Path(file).name}, line {line}"
