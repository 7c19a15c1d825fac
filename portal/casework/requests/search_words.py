"""The words by which agents find a request: each word of the applicant's name, and the reference. Pure.

A word is kept whole, once; whoever types its beginning asks for a range of an index. What stands in the middle of a
word is found no more: only a look at every request would find it. References and spellings carry a mark, which no name
holds.
"""

from dataclasses import dataclass
from typing import Final

from portal.people.accounts.service import asked_keys, name_key, stored_keys, words_of

LONGEST: Final = 40
# However many first names somebody has.
MOST: Final = 20
MARK: Final = "#"
SPELT: Final = "~"
MIN_REFERENCE: Final = 3
# No letter comes after it, in either engine.
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class AskedWords:
    """What was typed to find a request. ``names``: the longest, hence the rarest, first; ``reference`` with its mark.

    Either may be empty; a request is meant that has a word beginning as each of the names, or such a reference.
    """

    names: tuple[str, ...]
    reference: str


def kept_words(applicant_key: str, reference: str) -> set[str]:
    """The words of a request, from the folded name of its applicant and its reference, with and without the prefix."""
    names = list(dict.fromkeys(_words(applicant_key)))[:MOST]
    return {*names, MARK + _compact(reference), MARK + _compact(reference.partition("-")[2])}


def asked_words(typed: str) -> AskedWords:
    """The beginnings of words in what was typed, whatever the case, the accents, the dashes."""
    names = list(dict.fromkeys(_words(name_key(typed))))[:MOST]
    said = _compact(typed)
    is_reference = len(said) >= MIN_REFERENCE and said.isascii()
    return AskedWords(tuple(sorted(names, key=len, reverse=True)), MARK + said if is_reference else "")


def spellings_of(name: str) -> set[str]:
    """What is kept besides of a name that no account bears, so that it is found in spite of one wrong letter."""
    return {SPELT + key for key in stored_keys(words_of(name))}


def asked_spellings(word: str) -> list[str]:
    """What of :func:`spellings_of` is kept for every name that a folded word may stand for."""
    return sorted(SPELT + key for key in asked_keys(word))


def range_of(beginning: str) -> tuple[str, str]:
    """The first word that begins so, and what comes after the last one."""
    return beginning, beginning + _LAST


def _words(key: str) -> list[str]:
    return [word[:LONGEST] for word in key.split()]


def _compact(reference: str) -> str:
    return "".join(char for char in reference.upper() if char.isalnum())[: LONGEST - len(MARK)]
