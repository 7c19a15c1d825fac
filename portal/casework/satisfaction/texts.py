"""The words of the two questions, the same wherever they are asked or read."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.figures.service import Obtained

QUESTION_OBTAINED = _l("Avez-vous obtenu ce que vous vouliez ?")
QUESTION_EASE = _l("Était-ce facile ?")
OBTAINED: Mapping[Obtained, LazyString] = {
    Obtained.YES: _l("Oui"),
    Obtained.PARTLY: _l("En partie"),
    Obtained.NO: _l("Non"),
}
# From the first step to the fifth.
EASE: tuple[LazyString, ...] = (
    _l("1. Très difficile"),
    _l("2. Difficile"),
    _l("3. Ni facile ni difficile"),
    _l("4. Facile"),
    _l("5. Très facile"),
)


def obtained_options() -> list[tuple[str, str]]:
    """The answers to the first question, for a form."""
    return [(one.value, str(label)) for one, label in OBTAINED.items()]


def ease_options() -> list[tuple[str, str]]:
    """The answers to the second question, for a form."""
    return [(str(step), str(label)) for step, label in enumerate(EASE, start=1)]
