"""Files for spreadsheets, as French ones expect them: semicolons, a byte-order mark, no cell taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BREAKS = ("\t", "\r", "\n")


def guard_cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula: what starts like one gets an apostrophe in front."""
    blanks = value[: len(value) - len(value.lstrip())]
    risky = value.lstrip().startswith(RISKY) or any(mark in blanks for mark in BREAKS)
    return f"'{value}" if risky else value


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """The rows, the header first, each cell guarded."""
    target = io.StringIO()
    target.write("\ufeff")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([guard_cell(cell) for cell in row])
    return target.getvalue()
