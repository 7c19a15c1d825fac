"""Counting: whole numbers, nobody described, one structure for the drawing, the table and the file."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessibility.charts import BAR, BarChart, Line, StackedChart, Value, shares
from journeys.participation.policy import SMALLEST_GROUP
from journeys.participation.sealed_box import UnreadableBallot, close_ballot, new_key_pair, open_ballot, tracking_code
from journeys.participation.shapes import Question
from journeys.participation.tally import tally
from portal.ground.db import Database
from tests.support.client import HTML, Browser, Page
from tests.support.polls import MARKET, STREET, close_and_count, fill, make_poll
from tests.support.town import Town

TWO = (Question("Un ?", ("a", "b")), Question("Deux ?", ("c", "d")))
EVEN = [(one, other) for one in (1, 2) for other in (1, 2)] * SMALLEST_GROUP


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=150))
def test_no_group_below_eleven_can_be_found_again(ballots: list[tuple[int, int]]) -> None:
    """From the crossed table and the sums of both questions, every cell of the whole table is known; so all of them
    must be large, or told by nobody being there."""
    results = tally(TWO, ballots, ())
    whole = {(a, b): ballots.count((a, b)) for a in range(3) for b in range(3)}
    if results.cross is None:
        return
    assert results.cross.cells == tuple(tuple(whole[a, b] for b in (1, 2)) for a in (1, 2))
    assert all(count == 0 or count >= SMALLEST_GROUP for count in whole.values())
    assert all(whole[a, b] for a in (1, 2) for b in (1, 2))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ([], True),
        ([(0, 1)] * 11 + [(0, 2)] * 11, True),
        ([(0, 1)] * 11, False),
        ([(0, 1)] * 10 + [(0, 2)] * 11, False),
        ([(1, 0)] * 3, False),
        ([(0, 0)] * 10, False),
        ([(0, 0)] * 11, True),
    ],
)
def test_those_without_an_opinion_are_a_group_too(more: list[tuple[int, int]], told: bool) -> None:
    assert (tally(TWO, EVEN + more, ()).cross is not None) is told


def test_a_cell_of_ten_hides_the_whole_crossing() -> None:
    assert tally(TWO, EVEN, ()).cross is not None
    assert tally(TWO, EVEN[1:], ()).cross is None


def test_the_sums_need_eleven_ballots() -> None:
    assert tally(TWO, [(1, 1)] * 10, ()).counts == ()
    assert tally(TWO, [(1, 1)] * 11, ()).counts == ((0, 11, 0), (0, 11, 0))


@pytest.mark.parametrize("answers", [(1,), (1, 1, 1), (1, 3), ()])
def test_a_ballot_of_another_poll_stops_the_count(answers: tuple[int, ...]) -> None:
    with pytest.raises(UnreadableBallot):
        tally(TWO, [(1, 1), answers], ())


def test_words_stand_beside_the_bars_in_the_colour_of_the_text() -> None:
    """What a contrast checker cannot see in a drawing."""
    values = tuple(Value(f"Une réponse longue, sur deux lignes : {share}", share, share, "x") for share in (60, 40))
    bars = BarChart("a", "t", "c", ("x", "y", "z"), values)
    stacked = StackedChart("b", "t", "c", "x", ("d", "e"), (Line("l", values), Line("m", values)))
    for drawing in (bars.draw(), stacked.draw()):
        tops = {float(piece.y.removesuffix("rem")) for piece in drawing.pieces}
        bases = [float(word.y.removesuffix("rem")) for word in drawing.words]
        assert len(tops) == 2
        assert not any(top < base <= top + BAR or top < base - 0.8 < top + BAR for top in tops for base in bases)
        assert max(bases) < float(drawing.height.removesuffix("rem"))
    style = (Path(__file__).parents[3] / "portal" / "static" / "parvis.css").read_text(encoding="utf-8")
    assert ".chart text { fill: var(--ink);" in style


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=6))
def test_shares_make_a_hundred_and_stay_close(counts: list[int]) -> None:
    found, total = shares(counts), sum(counts)
    assert sum(found) == (100 if total else 0)
    assert all(abs(share - count * 100 / total) < 1 for share, count in zip(found, counts, strict=True) if total)


def test_a_box_opens_with_its_key_only() -> None:
    public, private = new_key_pair()
    sealed = close_ballot(public, (1, 0, 5), poll=b"here")
    assert open_ballot(private, sealed, poll=b"here") == (1, 0, 5)
    assert len(sealed) == len(close_ballot(public, (0,), poll=b"here")), "the length says nothing"
    assert sealed != close_ballot(public, (1, 0, 5), poll=b"here"), "nor do two ballots alike"
    broken = [
        (private, sealed[:-1], b"here"),
        (private, b"\x02" + sealed[1:], b"here"),
        (private, sealed, b"there"),
        (new_key_pair()[1], sealed, b"here"),
        (private, b"", b"here"),
        (private, sealed[:1] + bytes(32) + sealed[33:], b"here"),
    ]
    for key, box, poll in broken:
        with pytest.raises(UnreadableBallot):
            open_ballot(key, box, poll=poll)
    with pytest.raises(ValueError, match="too many"):
        close_ballot(public, (1,) * 8, poll=b"here")


def test_a_code_is_read_aloud_and_belongs_to_one_box() -> None:
    public, _private = new_key_pair()
    codes = {tracking_code(close_ballot(public, (1,), poll=b"here")) for _ballot in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){4}[A-Z2-7]{4}", code) for code in codes)


def table_of(page: Page) -> list[list[str]]:
    return [
        ["".join(cell.itertext()) for cell in line if cell.tag in {f"{HTML}th", f"{HTML}td"}] for line in page.all("tr")
    ]


def holds(rows: list[list[str]], table: list[list[str]]) -> bool:
    return any(rows[start : start + len(table)] == table for start in range(len(rows)))


def drawn_words(page: Page) -> str:
    svg = "{http://www.w3.org/2000/svg}"
    return " ".join("".join(one.itertext()) for one in page.tree.iter(f"{svg}text"))


def drawn_widths(page: Page, classes: set[str]) -> list[str]:
    svg = "{http://www.w3.org/2000/svg}"
    return [
        one.get("width").removesuffix("%")
        for one in page.tree.iter(f"{svg}rect")
        if one.get("class") in classes and one.get("width").endswith("%")
    ]


def test_the_drawing_the_table_and_the_file_agree(visitor: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town, questions=(STREET, MARKET))
    ballots = [(1, 1)] * 40 + [(1, 2)] * 11 + [(2, 1)] * 12 + [(2, 2)] * 13 + [(3, 1)] * 14 + [(3, 2)] * 15
    fill(database, poll, ballots)
    close_and_count(database, poll)
    file = visitor.get(f"/participer/{poll.slug}/resultats.csv").response.get_data(as_text=True)
    rows: list[Any] = [row for row in csv.reader(io.StringIO(file.removeprefix("\ufeff")), delimiter=";") if row]
    for number in (1, 2):
        page = visitor.get(f"/participer/{poll.slug}/resultats/{number}")
        table = table_of(page)
        assert holds(rows, table), "the same lines, in the same order"
        words = drawn_words(page)
        for label, count, share in table[1:]:
            assert label in words
            assert f"{share}, {count} réponse" in words
        assert drawn_widths(page, {"bar", "bar other"}) == [share.removesuffix("\xa0%") for *_, share in table[1:]]
        [title] = page.tree.iter("{http://www.w3.org/2000/svg}title")
        assert "".join(title.itertext()) == f"«\xa0{table[1][0]}\xa0» arrive en tête avec {table[1][2]}."
    page = visitor.get(f"/participer/{poll.slug}/croisement")
    table = table_of(page)
    assert holds(rows, table)
    expected = [share for line in table[1:] for share in shares([int(count) for count in line[1:]])]
    assert drawn_widths(page, {"s1", "s2"}) == [str(share) for share in expected]
