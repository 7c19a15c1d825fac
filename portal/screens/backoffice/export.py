"""The list as a file for a spreadsheet."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.ground.clock import local
from portal.ground.web.ods import Cell, write_ods
from portal.ground.web.spreadsheets import write_rows
from portal.screens.backoffice.queries import QueueRow
from portal.screens.backoffice.wording import CHANNELS, STATUSES

# Code → title of the column, and what stands in it.
COLUMNS: Mapping[str, tuple[LazyString, Callable[[QueueRow], Cell]]] = {
    "reference": (_l("Référence"), lambda row: row.reference),
    "demarche": (_l("Démarche"), lambda row: row.title),
    "personne": (_l("Personne"), lambda row: row.applicant_name),
    "canal": (_l("Canal"), lambda row: str(CHANNELS[row.channel])),
    "etat": (_l("État"), lambda row: str(STATUSES[row.status][0])),
    "deposee": (_l("Déposée le"), lambda row: local(row.submitted_at).date()),
    "echeance": (_l("Échéance"), lambda row: row.deadline),
    "agent": (_l("Agent"), lambda row: row.agent_name),
}
HEADER = tuple(title for title, _value in COLUMNS.values())


def write_csv(rows: Iterable[QueueRow], columns: Sequence[str] = tuple(COLUMNS)) -> str:
    """The header and the rows, as French spreadsheets expect."""
    return write_rows([_header(columns), *([_text(cell) for cell in _cells(row, columns)] for row in rows)])


def write_sheet(title: str, rows: Iterable[QueueRow], columns: Sequence[str]) -> bytes:
    """The same as an OpenDocument spreadsheet, where days are days."""
    return write_ods(title, [_header(columns), *(_cells(row, columns) for row in rows)])


def _header(columns: Sequence[str]) -> list[str]:
    return [str(COLUMNS[code][0]) for code in columns]


def _cells(row: QueueRow, columns: Sequence[str]) -> list[Cell]:
    return [COLUMNS[code][1](row) for code in columns]


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else f"{cell:%d/%m/%Y}" if not isinstance(cell, int) else str(cell)
