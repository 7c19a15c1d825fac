"""What ``bin/test`` does: makes the tests' environment, then runs every check, to the end, and sums up.

    bin/test                everything that continuous integration runs
    bin/test --quick        for each commit: style, types, contracts, fast tests on SQLite
    bin/test PATH… [-k …]   pytest alone, with these arguments

A step that fails does not stop the next ones; the exit code then is 1. Standard library only.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import assets
import environment
import lock
import packages
import prepare
from environment import ROOT, SetUpError

VENV = ROOT / ".venv-test"
SCRIPTS = VENV / "bin"
FAST = "not browser and not slow"
# What goes through every case of one thing, long to run and seldom the first to fail: the whole run has it.
CASE_BY_CASE = (
    "tests/architecture/test_translations.py",
    "tests/connectors/sandbox/test_program.py",
    "tests/connectors/sandbox/test_wrong_answers.py",
    "tests/connectors/test_contract_mobility.py",
    "tests/connectors/test_contract_school.py",
    "tests/connectors/test_email.py",
    "tests/journeys/test_bikes.py",
    "tests/portal/engine/exchanges/test_follow_ups.py",
    "tests/portal/engine/exchanges/test_partners.py",
    "tests/portal/engine/exchanges/test_text_messages.py",
    "tests/portal/engine/journey_kit/test_asking.py",
    "tests/portal/engine/journey_kit/test_evidence.py",
    "tests/portal/engine/journey_kit/test_start.py",
    "tests/portal/engine/journey_kit/test_walk.py",
    "tests/portal/ground/web/test_failures.py",
    "tests/portal/ground/web/test_headers.py",
    "tests/portal/people/test_returns.py",
    "tests/portal/people/test_sandbox_sign_in.py",
    "tests/portal/people/test_sign_in_attacked.py",
    "tests/portal/people/test_sign_in_refused.py",
    "tests/portal/safekeeping",
)
POSTGRESQL = {"PARVIS_TEST_DATABASE": "postgresql"}
# Three at a time on two cores: many tests wait for a process, a partner or a server.
SPREAD = ("-n", "3", "--dist", "worksteal")
# The kill test sends 500 requests on PostgreSQL, where installations run; enough on SQLite to meet every kind of kill.
FEWER_KILLED = {"PARVIS_KILL_REQUESTS": "200"}
# What no database engine changes is run once, with SQLite.
WITHOUT_ENGINE = (
    "tests/accessibility",
    "tests/architecture",
    "tests/connectors",
    "tests/launch",
    "tests/quality",
)
# Tests of the edge: pages and forms over services that run on both engines. They run on SQLite only, but for some.
EDGE = (
    "tests/journeys",
    "tests/portal/casework/documents",
    "tests/portal/engine/journey_kit",
    "tests/portal/ground/test_dictionary.py",
    "tests/portal/ground/web",
    "tests/portal/people",
    "tests/portal/screens",
)
# What the edge asks of a database itself: test_reading opens every address once, test_queue sorts and searches.
ON_BOTH_ENGINES = frozenset(
    {
        "tests/journeys/participation/test_secrecy.py",
        "tests/journeys/participation/test_tally.py",
        "tests/journeys/participation/test_voting.py",
        "tests/journeys/reports/test_desk.py",
        "tests/journeys/test_procedures.py",
        "tests/portal/engine/journey_kit/test_meanwhile.py",
        "tests/portal/ground/web/test_limits.py",
        "tests/portal/ground/web/test_reading.py",
        "tests/portal/ground/web/test_units.py",
        "tests/portal/people/test_accounts.py",
        "tests/portal/people/test_joining.py",
        "tests/portal/people/test_sessions.py",
        "tests/portal/people/test_sign_in.py",
        "tests/portal/screens/backoffice/test_queue.py",
        "tests/portal/screens/backoffice/test_export.py",
        "tests/portal/screens/test_budgets.py",
        "tests/portal/screens/test_joining.py",
    }
)
BESIDE_THE_EDGE = ("tests/portal/casework/test_press.py",)


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its title, and the command or the function that does it."""

    title: str
    command: Sequence[str | Path] = ()
    environment: dict[str, str] = field(default_factory=dict)
    function: Callable[[], bool] | None = None

    def passes(self) -> bool:
        """Run it, on the screen, to its end."""
        if self.function is not None:
            return self.function()
        command = [str(part) for part in self.command]
        environment = {**os.environ, **test_path(), **self.environment}
        return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode == 0


def test_path() -> dict[str, str]:
    """The programs that tests start: those of the tests' environment, then Node.js, then the system's."""
    folders = [SCRIPTS, assets.node_environment() / "bin", os.environ.get("PATH", os.defpath)]
    return {"PATH": os.pathsep.join(str(folder) for folder in folders)}


