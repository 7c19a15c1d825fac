"""Levels of assurance of a sign-in (``acr``), from the weakest to the strongest. Pure."""

import re
from typing import Literal

Level = Literal["eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"]
LEVELS: tuple[Level, ...] = ("eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3")
_ACR = re.compile(r"eidas([0-3])(-mfa)?")


def satisfies_acr(required: str, given: str) -> bool:
    """True when the level of assurance ``given`` is at least ``required``; nothing required, nothing checked.

    Levels go eidas0 < eidas1 < eidas2 < eidas3, with a two-factor form (``-mfa``) that eidas2 and eidas3 imply (eIDAS
    implementing regulation 2015/1502, annex 2.2.1). A value outside that scale satisfies itself only.
    """
    if not required or required == given:
        return True
    wanted, got = _ACR.fullmatch(required), _ACR.fullmatch(given)
    if wanted is None or got is None:
        return False
    level = int(got[1])
    return level >= int(wanted[1]) and (wanted[2] is None or got[2] is not None or level >= 2)


def accepted_acrs(required: str) -> list[str]:
    """Every level that satisfies ``required``, weakest first: what is asked of a provider that takes a list."""
    return [acr for acr in LEVELS if satisfies_acr(required, acr)] or [required]


def strongest_acr(usual: str, wanted: str) -> str:
    """The weakest level that satisfies both, to be asked of a provider; ``usual`` when there is none on the scale."""
    if not usual or not wanted:
        return usual or wanted
    both = [acr for acr in LEVELS if satisfies_acr(usual, acr) and satisfies_acr(wanted, acr)]
    return both[0] if both else usual
