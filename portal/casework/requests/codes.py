"""Codes that open something without an account: drawn from what made it, kept as another fingerprint.

Neither the database nor we can give one back.
"""

from portal.casework.requests.reference import ALPHABET
from portal.ground.vault.service import fingerprint

CODE_LENGTH = 8


def spoken_code(seed: str, *, sector: str) -> str:
    """Eight characters (37 bits), none of which looks or sounds like another, in two groups that can be said."""
    number = int(fingerprint(seed, sector=sector), 16)
    drawn = []
    for _place in range(CODE_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        drawn.append(ALPHABET[rest])
    return f"{''.join(drawn[:4])}-{''.join(drawn[4:])}"


def kept_code(typed: str, *, sector: str) -> str:
    """What is kept of a code: a keyed fingerprint, bound by ``sector`` to what it opens."""
    compact = "".join(char for char in typed.upper() if char.isalnum())
    return fingerprint(compact, sector=sector)
