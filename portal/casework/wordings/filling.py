"""Fields of a text: a closed list, replaced in one pass by plain values. Nothing is ever evaluated. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

# Field → what it is replaced by, for whoever writes the text.
FIELDS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "reference": _l("la référence de la demande"),
        "titre": _l("le titre de la démarche"),
        "prenom_nom": _l("le nom de la personne"),
        "date_demande": _l("le jour de la demande"),
        "date_du_jour": _l("le jour où vous écrivez"),
        "service": _l("le nom du service"),
        "telephone_service": _l("le téléphone du service"),
        "collectivite": _l("le nom de la collectivité"),
        "agent": _l("votre nom"),
        "motif": _l("ce que vous écrirez vous-même"),
        "date_recours": _l("le jour jusqu’auquel un refus se conteste"),
        "voie_recours": _l("le tribunal et son adresse"),
    }
)
_FIELD = re.compile(r"\{([a-z_]{1,40})\}")
_BETWEEN = re.compile(r"\{[^{}\n]*\}|[{}]")
MAX_SHOWN: Final = 40


def unknown_fields(text: str) -> list[str]:
    """What stands between braces, or is a brace alone, and is no field of ours; cut short, in the order of the text."""
    found = [one[:MAX_SHOWN] for one in _BETWEEN.findall(text) if not (_FIELD.fullmatch(one) and one[1:-1] in FIELDS)]
    return list(dict.fromkeys(found))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields replaced, in one pass: a value that holds braces stays as it is.

    A field of which nothing is known leaves a gap that its writer must fill, see :func:`gaps_in`.
    """
    return _FIELD.sub(lambda found: values.get(found[1]) or gap(found[1]), text)


def gap(name: str) -> str:
    """What stands for a field without a value."""
    return _("[à compléter : %(what)s]", what=str(FIELDS[name]) if name in FIELDS else name)


def gaps_in(text: str) -> list[str]:
    """The gaps still in a text about to be sent."""
    return [shown for shown in map(gap, FIELDS) if shown in text]
