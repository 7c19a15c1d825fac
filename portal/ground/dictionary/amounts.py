"""Numbers and amounts as people write them: a comma or a point, spaces anywhere. Values are decimal texts."""

import re
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _

from portal.ground.dictionary.question import Question, Scalar

MAX_EURO_DIGITS = 5
_NUMBER = re.compile(r"[-−]?[0-9]{1,12}([.][0-9]{1,4})?")
_MONEY = re.compile(r"[0-9]{1,9}([.][0-9]{1,2})?")


def _packed(raw: object) -> str:
    return "".join(str(raw).split()).replace(",", ".")


def read_decimal(value: object) -> Decimal | None:
    """The number behind a stored value; None when it is not one."""
    if not isinstance(value, str) or len(value) > 100:
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def write_decimal(number: Decimal) -> str:
    """The text of a number, without the zeros that say nothing: « 12 », « 12.5 »."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def number(question: Question, raw: object) -> Scalar:
    """A number, with four decimals at most."""
    text = _packed(raw)
    if not _NUMBER.fullmatch(text):
        raise question.refused(_("écrivez un nombre, avec des chiffres seulement."))
    return write_decimal(Decimal(text.replace("−", "-")))


def money(question: Question, raw: object) -> Scalar:
    """An amount in euros, cents said: « 12.50 »."""
    text = _packed(raw).removesuffix("€")
    if not _MONEY.fullmatch(text):
        raise question.refused(_("écrivez un montant en euros, avec des chiffres seulement."))
    return f"{Decimal(text):.2f}"


def whole_euros(question: Question, raw: object) -> Scalar:
    """Whole euros, as digits; zero is a value. Spaces, the sign and « ,00 » are accepted and dropped."""
    digits = _packed(raw).removesuffix("€").removesuffix(".00")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_EURO_DIGITS):
        raise question.refused(_("écrivez un montant en euros, sans centimes, avec des chiffres seulement."))
    return str(int(digits))
