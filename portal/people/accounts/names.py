"""Names: the form that is searched and the form that is shown. Pure."""

import re
import unicodedata

# Letters that no Unicode decomposition turns into plain ones.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_PARTIAL_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def name_key(name: str) -> str:
    """The searchable form of a name: lower case, no accent, one space for each hyphen, apostrophe or run of blanks."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def shown_name(given_names: tuple[str, ...], family_name: str, preferred_name: str) -> str:
    """First given name and nom d’usage, else family name, as the provider wrote them. Either may be missing."""
    return " ".join(part for part in (given_names[0] if given_names else "", preferred_name or family_name) if part)


def is_birthdate(value: str) -> bool:
    """True for ``YYYY-MM-DD`` where day, or month and day, or all three may be zeros: the date is not always known."""
    match = _PARTIAL_DATE.fullmatch(value)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    if month == 0 or year == 0:
        return day == 0 and (year != 0 or month == 0)
    if month > 12 or day > DAYS_IN_MONTH[month - 1]:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return not (month == 2 and day == 29 and not leap)
