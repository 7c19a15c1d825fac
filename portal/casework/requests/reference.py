"""The spoken reference: "VSI-7F3K-2M". Read over the phone: no letter or digit that looks or sounds like another.

Five random characters, then a check character (ISO 7064 MOD 27,26): every single wrong character is caught, and nearly
every swap of two neighbours. It is never an access key: rows are scoped by owner.
"""

import secrets
from collections.abc import Callable

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from portal.ground.errors import Busy

ALPHABET = "23456789BCDFGHJKMNPQRTVWXY"
BODY_LENGTH = 5
# Characters said together, after the prefix; the others after them.
GROUP = 4
MAX_TYPED = 40
ATTEMPTS = 8


def new_reference(prefix: str) -> str:
    """A reference drawn at random; the caller makes sure that it is free."""
    return format_reference(prefix, "".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH)))


def free_reference(prefix: str, is_taken: Callable[[str], bool]) -> str:
    """A reference drawn at random that nothing bears yet.

    :raises Busy: ``reference_unavailable``: each of those drawn was taken.
    """
    for _attempt in range(ATTEMPTS):
        reference = new_reference(prefix)
        if not is_taken(reference):
            return reference
    raise Busy("reference_unavailable", retry_after=1)


def format_reference(prefix: str, body: str) -> str:
    """``prefix``, the five characters of ``body`` and their check character, in groups that can be said."""
    whole = body + str(mod_37_36.calc_check_digit(body, alphabet=ALPHABET))
    return f"{prefix}-{whole[:GROUP]}-{whole[GROUP:]}"


def normalise(typed: str) -> str | None:
    """The reference behind what was typed or heard (case, spaces and dashes aside); None when the check fails."""
    compact = "".join(c for c in typed[:MAX_TYPED].upper() if c.isalnum())
    prefix, whole = compact[: -BODY_LENGTH - 1], compact[-BODY_LENGTH - 1 :]
    if not prefix.isascii() or not prefix.isalnum() or any(c not in ALPHABET for c in whole):
        return None
    try:
        mod_37_36.validate(whole, alphabet=ALPHABET)
    except ValidationError:
        return None
    return f"{prefix}-{whole[:GROUP]}-{whole[GROUP:]}"