def pytest(title: str, *arguments: str, **variables: str) -> Step:
    """A step that runs tests; its closing line stays on the screen."""
    return Step(title, [SCRIPTS / "python", "-m", "pytest", "-q", *arguments], variables)


def locks_are_current() -> bool:
    """True when the lock files were made from the present dependencies."""
    if lock.is_current():
        return True
    print("requirements.lock n’est plus à jour : lancez bin/lock.")
    return False


def reading() -> list[Step]:
    """The checks that only read the code."""
    return [
        Step("Dépendances verrouillées", function=locks_are_current),
        Step("Style (ruff check)", [SCRIPTS / "ruff", "check"]),
        Step("Mise en forme (ruff format)", [SCRIPTS / "ruff", "format", "--check"]),
        Step("Types (mypy)", [SCRIPTS / "mypy"]),
        Step("Types des commandes (mypy)", [SCRIPTS / "mypy", "--strict", "bin/checks.py", "bin/prepare.py"]),
        Step("Architecture (import-linter)", [SCRIPTS / "lint-imports"]),
        Step("Gabarits et catalogues", [SCRIPTS / "python", ROOT / "bin" / "templates.py"]),
    ]


def quick_steps() -> list[Step]:
    """What each commit runs."""
    without = [f"--ignore={file}" for file in CASE_BY_CASE]
    return [*reading(), pytest("Tests rapides (SQLite)", *SPREAD, "-m", FAST, *without)]


def engine_free() -> list[str]:
    """Files and folders of tests that no engine changes, by path from the root; so are the new files of the edge."""
    found = [file for place in EDGE for file in sorted((ROOT / place).rglob("test_*.py"))]
    found += [ROOT / place for place in (*EDGE, *BESIDE_THE_EDGE) if place.endswith(".py")]
    files = [file.relative_to(ROOT).as_posix() for file in found]
    return [*WITHOUT_ENGINE, *(path for path in files if path not in ON_BOTH_ENGINES)]


def all_steps() -> list[Step]:
    """What continuous integration runs."""
    once = [f"--ignore={path}" for path in engine_free()]
    return [
        *reading(),
        pytest("Tests (SQLite)", *SPREAD, "-m", "not browser", "--durations=15", **FEWER_KILLED),
        pytest("Tests (PostgreSQL)", *SPREAD, "-m", "not browser", *once, "--durations=15", **POSTGRESQL),
        pytest("Tests dans le navigateur", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "browser"),
    ]


def set_up(*, complete: bool, chosen: bool) -> None:
    """Make the tests' environment, fetch the assets, and for the complete run the page checkers and the browser.

    Chosen tests may well need no browser: then its absence is only said.

    :raises SetUpError: when something cannot be had.
    """
    if environment.install_project(VENV, ROOT / "requirements-test.lock", extra="test"):
        print("Environnement des tests installé.", flush=True)
    if complete or not assets.assets_ready():
        assets.install_packages(complete=complete)
        assets.place_assets()
    prepare.compile_catalogues(SCRIPTS / "python")
    if complete:
        try:
            installed = packages.ensure()
        except packages.PackagesMissing as error:
            if not chosen:
                raise SetUpError(str(error)) from None
            print(error, flush=True)
            return
        if installed:
            print(f"Installés par apt : {', '.join(installed)}.", flush=True)


def run(steps: Sequence[Step]) -> int:
    """Run every step to the end; the exit code says whether all passed."""
    results: list[tuple[Step, bool, float]] = []
    for number, step in enumerate(steps, 1):
        print(f"\n── {number}/{len(steps)} {step.title}", flush=True)
        started = time.monotonic()
        results.append((step, step.passes(), time.monotonic() - started))
    return sum_up(results)


def sum_up(results: Sequence[tuple[Step, bool, float]]) -> int:
    """Write what passed and what failed; the exit code says whether all passed."""
    print("\n── Bilan")
    for step, passed, seconds in results:
        print(f"{'réussi' if passed else 'ÉCHEC '}  {seconds:6.1f} s  {step.title}")
    failed = [step.title for step, passed, _ in results if not passed]
    print(f"Échec : {', '.join(failed)}." if failed else "Tout est réussi.", flush=True)
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    """Choose the steps from the arguments, set up, run; the exit code is the command's."""
    if arguments and arguments[0] in {"-h", "--help"}:
        print(__doc__)
        return 0
    started = time.monotonic()
    quick = "--quick" in arguments
    rest = [argument for argument in arguments if argument != "--quick"]
    try:
        set_up(complete=not quick, chosen=bool(rest))
    except SetUpError as error:
        print(f"{error.detail}\n{error}".strip(), file=sys.stderr)
        return 1
    if rest:
        return run([pytest("Tests choisis", *(["-m", FAST] if quick else []), *rest)])
    code = run(quick_steps() if quick else all_steps())
    print(f"Durée : {time.monotonic() - started:.0f} s.")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
