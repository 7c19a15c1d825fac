"""Street reports in French: states, reasons, kinds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from journeys.daily_services.reports.enums import ClosingReason, ReportState
from portal.ground.dictionary.service import get_concept

Tag = tuple[LazyString, str, str]

# Word, drawn icon, tone.
STATES: Final[Mapping[ReportState, Tag]] = MappingProxyType(
    {
        ReportState.RECEIVED: (_l("Reçu"), "letter", "info"),
        ReportState.TAKEN: (_l("Pris en charge"), "clock", "wait"),
        ReportState.REPAIRED: (_l("Réparé"), "check", "ok"),
        ReportState.CLOSED: (_l("Clos sans réparation"), "cross", "info"),
    }
)
REASONS: Final[Mapping[ClosingReason, LazyString]] = MappingProxyType(
    {
        ClosingReason.NOT_OURS: _l("Ce lieu ou cet équipement n’est pas à la commune."),
        ClosingReason.NOT_FOUND: _l("Sur place, l’équipe n’a pas trouvé le problème."),
        ClosingReason.KNOWN: _l("Ce problème est déjà suivi dans un autre signalement."),
        ClosingReason.LATER: _l("Ce sera fait avec des travaux déjà prévus."),
        ClosingReason.NO_WORK: _l("Aucun travail n’est nécessaire."),
    }
)


def kinds() -> list[tuple[str, str]]:
    """Code and label of each kind of problem, in the dictionary's words."""
    return [(option.code, str(option.label)) for option in get_concept("report.kind").options]


def reasons() -> list[tuple[str, str]]:
    """Code and sentence of each reason to close without a repair."""
    return [(one.value, str(sentence)) for one, sentence in REASONS.items()]


def say_kind(code: str) -> str:
    """The label of a kind."""
    return dict(kinds()).get(code, code)
