"""Pages and forms under load, each compared with the reference in the same round."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from statistics import median, quantiles
from typing import Any

from bench.client import Connection, Turn, load, rate
from bench.ground import FORM, SLUG, Ground
from bench.large_step import LARGE_STEP
from bench.serving import Server
from bench.table import Line, Way

PUBLIC = {"/": "home", "/demarches": "list of procedures", f"/demarches/{SLUG}": "start of a procedure"}
DASHBOARD = "/mon-espace"
# In costs of the reference page; 2 for a public page. Sixty questions make a page ten times as long as another.
TARGETS = {DASHBOARD: 4.0, LARGE_STEP: 20.0}
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]*)"')
_VERSION = re.compile(r'name="version"[^>]*value="([^"]*)"')


class _Fields(HTMLParser):
    """The controls of a page as a browser sends them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name, kind = known.get("name"), known.get("type")
        if tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in known):
            self.found[name] = known.get("value") or ""


@dataclass(slots=True)
class Pair:
    """Opening the form of a step, then sending it."""

    path: str
    form: dict[str, str] | None = None

    def __call__(self, connection: Connection) -> None:
        """One pair; what changes from one sending to the next is read in the page."""
        html = connection.get(self.path).text
        if self.form is None:
            fields = _Fields()
            fields.feed(html)
            self.form = fields.found
        form = {**self.form, "csrf_token": _first(_TOKEN, html)}
        if "version" in form:
            form["version"] = _first(_VERSION, html)
        connection.post(self.path, form)


def _first(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.search(html)
    if found is None:
        raise RuntimeError(f"the page has no {pattern.pattern[6:16]}")
    return found[1]


def opening(path: str) -> Turn:
    """Opening one page."""

    def turn(connection: Connection) -> None:
        connection.get(path)

    return turn


@dataclass(frozen=True, slots=True)
class Sides:
    """The two servers, and the connections open to each."""

    reference: list[Connection]
    visitors: list[Connection]
    residents: list[Connection]


def connect(reference: Server, portal: Server, ground: Ground) -> Sides:
    """As many connections to each as there are residents signed in."""
    signed = [Connection(portal.port, {ground.cookie: token}) for token in ground.tokens]
    return Sides(
        [Connection(reference.port) for _ in ground.tokens], [Connection(portal.port) for _ in ground.tokens], signed
    )


def compare(sides: Sides, *, rounds: int, seconds: float) -> list[Line]:
    """So many rounds; in each, the reference, every page, then the reference again, which tells the noise."""
    pages = {**dict.fromkeys(PUBLIC, sides.visitors), DASHBOARD: sides.residents, LARGE_STEP: sides.residents}
    ratios: dict[str, list[float]] = {path: [] for path in pages}
    rates: dict[str, list[float]] = {path: [] for path in (*pages, "/page")}
    noise = []
    for _ in range(rounds):
        before = rate(sides.reference, opening("/page"), seconds)
        measured = {path: rate(connections, opening(path), seconds) for path, connections in pages.items()}
        after = rate(sides.reference, opening("/page"), seconds)
        noise.append(max(before, after) / min(before, after))
        rates["/page"].append((before + after) / 2)
        for path, found in measured.items():
            rates[path].append(found)
            ratios[path].append((before + after) / 2 / found)
    lines = [Line("reference, one query", median(rates["/page"]), "req/s")]
    lines += [Line("  A/A noise of a round", median(noise), told=f"worst {max(noise):.2f}")]
    names = {**{path: f"public: {name}" for path, name in PUBLIC.items()}, DASHBOARD: "dashboard, signed in"}
    names[LARGE_STEP] = "step of 60 questions, 20 conditions"
    for path, name in names.items():
        target = TARGETS.get(path, 2.0)
        told = f"{median(rates[path]):.0f} req/s; {_spread(ratios[path])}"
        lines.append(Line(name, median(ratios[path]), target=target, told=told))
    return lines


def compare_forms(sides: Sides, *, rounds: int, seconds: float) -> list[Line]:
    """Pairs of GET and POST, one durable write each, against the minimal ones.

    Time is that of a pair alone: among several connections, it tells how SQLite's lock is shared, and the reference
    leaves that to luck.
    """
    shares, delays, rates = [], [], []
    ours, theirs = Pair(FORM), Pair("/form")
    ours(sides.residents[0])  # what the form holds is read once, before the connections share it
    theirs(sides.reference[0])
    for _ in range(rounds):
        minimal, found = rate(sides.reference, theirs, seconds), rate(sides.residents, ours, seconds)
        alone = load(sides.reference[:1], theirs, seconds / 2)[1]
        delays.append(load(sides.residents[:1], ours, seconds / 2)[1] / alone)
        shares.append(100 * found / minimal)
        rates.append((found, minimal))
    told = f"{median(one for one, _ in rates):.0f} pairs/s against {median(one for _, one in rates):.0f}"
    return [
        Line("pairs per second / minimal pairs", median(shares), "%", 30, Way.AT_LEAST, f"{told}; {_spread(shares)}"),
        Line("median time of a pair alone / minimal", median(delays), target=2.5, told=_spread(delays)),
    ]


def _spread(values: list[float]) -> str:
    if len(values) < 2:
        return "one round"
    low, _middle, high = quantiles(values, n=4)
    return f"middle half {low:.2f}–{high:.2f}"


def weigh(portal: Server, reference: Server) -> list[Line]:
    """What a newcomer's browser fetches to show the home page."""
    size, count, hosts = _load_cold(portal, "/")
    minimal, _, _ = _load_cold(reference, "/page")
    return [
        Line("home page, cold", size / 1_000, "kB", 90, told=f"minimal page {minimal / 1_000:.1f} kB"),
        Line("  requests", count, "", 8),
        Line("  external hosts", hosts, "", 0),
    ]


class _Linked(HTMLParser):
    """The addresses that a browser fetches without being asked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        known = dict(attrs)
        if tag == "link" and known.get("rel") in {"stylesheet", "icon", "preload", "manifest"}:
            self.found.append(known["href"])
        elif tag in {"script", "img"} and known.get("src"):
            self.found.append(known["src"])


def _load_cold(server: Server, path: str) -> tuple[int, int, int]:
    connection = Connection(server.port, gzip=True)
    page = connection.get(path)
    wanted = _Linked()
    wanted.feed(page.text)
    own = dict.fromkeys(one.partition("#")[0] for one in wanted.found if one.startswith("/"))
    away = {one for one in wanted.found if "//" in one and not one.startswith("data:")}
    fetched = [connection.get(one) for one in own]
    connection.close()
    return page.size + sum(one.size for one in fetched), 1 + len(own), len(away)


def look_around(server: Server, what: str) -> None:
    """Show each page once, so that what is loaded at first use is loaded."""
    connection = Connection(server.port)
    for path in PUBLIC if what == "portal" else ("/page", "/form"):
        connection.get(path)
    connection.close()
