"""The code of a paper: "7F3KM-2BCDF-GHJKX". It can be read aloud, and not be guessed.

Fourteen characters drawn at random (65 bits) and a check character, in the alphabet of the spoken references: a wrong
character is told at once from an unknown code.
"""

import hashlib
import secrets

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from portal.casework.requests.reference import ALPHABET

BODY_LENGTH = 14
GROUP = 5
MAX_TYPED = 200


def new_code() -> str:
    """A code drawn at random."""
    return format_code("".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH)))


def format_code(body: str) -> str:
    """``body`` and its check character, in groups that can be said."""
    whole = body + str(mod_37_36.calc_check_digit(body, alphabet=ALPHABET))
    return "-".join(whole[start : start + GROUP] for start in range(0, len(whole), GROUP))


def normalise_code(typed: str) -> str | None:
    """The code behind what was typed (case, spaces and dashes aside); None when no paper can bear it."""
    compact = "".join(c for c in typed[:MAX_TYPED].upper() if c.isalnum())
    if len(compact) != BODY_LENGTH + 1 or any(c not in ALPHABET for c in compact):
        return None
    try:
        mod_37_36.validate(compact, alphabet=ALPHABET)
    except ValidationError:
        return None
    return format_code(compact[:-1])


def code_key(code: str) -> str:
    """What is kept to find a paper by its code: SHA-256, enough for a code of 65 bits."""
    return hashlib.sha256(code.encode()).hexdigest()


def mask_reference(reference: str) -> str:
    """A reference that only who already knows it recognises: « VSI-••••-2M »."""
    prefix, _dash, rest = reference.partition("-")
    middle, dash, end = rest.rpartition("-")
    return f"{prefix}-{'•' * len(middle)}{dash}{end}"
