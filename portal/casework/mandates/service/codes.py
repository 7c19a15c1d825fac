"""The codes of a mandate: drawn from an id by a keyed fingerprint, and kept as another one, or not at all."""

from uuid import UUID

from portal.casework.mandates import policy
from portal.ground.vault.service import fingerprint


def revocation_code(mandate_id: UUID) -> str:
    """The code that stops a mandate, as it is said: two groups of four letters."""
    number = int(fingerprint(str(mandate_id), sector="mandate_revocation_letters"), 16)
    drawn = []
    for _place in range(policy.REVOCATION_LENGTH):
        number, rest = divmod(number, len(policy.LETTERS))
        drawn.append(policy.LETTERS[rest])
    letters = "".join(drawn)
    return f"{letters[:4]}-{letters[4:]}"


def normalise_revocation(typed: str) -> str | None:
    """The code behind what was typed or heard (case, spaces and dashes aside); None when it is none."""
    compact = "".join(char for char in typed[:40].upper() if char.isalnum())
    fits = len(compact) == policy.REVOCATION_LENGTH and all(char in policy.LETTERS for char in compact)
    return f"{compact[:4]}-{compact[4:]}" if fits else None


def revocation_key(code: str) -> str:
    """What is kept of the code that stops a mandate."""
    return fingerprint(code, sector="mandate_revocation")


def sms_code(consent_id: UUID) -> str:
    """The six digits sent to a telephone; they are kept nowhere."""
    drawn = int(fingerprint(str(consent_id), sector="mandate_consent"), 16) % 10**policy.CODE_DIGITS
    return f"{drawn:0{policy.CODE_DIGITS}d}"
