"""Values as people read them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise

import phonenumbers
from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.ground.dictionary import dates
from portal.ground.dictionary.amounts import read_decimal
from portal.ground.dictionary.concept import ConceptType, Option

FRANCE = "99100"


def show(kind: ConceptType, value: object, options: Sequence[Option]) -> str:
    """The French text of a stored value; an unknown code is shown as it is rather than hidden."""
    if value is None or kind is ConceptType.INFORMATION:
        return ""
    if isinstance(value, (list, tuple)):  # the same answer for each of several
        return "\n".join(shown for one in value if (shown := show(kind, one, options)))
    if kind is ConceptType.BOOLEAN:
        return str(_("Oui") if value is True else _("Non"))
    if kind is ConceptType.DECLARATION:
        return str(_("Oui, déclaré") if value is True else _("Non"))
    text = str(value)
    if kind is ConceptType.SEVERAL:
        labels = {option.code: str(option.label) for option in options}
        return ", ".join(labels.get(code, code) for code in text.split())
    if kind is ConceptType.CHOICE:
        return next((str(option.label) for option in options if option.code == text), text)
    return SHOWN[kind](text) if kind in SHOWN else text


def _show_euros(text: str) -> str:
    return f"{format_decimal(int(text), locale='fr')}\u00a0€" if text.isascii() and text.isdigit() else text


def _show_number(text: str) -> str:
    number = read_decimal(text)
    return text if number is None else str(format_decimal(number, locale="fr", decimal_quantization=False))


def _show_money(text: str) -> str:
    number = read_decimal(text)
    if number is None:
        return text
    pattern = "#,##0" if number == number.to_integral_value() else "#,##0.00"
    return f"{format_decimal(number, format=pattern, locale='fr')}\u00a0€"


def _show_siret(text: str) -> str:
    return "\u00a0".join((text[:3], text[3:6], text[6:9], text[9:])) if len(text) == 14 else text


def _show_nir(text: str) -> str:
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return "\u00a0".join(text[a:b] for a, b in pairwise(cuts)) if len(text) == 15 else text


def _show_iban(text: str) -> str:
    return "\u00a0".join(text[start : start + 4] for start in range(0, len(text), 4))


def _show_files(text: str) -> str:
    return str(ngettext("%(num)d fichier", "%(num)d fichiers", len(text.split())))


def _show_country(text: str) -> str:
    return str(_("France")) if text == FRANCE else text


def _show_date(text: str) -> str:
    parts = dates.read_parts(text)
    day = dates.earliest(parts) if parts else None
    if parts is None or day is None:
        return text
    return _format(day, "yyyy" if parts[1] == 0 else "MMMM yyyy" if parts[2] == 0 else "d MMMM yyyy")


def _format(day: date, pattern: str) -> str:
    return str(format_date(day, pattern, locale="fr"))


def _show_phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return text
    national = number.country_code == 33
    style = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


SHOWN: Mapping[ConceptType, Callable[[str], str]] = {
    ConceptType.COUNTRY_CODE: _show_country,
    ConceptType.DATE: _show_date,
    ConceptType.EUROS: _show_euros,
    ConceptType.FILES: _show_files,
    ConceptType.IBAN: _show_iban,
    ConceptType.IDENTITY_FILE: _show_files,
    ConceptType.COMPUTED: _show_number,
    ConceptType.MONEY: _show_money,
    ConceptType.NIR: _show_nir,
    ConceptType.NUMBER: _show_number,
    ConceptType.PARTIAL_DATE: _show_date,
    ConceptType.PHONE: _show_phone,
    ConceptType.SIRET: _show_siret,
}
