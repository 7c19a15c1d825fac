"""Places as people write them. An address base may know them or not: what was typed is an answer all the same."""

import re

from flask_babel import gettext as _

from portal.ground.dictionary.question import Question, Scalar
from portal.ground.dictionary.text import clean_block, clean_line

MAX_ADDRESS = 300
MAX_ADDRESS_LINES = 5
MAX_PLACE = 200
_POINT = re.compile(r"(-?[0-9]{1,2}(?:[.][0-9]{1,12})?) ?, ?(-?[0-9]{1,3}(?:[.][0-9]{1,12})?)")


def address(question: Question, raw: object) -> Scalar:
    """A postal address on a few lines, as it is written on an envelope."""
    text = clean_block(str(raw))
    if not any(character.isalpha() for character in text):
        raise question.refused(_("écrivez la rue et la commune."))
    if len(text) > MAX_ADDRESS or text.count("\n") >= MAX_ADDRESS_LINES:
        raise question.refused(_("écrivez cinq lignes au plus."))
    return text


def commune(question: Question, raw: object) -> Scalar:
    """A commune by its name, with its official code when it was chosen from the list: « Valmont (38999) »."""
    text = clean_line(str(raw))
    if not any(character.isalpha() for character in text) or len(text) > MAX_PLACE:
        raise question.refused(_("écrivez le nom de la commune."))
    return text


def split_point(value: str) -> tuple[str, str]:
    """The words and the coordinates of a place, empty when it has none."""
    words, _end, last = value.rpartition("\n")
    return (words, last) if words and _POINT.fullmatch(last) else (value, "")


def map_point(question: Question, raw: object) -> Scalar:
    """A place in words, then its coordinates (latitude, longitude, WGS 84) on the last line when they are known."""
    words, point = split_point(clean_block(str(raw)))
    words = clean_line(words)
    if not any(character.isalpha() for character in words) or len(words) > MAX_PLACE:
        raise question.refused(_("décrivez l’endroit en quelques mots."))
    found = _POINT.fullmatch(point)
    if found is None:
        return words
    latitude, longitude = float(found[1]), float(found[2])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise question.refused(_("choisissez l’endroit de nouveau."))
    return f"{words}\n{latitude:.6f}, {longitude:.6f}"
