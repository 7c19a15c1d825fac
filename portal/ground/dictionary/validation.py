"""Checks by type. Each takes a concept's rules and a raw value, and gives a JSON value or a sentence that helps."""

import unicodedata
from collections.abc import Callable
from datetime import date
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

from portal.ground.dictionary import amounts, dates, places, registers
from portal.ground.dictionary.concept import ConceptType
from portal.ground.dictionary.question import Question, Scalar
from portal.ground.dictionary.text import JOINERS, clean_block, clean_line

DEFAULT_LENGTHS = {ConceptType.NAME: 120, ConceptType.TEXT: 200, ConceptType.LONG_TEXT: 2000, ConceptType.EMAIL: 254}
_IN_NAMES = "'’ʼ-‐‑ .·・" + JOINERS
_YES = frozenset({"oui", "true", "on", "1", "yes"})
_NO = frozenset({"non", "false", "off", "0", "no"})


def _limit_length(question: Question, text: str) -> str:
    limit = question.concept.max_length or DEFAULT_LENGTHS.get(question.concept.type, 200)
    if len(text) > limit:
        raise question.refused(
            _("écrivez %(limit)s caractères au plus, il y en a %(count)s.", limit=limit, count=len(text))
        )
    return text


def _text(question: Question, raw: object) -> Scalar:
    return _limit_length(question, clean_line(str(raw)))


def _long_text(question: Question, raw: object) -> Scalar:
    return _limit_length(question, clean_block(str(raw)))


def _name(question: Question, raw: object) -> Scalar:
    name = _limit_length(question, clean_line(str(raw)))
    stray = [c for c in name if unicodedata.category(c)[0] not in "LM" and c not in _IN_NAMES]
    if stray:
        sentence = _("écrivez seulement des lettres, des espaces, des tirets et des apostrophes. Retirez %(stray)s.")
        raise question.refused(sentence % {"stray": stray[0]})
    if not any(unicodedata.category(c).startswith("L") for c in name):
        raise question.refused(_("écrivez au moins une lettre."))
    return name


def _date(question: Question, raw: object) -> Scalar:
    parts = dates.read_parts(raw)
    day = dates.full_date(parts) if parts else None
    if day is None:
        raise question.refused(_("indiquez un jour, un mois et une année qui existent."))
    return _in_period(question, day).isoformat()


def _partial_date(question: Question, raw: object) -> Scalar:
    parts = dates.read_parts(raw)
    day = dates.earliest(parts) if parts else None
    if parts is None or day is None:
        raise question.refused(_("indiquez au moins une année qui existe."))
    _in_period(question, day)
    return "{:04d}-{:02d}-{:02d}".format(*parts)


def _in_period(question: Question, day: date) -> date:
    if question.concept.period == "past" and day > question.today:
        raise question.refused(_("indiquez une date passée."))
    if question.concept.period == "future" and day < question.today:
        raise question.refused(_("indiquez une date à venir."))
    return day


def _email(question: Question, raw: object) -> Scalar:
    try:
        return validate_email(clean_line(str(raw)), check_deliverability=False).normalized
    except EmailNotValidError:
        raise question.refused(_("indiquez une adresse électronique complète, avec le signe @.")) from None


def _phone(question: Question, raw: object) -> Scalar:
    refusal = question.refused(_("indiquez un numéro de téléphone à dix chiffres, ou avec l’indicatif du pays."))
    try:
        number = phonenumbers.parse(clean_line(str(raw)), "FR")
    except phonenumbers.NumberParseException:
        raise refusal from None
    if not phonenumbers.is_possible_number(number):
        raise refusal
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _choice(question: Question, raw: object) -> Scalar:
    code = str(raw).strip()
    if code not in {option.code for option in question.options}:
        raise question.refused(_("choisissez une des réponses proposées."))
    return code


def _several(question: Question, raw: object) -> Scalar:
    """The codes ticked, in the order they are proposed, separated by spaces."""
    codes = [str(one).strip() for one in raw] if isinstance(raw, (list, tuple)) else str(raw).split()
    known = [option.code for option in question.options]
    if not set(codes) <= set(known):
        raise question.refused(_("choisissez parmi les réponses proposées."))
    return " ".join(code for code in known if code in codes)


