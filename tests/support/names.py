"""Difficult names, made by rule and always the same: what people are called, and what machines make of it."""

import random
import unicodedata
from collections.abc import Iterator
from itertools import islice

# First and last code point of letters of a script.
SCRIPTS = {
    "greek": (0x0391, 0x03C9),
    "cyrillic": (0x0410, 0x044F),
    "armenian": (0x0531, 0x0556),
    "hebrew": (0x05D0, 0x05EA),
    "arabic": (0x0621, 0x064A),
    "devanagari": (0x0904, 0x0939),
    "tamil": (0x0B85, 0x0BB9),
    "thai": (0x0E01, 0x0E30),
    "georgian": (0x10D0, 0x10F0),
    "vietnamese": (0x1EA0, 0x1EF9),
    "kana": (0x3041, 0x3094),
    "chinese": (0x4E00, 0x9FA5),
    "hangul": (0xAC00, 0xD7A3),
}
BY_HAND = (
    "Y",
    "Ô Y",
    "O’Tèstù-d’Òrœuf",
    "D'EXEMPLE",
    "N’Essai",
    "Jean--Essai",
    "L' Essai-de l’Exemple",
    "A" * 80,
    "É" * 80,
    "Essai-" * 13 + "Es",
    "ﬁ ﬂ ﬀ Ŀ ŉ",
    "İIıi ẞß Ǆǅǆ",
    "e\u0301le\u0300ve",
    "a\u0323\u0307\u0301\u0302\u0308",
    "Z\u0336\u0337a\u0489l\u20dd",
    "ليلى حسن",
    "שרה בן־דוד",
    "מ\u05b8ש\u05c1\u05b6ה",
    "مُحَمَّد",
    "தமிழ்ச்செல்வி",
    "श्रीमती",
    "李小明",
    "이테스트",
    "👩‍🚒",
    "🇫🇷",
    "Zo\u00e9 \U0001f469\u200d\U0001f469\u200d\U0001f467",
    "Essai\u0007\u0000\u001b[31m",
    "\u202eiassE\u202c",
    "\u2066Essai\u2069\u200f",
    "Essai\u00ad\ufeff\u200b",
    "\U000378ff\u0378\ufffe",
    "\ue000\uf8ff",
    "\ud83d",
    "#let x = 1; #panic(\"Essai\")",
    "*Essai* _Essai_ `Essai` $x$ <essai> @essai",
    "</p><script>alert(1)</script>",
    "\\\"Essai\\\" {0} %s %(nom)s {{ nom }}",
    "Essai\nà la ligne\r\n\tet tabulé",
    "□■�",
    "ꙮ ⵣ ᚠ 𐌰 𝔄 ⅷ",
)  # fmt: skip


def difficult_names(count: int = 240) -> list[str]:
    """``count`` names: those written by hand, each accented Latin letter, then letters of every script."""
    return list(islice(_all(), count))


def _all() -> Iterator[str]:
    yield from BY_HAND
    yield from _latin()
    draw = random.Random(20_260_303)
    while True:
        for first, last in SCRIPTS.values():
            letters = [chr(code) for code in range(first, last + 1) if unicodedata.category(chr(code)).startswith("L")]
            yield " ".join("".join(draw.choice(letters) for _ in range(draw.randrange(1, 9))) for _ in range(2))


def _latin() -> Iterator[str]:
    """Every accented Latin letter up to U+024F and of the Vietnamese block, twelve in a name."""
    letters = [
        chr(code)
        for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
        if unicodedata.category(chr(code)).startswith("L")
    ]
    for start in range(0, len(letters), 12):
        yield "".join(letters[start : start + 12])
