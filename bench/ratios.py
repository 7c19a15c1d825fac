"""Measure the portal against the least that its stack costs, and print each figure beside its target.

    bin/bench                                     # everything, about five minutes
    bin/bench --only pages rows --rows 1000000
    bin/bench --database-url postgresql+psycopg://…  # a database that is empty, and may be thrown away

Absolute rates say something of the machine; ratios, of the portal. The command succeeds whatever it finds.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import dashboard, deliveries, desk_search, pages, reference, rows, statements, steering
from bench.ground import Ground, lay
from bench.serving import Server, free_port, serving
from bench.table import Line, show
from portal.ground import logs

PARTS = ("pages", "forms", "weight", "statements", "start", "deliveries", "dashboard", "rows", "steering", "desk")
PERSONS = 200_000
SERVED = frozenset({"pages", "forms", "weight"})


def main() -> None:
    """Run what was asked for, part after part."""
    options = parse()
    with tempfile.TemporaryDirectory(prefix="parvis-mesure-", dir=options.folder) as name:
        port = free_port()
        ground = lay(Path(name) / "portail", port, options.connections, options.database_url)
        reference.prepare(ground.reference_url)
        with (Path(name) / "journal").open("w") as journal, redirect_stderr(journal):
            logs.configure()  # lines of the journal cost what they cost: they are written, away from the table
            measure(Measure(ground, port, free_port(), options))
        ground.database.dispose()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.8, help="of each page in each round")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rows", type=int, default=100_000, help="requests of the large database")
    parser.add_argument("--database-url", default="", help="an empty database instead of SQLite")
    parser.add_argument("--folder", default=None, help="where to work")
    return parser.parse_args()


@dataclass(frozen=True, slots=True)
class Measure:
    """One run: the portal, the two ports, what was asked for."""

    ground: Ground
    port: int
    reference_port: int
    options: argparse.Namespace

    def environment(self, what: str) -> dict[str, str]:
        """What the processes of one side need."""
        return {"BENCH_LOG": str(self.ground.folder / f"{what}.log"), **self.ground.environment()}

    @contextmanager
    def serving(self, what: str) -> Iterator[Server]:
        """One side, until the block ends."""
        port = self.port if what == "portal" else self.reference_port
        with serving(what, port, self.environment(what)) as server:
            yield server


def measure(run: Measure) -> None:
    """Each part in turn."""
    wanted = set(run.options.only)
    if wanted & SERVED:
        measure_served(run, wanted)
    if "statements" in wanted:
        show("SQL statements of a page", statements.count_statements(run.ground))
    if "start" in wanted:
        show("Start and memory", measure_starts(run))
    if "deliveries" in wanted:
        show("Deliveries to a stub partner", deliveries.compare(run.ground))
    measure_growth(run, wanted)


def measure_growth(run: Measure, wanted: set[str]) -> None:
    """The same questions over few rows and over many."""
    if "dashboard" in wanted:
        show(f"« Mon espace », {dashboard.FEW} requests → {dashboard.MANY}", dashboard.compare(run.ground))
    if "desk" in wanted:
        show(f"Search of a desk, 1,000 persons → {PERSONS:,}", desk_search.compare(run.ground, PERSONS))
    if "rows" in wanted:
        show(
            f"1,000 requests → {run.options.rows:,}, {rows.OPEN} of them open",
            rows.compare(run.ground, run.options.rows),
        )
    if "steering" in wanted:
        show(
            f"« Pilotage », {steering.FEW:,} requests → {run.options.rows:,}",
            steering.compare(run.ground, run.options.rows),
        )


def measure_served(run: Measure, wanted: set[str]) -> None:
    """What is asked through the network."""
    rounds, seconds = run.options.rounds, run.options.seconds
    with run.serving("reference") as minimal, run.serving("portal") as served:
        sides = pages.connect(minimal, served, run.ground)
        if "pages" in wanted:
            show(f"Pages, {rounds} rounds, {run.options.connections} connections; cost = reference rate / page rate",
                 pages.compare(sides, rounds=rounds, seconds=seconds))  # fmt: skip
        if "forms" in wanted:
            lines = pages.compare_forms(sides, rounds=rounds, seconds=2 * seconds)
            show("Form: GET then POST, one durable write", lines)
        if "weight" in wanted:
            show("Weight of a first visit", pages.weigh(served, minimal))


def measure_starts(run: Measure) -> list[Line]:
    """From the start of the process to its first answer, and what it holds once it has shown pages."""
    started: dict[str, list[float]] = {"portal": [], "reference": []}
    held: dict[str, int] = {}
    for _ in range(3):
        for what, times in started.items():
            with run.serving(what) as server:
                times.append(server.started_in)
                pages.look_around(server, what)
                held[what] = server.memory()
    ours, theirs = median(started["portal"]), median(started["reference"])
    minimal = f"minimal {held['reference'] / 1e6:.0f}"
    return [
        Line("process start / minimal", ours / theirs, target=2.0, told=f"{ours:.2f} s against {theirs:.2f}"),
        Line("memory of the web process", held["portal"] / 1e6, "MB", 105, told=minimal),
    ]


if __name__ == "__main__":
    main()
