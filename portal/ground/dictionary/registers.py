"""Numbers of registers, with their check digits. Whether they exist is asked to nobody."""

from flask_babel import gettext as _
from stdnum import iban
from stdnum.exceptions import ValidationError
from stdnum.fr import nir, siret

from portal.ground.dictionary.question import Question, Scalar
from portal.ground.dictionary.text import clean_line


def account(question: Question, raw: object) -> Scalar:
    """An account number with its check digits (ISO 13616), without spaces."""
    try:
        return str(iban.validate(clean_line(str(raw)), check_country=False))
    except ValidationError:
        raise question.refused(_("recopiez l’IBAN entier, lettres comprises : un caractère ne va pas.")) from None


def establishment(question: Question, raw: object) -> Scalar:
    """The SIRET of an establishment, its fourteen digits without spaces."""
    try:
        return str(siret.validate(_digits(raw)))
    except ValidationError:
        raise question.refused(_("recopiez les quatorze chiffres du SIRET : un chiffre ne va pas.")) from None


def social_security(question: Question, raw: object) -> Scalar:
    """A social security number, its fifteen characters without spaces. Asked only where a text allows it."""
    try:
        return str(nir.validate(_digits(raw)))
    except ValidationError:
        raise question.refused(_("recopiez les quinze chiffres de la carte Vitale : un chiffre ne va pas.")) from None


def _digits(raw: object) -> str:
    return "".join(clean_line(str(raw)).split()).upper()
