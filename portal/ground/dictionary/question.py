"""A concept as it is asked, and the refusal of a value that is not one of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from portal.ground.dictionary.concept import Concept, ConceptType, Option

# One answer; one of several items of a page asked for each; what an answer is, either way.
Scalar = str | bool
Row = dict[str, Scalar]
Value = Scalar | list[Row]


class ValueRefused(ValueError):
    """A raw value that is not one of the concept. ``message``, in French, names the field and gives an example."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Question:
    """A concept as it is asked: under which label, with which answers, on which day."""

    concept: Concept
    label: str
    options: Sequence[Option]
    today: date

    @property
    def example(self) -> str:
        """The concept's example, or a general one for its type."""
        if self.concept.example:
            return str(self.concept.example)
        if self.concept.type is ConceptType.DATE:
            years = {"past": -5, "future": 1, "any": 0}[self.concept.period]
            return f"27/3/{self.today.year + years}"
        return _example_of(self.concept.type, self.today)

    def refused(self, sentence: str) -> ValueRefused:
        """The refusal with the field's name first and the example last."""
        message = _("« %(label)s » : %(sentence)s", label=self.label, sentence=sentence)
        if self.example:
            message += " " + _("Exemple : %(example)s.", example=self.example)
        return ValueRefused(message)


def _example_of(kind: ConceptType, today: date) -> str:
    return {
        ConceptType.EMAIL: "prenom.nom@exemple.fr",
        ConceptType.PHONE: "06 39 98 12 34",
        ConceptType.POSTCODE: "38999",
        ConceptType.COMMUNE_CODE: "38999",
        ConceptType.COUNTRY_CODE: "99100",
        ConceptType.PARTIAL_DATE: "24/8/1962",
        ConceptType.SCHOOL_YEAR: f"{today.year}-{today.year + 1}",
        ConceptType.EUROS: "850",
        ConceptType.NUMBER: "12",
        ConceptType.MONEY: "45,90",
        ConceptType.SIRET: "732 829 320 00074",
        ConceptType.NIR: "1 85 05 78 006 084 91",
        ConceptType.ADDRESS: "12 rue des Tisserands, 38999 Valmont-sur-Iselle",
        ConceptType.COMMUNE: "Valmont-sur-Iselle",
        ConceptType.MAP_POINT: _("devant l’école, rue des Lilas"),
        ConceptType.IBAN: "FR7630006000011234567890189",
    }.get(kind, "")
