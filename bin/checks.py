"""What ``bin/test`` does: makes the tests' environment, then runs every check, to the end, and sums up.

    bin/test                everything that continuous integration runs
    bin/test --quick        for each commit: style, types, contracts, fast tests on SQLite
    bin/test PATH… [-k …]   pytest alone, with these arguments

A step that fails does not stop the next ones; the exit code then is 1. Standard library only.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

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
# The kill test sends 500 requests on PostgreSQL, where installations run; enough on SQLite to meet every kind of kill.
FEWER_KILLED = {"PARVIS_KILL_REQUESTS": "200"}
# What no database engine changes is run once, beside PostgreSQL, which has less to do.
ONCE_WITH_POSTGRESQL = (
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
    """One check: its title, and the command or the function that does it.

    ``beside``: the command runs while the step before does, and what it writes is shown afterwards.
    """

    title: str
    command: Sequence[str | Path] = ()
    environment: dict[str, str] = field(default_factory=dict)
    function: Callable[[], bool] | None = None
    beside: bool = False

    def start(self, output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        """Start the command; on the screen, unless ``output`` is given."""
        return subprocess.Popen(
            [str(part) for part in self.command],
            cwd=ROOT,
            env={**os.environ, **test_path(), **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
        )


def test_path() -> dict[str, str]:
    """The programs that tests start: those of the tests' environment, then Node.js, then the system's."""
    folders = [SCRIPTS, assets.node_environment() / "bin", os.environ.get("PATH", os.defpath)]
    return {"PATH": os.pathsep.join(str(folder) for folder in folders)}


def pytest(title: str, *arguments: str, beside: bool = False, **variables: str) -> Step:
    """A step that runs tests; its closing line stays on the screen."""
    return Step(title, [SCRIPTS / "python", "-m", "pytest", "-q", *arguments], variables, beside=beside)


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
    return [*reading(), pytest("Tests rapides (SQLite)", "-n", "2", "--dist", "worksteal", "-m", FAST, *without)]


def engine_free() -> list[str]:
    """The files of tests that no engine changes, by path from the root; new files of the edge are among them."""
    found = [file for place in EDGE for file in sorted((ROOT / place).rglob("test_*.py"))]
    found += [ROOT / place for place in (*EDGE, *BESIDE_THE_EDGE) if place.endswith(".py")]
    return [path for path in (file.relative_to(ROOT).as_posix() for file in found) if path not in ON_BOTH_ENGINES]


def all_steps() -> list[Step]:
    """What continuous integration runs."""
    once = [f"--ignore={file}" for file in engine_free()]
    later = [f"--ignore={folder}" for folder in ONCE_WITH_POSTGRESQL]
    return [
        *reading(),
        pytest("Tests (SQLite)", "-m", "not browser", *later, "--durations=15", beside=False, **FEWER_KILLED),
        pytest("Tests (PostgreSQL)", "-m", "not browser", *once, "-p", "no:cacheprovider", beside=True, **POSTGRESQL),
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


@dataclass(slots=True)
class Beside:
    """A step that runs beside another one, and where it writes meanwhile."""

    running: subprocess.Popen[bytes]
    output: IO[bytes]
    started: float


def run_step(step: Step, beside: Beside | None) -> bool:
    """Run a step to its end on the screen, or wait for the one that runs already; True when it passed."""
    if beside is not None:
        code = beside.running.wait()
        beside.output.seek(0)
        sys.stdout.buffer.write(beside.output.read())
        sys.stdout.flush()
        beside.output.close()
        return code == 0
    if step.function is not None:
        return step.function()
    return step.start().wait() == 0


def start_beside(step: Step) -> Beside:
    """Start a step whose output waits in a file."""
    output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by run_step, once shown
    return Beside(step.start(output), output, time.monotonic())


def run(steps: Sequence[Step]) -> int:
    """Run every step to the end; the exit code says whether all passed."""
    results: list[tuple[Step, bool, float]] = []
    beside: Beside | None = None
    for number, step in enumerate(steps, 1):
        print(f"\n── {number}/{len(steps)} {step.title}", flush=True)
        started, current, beside = time.monotonic(), beside, None
        if number < len(steps) and steps[number].beside:
            beside = start_beside(steps[number])
        passed = run_step(step, current)
        results.append((step, passed, time.monotonic() - (current.started if current else started)))
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
