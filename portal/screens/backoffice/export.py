"""The list as a file for a spreadsheet."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from portal.ground.clock import local
from portal.ground.web.spreadsheets import write_rows
from portal.screens.backoffice.queries import QueueRow
from portal.screens.backoffice.wording import CHANNELS, STATUSES

HEADER = (
    _l("Référence"),
    _l("Démarche"),
    _l("Personne"),
    _l("Canal"),
    _l("État"),
    _l("Déposée le"),
    _l("Échéance"),
    _l("Agent"),
)


def write_csv(rows: Iterable[QueueRow]) -> str:
    """The header and the rows, as French spreadsheets expect."""
    return write_rows([[str(title) for title in HEADER], *map(_cells, rows)])


def _cells(row: QueueRow) -> tuple[str, ...]:
    return (
        row.reference,
        row.title,
        row.applicant_name,
        str(CHANNELS[row.channel]),
        str(STATUSES[row.status][0]),
        f"{local(row.submitted_at):%d/%m/%Y}",
        f"{row.deadline:%d/%m/%Y}" if row.deadline else "",
        row.agent_name or "",
    )
