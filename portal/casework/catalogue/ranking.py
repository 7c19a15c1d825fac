"""Finding a procedure from a few words. Pure: stems without accents, a word in the title counting most."""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

import snowballstemmer

# fmt: off
_STOP_WORDS = frozenset({
    "ai", "au", "aux", "avec", "ce", "ces", "cette", "chez", "comment", "dans", "de", "des", "du", "elle", "en",
    "est", "et", "faire", "il", "je", "la", "le", "les", "leur", "ma", "mes", "moi", "mon", "ne", "nous", "ou", "par",
    "pas", "pour", "qu", "que", "qui", "sa", "se", "ses", "si", "soi", "son", "suis", "sur", "un", "une", "veux",
    "vos", "votre", "vous",
})
# fmt: on
_MIN_PREFIX = 3
_PREFIX_SHARE = 0.5
MAX_QUERY_WORDS = 12


def fold(text: str) -> str:
    """Lower case without accents nor ligatures."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    # One stemmer per call: its instances keep state, and threads share this function.
    return fold(str(snowballstemmer.stemmer("french").stemWord(word)))


def words(text: str) -> list[str]:
    """The words of a text, in lower case, without the emptiest ones."""
    spaced = "".join(c if c.isalnum() else " " for c in text.casefold())
    return [word for word in spaced.split() if len(word) > 1 and fold(word) not in _STOP_WORDS]


def score(query: str, texts: Mapping[str, float]) -> float:
    """How well ``texts`` (text → weight) answer ``query``; 0 when no word is anywhere near, more for more words found.

    Words are compared by their stem, and the start of a word counts for half, so that "inscri" already finds.
    """
    asked = words(query)[:MAX_QUERY_WORDS]
    weighed = [(word, weight) for text, weight in texts.items() for word in words(text)]
    scores = [_best(word, weighed) for word in asked]
    return sum(scores) * sum(1 for found in scores if found) / len(scores) if scores else 0.0


def _best(word: str, weighed: Iterable[tuple[str, float]]) -> float:
    stem, start = _stem(word), fold(word)
    best = 0.0
    for candidate, weight in weighed:
        if _stem(candidate) == stem or _stem(fold(candidate)) == _stem(start):
            best = max(best, weight)
        elif len(start) >= _MIN_PREFIX and fold(candidate).startswith(start):
            best = max(best, weight * _PREFIX_SHARE)
    return best
