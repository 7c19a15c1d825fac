"""Search keys: what of a name is kept so that it is found by its beginning, or in spite of one wrong letter. Pure.

A name of six letters gives three beginnings and seven spellings with at most one letter left out. Two spellings that
share one of these differ by a letter missing, added, changed, or swapped with its neighbour. Every look-up is then an
equality on an index, never a scan, and the same on both engines.
"""

from collections.abc import Iterable
from typing import Final

from portal.people.accounts.names import name_key

SHORTEST: Final = 2
PREFIXES: Final = (2, 3, 4)
FUZZY_FROM: Final = 4
FUZZY_LENGTH: Final = 6
TWO_FAULTS_FROM: Final = 8
# However many first names somebody has.
MOST_WORDS: Final = 12
FAR: Final = 99


def words_of(*names: str) -> tuple[str, ...]:
    """The distinct words of names, folded, in their order; a letter alone is no word."""
    words = [word for name in names for word in name_key(name).split() if len(word) >= SHORTEST]
    return tuple(dict.fromkeys(words))[:MOST_WORDS]


def stored_keys(words: Iterable[str]) -> set[str]:
    """What is kept of the words of a person's names."""
    keys: set[str] = set()
    for word in words:
        keys.update(f"p{word[:length]}" for length in PREFIXES if len(word) >= length)
        keys.update(f"f{spelling}" for spelling in _spellings(word))
    return keys


def asked_keys(word: str) -> set[str]:
    """The keys of which one at least is kept for every name that this word, as it was typed, may stand for."""
    if len(word) < FUZZY_FROM:
        return {f"p{word}"}
    keys = {f"f{spelling}" for spelling in _spellings(word)}
    return keys | {f"p{word}"} if len(word) == FUZZY_FROM else keys


def distance_of(typed: str, words: Iterable[str]) -> int:
    """How far the typed word is from the nearest of these: 0 the same, 1 its beginning, 2 and more with faults.

    ``FAR``: it is none of them.
    """
    return min((_distance(typed, word) for word in words), default=FAR)


def _distance(typed: str, word: str) -> int:
    if typed == word:
        return 0
    if word.startswith(typed):
        return 1
    allowed = 0 if len(typed) < FUZZY_FROM else 2 if len(typed) >= TWO_FAULTS_FROM else 1
    ends = {len(word), *(len(typed) + shift for shift in (-1, 0, 1))}
    faults = min(_faults(typed, word[:end]) for end in ends)
    return 1 + faults if faults <= allowed else FAR


def _spellings(word: str) -> set[str]:
    """The beginning of a word, whole and with each of its letters left out."""
    start = word[:FUZZY_LENGTH]
    if len(start) < FUZZY_FROM:
        return {start}
    return {start, *(start[:place] + start[place + 1 :] for place in range(len(start)))}


def _faults(one: str, other: str) -> int:
    """Letters missing, added, changed, or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, against in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
