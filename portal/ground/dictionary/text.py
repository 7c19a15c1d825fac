"""Cleaning of what people type: one Unicode form, nothing invisible that changes how a line is read."""

import unicodedata

# Joiners carry meaning inside words of Persian and Indic scripts; they are kept, any other invisible one is dropped.
JOINERS = "\u200c\u200d"
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean_line(raw: str) -> str:
    """One line: NFC, no control nor bidirectional character, single spaces, no space at the ends."""
    spaced = "".join(" " if character.isspace() else character for character in raw)
    return " ".join(_visible(spaced).split()).strip(JOINERS)


def clean_block(raw: str) -> str:
    """Several lines: as :func:`clean_line` on each, line ends kept, never more than one empty line in a row."""
    lines = [clean_line(line) for line in raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    return "\n".join(kept).strip("\n")


def _visible(text: str) -> str:
    composed = unicodedata.normalize("NFC", "".join(c for c in text if not "\ud800" <= c <= "\udfff"))
    return "".join(c for c in composed if c in JOINERS or unicodedata.category(c) not in _DROPPED)