def _declaration(question: Question, raw: object) -> Scalar:
    """Said true, or not said at all: nobody declares on their honour that something is false."""
    if str(raw).strip().casefold() not in _YES:
        raise question.refused(_("cochez la case pour continuer."))
    return True


def _boolean(question: Question, raw: object) -> Scalar:
    text = str(raw).strip().casefold()
    if text not in _YES | _NO:
        raise question.refused(_("répondez par oui ou par non."))
    return text in _YES


def _digits(raw: object) -> str:
    return "".join(str(raw).split()).upper()


def _postcode(question: Question, raw: object) -> Scalar:
    code = _digits(raw)
    if not (len(code) == 5 and code.isascii() and code.isdigit() and "01000" <= code <= "98999"):
        raise question.refused(_("indiquez un code postal français à cinq chiffres."))
    return code


def _commune_code(question: Question, raw: object) -> Scalar:
    code = _digits(raw)
    digits = code[0:1] + code[2:] if code[:2] in {"2A", "2B"} else code
    if not (len(code) == 5 and digits.isascii() and digits.isdigit()):
        raise question.refused(_("indiquez le code de la commune, en cinq caractères."))
    return code


def _country_code(question: Question, raw: object) -> Scalar:
    code = _digits(raw)
    if not (len(code) == 5 and code.isascii() and code.isdigit() and code.startswith("99")):
        raise question.refused(_("indiquez le code du pays, en cinq chiffres commençant par 99."))
    return code


def _school_year(question: Question, raw: object) -> Scalar:
    first, _dash, second = _digits(raw).replace("/", "-").partition("-")
    if not (first.isascii() and first.isdigit() and len(first) == 4 and second == str(int(first) + 1)):
        raise question.refused(_("indiquez deux années qui se suivent."))
    if not question.today.year - 1 <= int(first) <= question.today.year + 2:
        raise question.refused(_("choisissez une année scolaire proche."))
    return f"{first}-{second}"


def _files(question: Question, raw: object) -> Scalar:
    """Ids of documents, separated by spaces; whose they are is checked where documents are kept."""
    try:
        ids = [str(UUID(text)) for text in str(raw).split()]
    except ValueError:
        raise question.refused(_("ajoutez le fichier de nouveau.")) from None
    return " ".join(dict.fromkeys(ids))


CHECKS: dict[ConceptType, Callable[[Question, object], Scalar]] = {
    ConceptType.TEXT: _text,
    ConceptType.LONG_TEXT: _long_text,
    ConceptType.NAME: _name,
    ConceptType.DATE: _date,
    ConceptType.PARTIAL_DATE: _partial_date,
    ConceptType.EMAIL: _email,
    ConceptType.PHONE: _phone,
    ConceptType.CHOICE: _choice,
    ConceptType.BOOLEAN: _boolean,
    ConceptType.POSTCODE: _postcode,
    ConceptType.COMMUNE_CODE: _commune_code,
    ConceptType.COUNTRY_CODE: _country_code,
    ConceptType.SCHOOL_YEAR: _school_year,
    ConceptType.EUROS: amounts.whole_euros,
    ConceptType.NUMBER: amounts.number,
    ConceptType.COMPUTED: amounts.number,
    ConceptType.MONEY: amounts.money,
    ConceptType.IBAN: registers.account,
    ConceptType.SIRET: registers.establishment,
    ConceptType.NIR: registers.social_security,
    ConceptType.ADDRESS: places.address,
    ConceptType.COMMUNE: places.commune,
    ConceptType.MAP_POINT: places.map_point,
    ConceptType.FILES: _files,
    ConceptType.IDENTITY_FILE: _files,
    ConceptType.HOUSEHOLD_MEMBER: _name,
    ConceptType.SEVERAL: _several,
    ConceptType.DECLARATION: _declaration,
}
