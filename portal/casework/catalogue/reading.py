"""How hard a French text is to read: a measure of our own, which names the sentence and says why. Pure.

It counts what makes people stumble (guides of « français facile à lire et à comprendre », and of the State's plain
language): long sentences, several long words, what is done by nobody in particular, initials that are not spelt out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

MAX_WORDS = 30
MAX_WORDS_SIMPLIFIED = 16
LONG_WORD = 14
MANY_LONG_WORDS = 3
# Initials that everybody reads as words.
KNOWN_INITIALS = frozenset({"CAF", "CAP", "CV", "JPEG", "MSA", "PDF", "PNG", "RIB", "SMS", "TV", "CM", "CE", "CP"})

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD = re.compile(r"[\w’'-]+")
_INITIALS = re.compile(r"\b[A-Z]{2,6}\b")
_PASSIVE = re.compile(
    r"\b(?:est|sont|sera|seront|était|étaient|été|être|soit|soient)\s+(?:\w+ment\s+)?\w{3,}(?:é|ée|és|ées)\s+par\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hard:
    """A sentence that stops its reader, and what to do about it."""

    sentence: str
    reasons: tuple[str, ...]


def hard_sentences(
    text: str, *, simplified: bool = False, spelt_out: str = "", told: set[str] | None = None
) -> Iterator[Hard]:
    """The sentences of a text that are hard to read, with the reasons in French.

    :param simplified: the text is a simplified twin: shorter sentences are asked of it.
    :param spelt_out: text in which initials may be explained, « Espace numérique de travail (ENT) ».
    :param told: initials already pointed at, which are not again; those of this text are added.
    """
    known = set() if told is None else told
    for sentence in sentences_of(text):
        reasons = tuple(_reasons(sentence, MAX_WORDS_SIMPLIFIED if simplified else MAX_WORDS, spelt_out or text, known))
        if reasons:
            yield Hard(sentence, reasons)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _reasons(sentence: str, limit: int, spelt_out: str, told: set[str]) -> Iterator[str]:
    words = [word for word in _WORD.findall(sentence) if any(map(str.isalpha, word))]
    if len(words) > limit:
        yield _("%(count)d mots : coupez-la, %(limit)d au plus", count=len(words), limit=limit)
    long_words = [word for word in words if len(word) >= LONG_WORD]
    if len(long_words) >= MANY_LONG_WORDS:
        yield _("mots longs (%(words)s) : choisissez-en de plus courts", words=", ".join(long_words))
    if _PASSIVE.search(sentence):
        yield _("tournure passive : dites qui fait quoi")
    unknown = sorted({one for one in _INITIALS.findall(sentence) if not _is_explained(one, spelt_out)} - told)
    if unknown and not sentence.isupper():
        told.update(unknown)
        yield _("sigle non expliqué (%(initials)s) : écrivez-le en entier", initials=", ".join(unknown))


def _is_explained(initials: str, text: str) -> bool:
    return initials in KNOWN_INITIALS or f"({initials})" in text or f"{initials} (" in text
