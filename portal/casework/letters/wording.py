"""The words of letters, by code: read by who posts them, whatever they are about."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.letters.enums import LetterState

# State → word, icon, tone.
STATES: Mapping[LetterState, tuple[LazyString, str, str]] = {
    LetterState.READY: (_l("À poster"), "letter", "wait"),
    LetterState.POSTED: (_l("Postés"), "sent", "ok"),
    LetterState.RETURNED: (_l("Revenus"), "stop", "bad"),
    LetterState.CANCELLED: (_l("Annulés"), "cross", "info"),
}
